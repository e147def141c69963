#include "daemon/stored_dags.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace weir::daemon {
namespace {

yaml::Loaded load(const model::DagVersion& version, const std::filesystem::path& dag_folder) {
    const auto folder = (dag_folder / version.file).parent_path();
    // Connections may have been renamed since: that is for the task to say, so the surroundings are not complete.
    return yaml::load_dag(version.source, version.file, folder.string(), {});
}

// The file's stem is the DAG's id by default; the store knows the id that counted.
std::shared_ptr<const model::Dag> tombstone(const ports::StoredRun& stored, const std::string& problem) {
    auto dag = std::make_shared<model::Dag>();
    dag->id = stored.run.dag_id;
    dag->file = stored.version.file;
    dag->source = stored.version.source;
    dag->hash = stored.version.hash;
    for (const auto& instance : stored.task_instances) {
        if (dag->find(instance.task_id) != nullptr) continue;
        model::Task task;
        task.id = instance.task_id;
        task.action = model::CommandLine{{"/bin/sh", "-c", "echo \"$0\" >&2; exit 1",
                                          fmt::format("the stored version of this DAG does not load: {}", problem)}};
        task.workdir = std::string("/");
        dag->tasks.push_back(std::move(task));
    }
    return dag;
}

}  // namespace

std::shared_ptr<const model::Dag> load_version(const model::DagVersion& version,
                                               const std::filesystem::path& dag_folder) {
    return load(version, dag_folder).dag;
}

std::shared_ptr<const model::Dag> dag_of(const ports::StoredRun& stored, const std::filesystem::path& dag_folder) {
    auto loaded = load(stored.version, dag_folder);
    if (loaded.dag) return loaded.dag;
    const auto problem =
        loaded.diagnostics.empty() ? std::string("no reason known") : to_text(loaded.diagnostics.front());
    spdlog::error("run {} of {}: its version {} does not load any more: {}", stored.run.run_id, stored.run.dag_id,
                  stored.version.number, problem);
    return tombstone(stored, problem);
}

}  // namespace weir::daemon
