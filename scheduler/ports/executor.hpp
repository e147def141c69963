// Where tries run. The loop hands over effects after their commit; reports come back through the sink as core inputs,
// from any thread. Reports are repeated until acknowledged, so the core sees each end at least once.
#pragma once

#include <functional>
#include <span>

#include "scheduler/core/inputs.hpp"
#include "scheduler/core/turn.hpp"

namespace weir::ports {

using ReportSink = std::function<void(core::Input)>;

class Executor {
   public:
    virtual ~Executor() = default;
    // None of these blocks or fails: what can't be done comes back as a report.
    virtual void launch(std::span<const core::Launch> launches) = 0;
    virtual void kill(std::span<const model::TryId> tries) = 0;
    virtual void acknowledge(std::span<const model::TryId> tries) = 0;
};

}  // namespace weir::ports
