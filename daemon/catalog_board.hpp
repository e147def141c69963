// Where the watcher and the loop post what is loaded and when it runs next, and the API reads it: immutable snapshots.
#pragma once

#include <mutex>

#include "scheduler/ports/catalog.hpp"

namespace weir::daemon {

class CatalogBoard : public ports::CatalogSource {
   public:
    [[nodiscard]] std::shared_ptr<const ports::Catalog> catalog() const override;

    // The next runs of those that stay are kept.
    void set_definitions(std::map<std::string, ports::CatalogEntry, std::less<>> dags,
                         std::vector<ports::ImportError> import_errors);
    void set_pools(std::vector<model::Pool> pools);
    void set_next_runs(const std::map<std::string, std::optional<model::TimePoint>>& next_runs);

   private:
    mutable std::mutex mutex_;
    ports::Catalog content_;
    mutable std::shared_ptr<const ports::Catalog> snapshot_;  // null when out of date
};

}  // namespace weir::daemon
