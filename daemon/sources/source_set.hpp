// All sources of weir.yaml, running. Made by the server after recovery, stopped before the loop ends.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/sources/runner.hpp"
#include "scheduler/model/json.hpp"
#include "scheduler/ports/events.hpp"
#include "scheduler/ports/history.hpp"

namespace weir::daemon::sources {

class SourceSet : public ports::Sources {
   public:
    // By name, as weir.yaml has them; see yaml::Config.
    using Settings = std::map<std::string, model::Json>;

    void start(const Settings& sources, const Settings& connections, ports::EventSink& sink,
               const ports::History& history);
    // Returns when all have ended; then there are none.
    void stop();

    [[nodiscard]] std::vector<ports::SourceStatus> sources() const override;

   private:
    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<Runner>> runners_;
};

// One source by its settings; `connection` is the one that they name, or null.
[[nodiscard]] std::unique_ptr<Source> make_source(const std::string& name, const model::Json& settings,
                                                  const model::Json& connection, Positions positions);

}  // namespace weir::daemon::sources
