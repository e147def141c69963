// Which DAGs are scheduled by the windows of an asset, and which of their runs a window belongs to.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "scheduler/model/event.hpp"
#include "web/api/routes.hpp"

namespace weir::api {

struct Consumer {
    std::shared_ptr<const model::Dag> dag;
    const model::WindowSchedule* schedule = nullptr;  // of that DAG
    bool each_key = false;                            // a run for each key
};
// By dag_id.
[[nodiscard]] std::vector<Consumer> consumers_of(const ports::Catalog& catalog, const model::AssetKey& asset);

// The runs of consumers, each looked up once for an answer.
class ConsumingRuns {
   public:
    explicit ConsumingRuns(const Services& services)
        : history_(services.history), catalog_(services.catalog.catalog()) {}

    [[nodiscard]] const ports::Catalog& catalog() const { return *catalog_; }
    // Those whose data interval holds a part of the window.
    [[nodiscard]] std::vector<model::Run> of(const model::Window& window);

   private:
    using Identity = std::tuple<std::string, std::string, model::TimePoint>;  // dag_id, key, end of the interval
    const std::optional<model::Run>& find(const Identity& identity);

    const ports::History& history_;
    std::shared_ptr<const ports::Catalog> catalog_;
    std::map<model::AssetKey, std::vector<Consumer>> consumers_;
    std::map<Identity, std::optional<model::Run>> runs_;
};

}  // namespace weir::api
