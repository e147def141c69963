// The DAGs as they are loaded now. The watcher publishes a new snapshot after each change; readers keep theirs.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "scheduler/model/dag.hpp"
#include "scheduler/model/diagnostic.hpp"

namespace weir::ports {

struct CatalogEntry {
    std::shared_ptr<const model::Dag> dag;  // the last good version
    std::optional<model::TimePoint> next_run_at;
    bool broken = false;            // the file on disk has errors; `dag` is the last good version
    std::string renamed_from = {};  // the id that a DAG of the same text had until its file was changed
};

// One file that doesn't load, with everything that is wrong in it.
struct ImportError {
    std::string file;
    model::TimePoint since;
    std::vector<model::Diagnostic> diagnostics;
    // The text that was read, which the places of the diagnostics are of; null when it can't be read or is too long to keep.
    std::shared_ptr<const std::string> content = nullptr;
};

struct Catalog {
    std::map<std::string, CatalogEntry, std::less<>> dags;  // by dag_id
    std::vector<ImportError> import_errors;                 // by file
    std::vector<model::Pool> pools;
};

class CatalogSource {
   public:
    virtual ~CatalogSource() = default;
    [[nodiscard]] virtual std::shared_ptr<const Catalog> catalog() const = 0;
};

}  // namespace weir::ports
