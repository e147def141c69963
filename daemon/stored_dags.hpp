// DAGs from the texts that the database keeps: a run goes on with the version it started with, whatever has become of the file.
#pragma once

#include <filesystem>
#include <memory>

#include "scheduler/ports/store.hpp"
#include "scheduler/yaml/loader.hpp"

namespace weir::daemon {

// Null when this Weir can't read the text any more.
[[nodiscard]] std::shared_ptr<const model::Dag> load_version(const model::DagVersion& version,
                                                             const std::filesystem::path& dag_folder);

// As above, but never null: an unreadable text gives a DAG of the same tasks, each of which fails and says why, so that the
// run ends in an honest state.
[[nodiscard]] std::shared_ptr<const model::Dag> dag_of(const ports::StoredRun& stored,
                                                       const std::filesystem::path& dag_folder);

}  // namespace weir::daemon
