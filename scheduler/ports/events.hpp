// Where the sources of outside events hand in what they have, and how they are doing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scheduler/core/inputs.hpp"
#include "scheduler/model/event.hpp"
#include "scheduler/model/result.hpp"

namespace weir::ports {

class EventSink {
   public:
    virtual ~EventSink() = default;
    // Blocks until the batch is on disk, with what became of each event; never call it from the core or IO thread.
    // `receipt` is filled in here. kind unavailable: nothing was taken, come again in a moment.
    [[nodiscard]] virtual model::Result<std::vector<model::Event>> deliver(core::EventsReceived batch) = 0;
};

struct SourceStatus {
    std::string name;
    std::string kind;  // redis, kafka, postgres, files
    bool connected = false;
    std::string problem;                        // in words; empty when all is well
    std::optional<model::TimePoint> last_seen;  // of the last batch
    std::optional<std::int64_t> lag;            // events that are there and not yet taken, where the server can tell
    std::int64_t taken = 0;                     // events, in this life of the daemon
    std::int64_t rejected = 0;                  // of these
};

class Sources {
   public:
    virtual ~Sources() = default;
    [[nodiscard]] virtual std::vector<SourceStatus> sources() const = 0;  // by name
};

}  // namespace weir::ports
