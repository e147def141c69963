// A DAG file's text to a model::Dag, strictly: all problems of the file at once, each with line, column and remedy.
// Called by the daemon's watcher (pool thread), `weir validate` and `weir run`. Nothing else sees yaml-cpp.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/model/dag.hpp"
#include "scheduler/model/diagnostic.hpp"

namespace weir::yaml {

// What a DAG may refer to, from weir.yaml. With `complete` false (validation without a weir.yaml) unknown
// connections, pools and notifiers are let through.
struct Surroundings {
    std::map<std::string, std::string> connections;  // name -> kind: "redis" or "postgres"
    std::set<std::string> pools;                     // default_pool is always known
    std::set<std::string> notifiers;
    std::set<std::string> executors{"process"};
    std::string timezone = "UTC";  // of schedules that name none
    bool complete = false;
};

struct Loaded {
    std::shared_ptr<const model::Dag> dag;       // null when there is any diagnostic
    std::vector<model::Diagnostic> diagnostics;  // in the order of the file
};

// `file`: as shown in messages and kept in Dag::file. `folder`: absolute, the base of relative paths in the DAG.
[[nodiscard]] Loaded load_dag(std::string_view text, const std::string& file, const std::string& folder,
                              const Surroundings& surroundings);

}  // namespace weir::yaml
