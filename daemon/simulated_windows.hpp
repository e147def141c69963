// The streams of a simulation: every window is complete on time, at the very end of its interval.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "scheduler/calendar/zone.hpp"
#include "scheduler/core/inputs.hpp"
#include "scheduler/model/dag.hpp"

namespace weir::daemon {

class SimulatedWindows {
   public:
    explicit SimulatedWindows(const std::vector<std::shared_ptr<const model::Dag>>& dags);

    // When the next interval ends after `t`; nullopt when nobody waits for windows.
    [[nodiscard]] std::optional<model::TimePoint> next_after(model::TimePoint t) const;
    // What the streams tell then: a watermark of each asset whose interval ends. Of an asset with keys one key, "key".
    [[nodiscard]] core::EventsReceived tell(model::TimePoint t);

    // The ledger of a simulation has no windows but its watermarks, and the runs that it was told of.
    void note(const model::Run& run);
    [[nodiscard]] core::LedgerRead read(core::LedgerQuestions questions) const;

   private:
    struct Stream {
        model::AssetKey asset;
        model::Period period;
        calendar::Zone zone;
    };
    std::vector<Stream> streams_;
    std::int64_t told_ = 0;
    std::map<core::AwaitedRun, model::Run> runs_;
};

}  // namespace weir::daemon
