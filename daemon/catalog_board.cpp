#include "daemon/catalog_board.hpp"

namespace weir::daemon {

std::shared_ptr<const ports::Catalog> CatalogBoard::catalog() const {
    const std::lock_guard lock(mutex_);
    if (!snapshot_) {
        auto fresh = std::make_shared<ports::Catalog>(content_);
        for (auto& [dag_id, entry] : fresh->dags)
            if (const auto next = next_runs_.find(dag_id); next != next_runs_.end()) entry.next_run_at = next->second;
        snapshot_ = std::move(fresh);
    }
    return snapshot_;
}

void CatalogBoard::set_definitions(std::map<std::string, ports::CatalogEntry, std::less<>> dags,
                                   std::vector<ports::ImportError> import_errors) {
    const std::lock_guard lock(mutex_);
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
    for (const auto& [dag_id, next] : next_runs) next_runs_[dag_id] = next;
    snapshot_ = nullptr;
}

}  // namespace weir::daemon
