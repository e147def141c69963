#include "daemon/catalog_board.hpp"

namespace weir::daemon {

std::shared_ptr<const ports::Catalog> CatalogBoard::catalog() const {
    const std::lock_guard lock(mutex_);
    if (!snapshot_) snapshot_ = std::make_shared<ports::Catalog>(content_);
    return snapshot_;
}

void CatalogBoard::set_definitions(std::map<std::string, ports::CatalogEntry, std::less<>> dags,
                                   std::vector<ports::ImportError> import_errors) {
    const std::lock_guard lock(mutex_);
    for (auto& [dag_id, entry] : dags)
        if (const auto before = content_.dags.find(dag_id); before != content_.dags.end())
            entry.next_run_at = before->second.next_run_at;
    content_.dags = std::move(dags);
    content_.import_errors = std::move(import_errors);
    snapshot_ = nullptr;
}

void CatalogBoard::set_pools(std::vector<model::Pool> pools) {
    const std::lock_guard lock(mutex_);
    content_.pools = std::move(pools);
    snapshot_ = nullptr;
}

void CatalogBoard::set_next_runs(const std::map<std::string, std::optional<model::TimePoint>>& next_runs) {
    const std::lock_guard lock(mutex_);
    for (const auto& [dag_id, next] : next_runs)
        if (const auto entry = content_.dags.find(dag_id); entry != content_.dags.end())
            entry->second.next_run_at = next;
    snapshot_ = nullptr;
}

}  // namespace weir::daemon
