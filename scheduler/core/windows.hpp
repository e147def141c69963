// A window schedule and the ledger: which runs a window is for, and whether all is there. Events, deadlines, backfills and
// `why` ask here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scheduler/core/judgement.hpp"
#include "scheduler/core/work.hpp"

namespace weir::core {

// More are not looked at for one event.
inline constexpr std::size_t kMostIntervals = 1000;
inline constexpr auto kLongestWindow = std::chrono::days{400};
// A producer's clock may run ahead; a watermark at the end of time (as Flink sends when its input ends) is a mistake.
inline constexpr auto kFarthestAhead = std::chrono::days{1};

// --- what an event says ------------------------------------------------------------------------------------------------

struct WindowReport {
    model::AssetKey asset;
    model::Interval window;
    std::int64_t revision = 1;
    bool is_next_revision = false;  // whatever the ledger's is, and one more: a task has made the window anew
    std::optional<std::int64_t> row_count;
};
[[nodiscard]] model::Result<WindowReport> read_window(const model::CloudEvent& event, TimePoint now);
struct WatermarkReport {
    model::AssetKey asset;
    TimePoint watermark;
};
[[nodiscard]] model::Result<WatermarkReport> read_watermark(const model::CloudEvent& event, TimePoint now);

// --- what a schedule makes of it -----------------------------------------------------------------------------------------

// One run of a window schedule: there is, or will be.
struct WindowRun {
    Definition* definition = nullptr;
    std::string key;
    model::Interval interval;

    [[nodiscard]] const WindowEntry& entry() const { return *definition->windows; }
    [[nodiscard]] std::string run_id() const;
    // By which it is looked up: a run of this date made by anything else is the same.
    [[nodiscard]] AwaitedRun identity() const;
    [[nodiscard]] std::vector<model::AssetKey> members() const;
};
// For which runs of all DAGs these moments of the asset count; the newest kMostIntervals of each DAG.
[[nodiscard]] std::vector<WindowRun> window_runs(Memory& memory, const model::AssetKey& asset, TimePoint from,
                                                 TimePoint to);
// What is known of the assets that a schedule waits for; with a star, of each key.
struct KnownAsset {
    std::string key;                  // of the runs that it counts for
    std::optional<TimePoint> newest;  // where its data, or its watermark, end
};
[[nodiscard]] std::vector<KnownAsset> known_assets(const Memory& memory, const WindowEntry& entry);
// What step() must be told to decide on it.
void ask(LedgerQuestions& questions, const Memory& memory, const WindowRun& wanted);
[[nodiscard]] bool is_answered(const Work& work, const WindowRun& wanted);
[[nodiscard]] std::chrono::microseconds longest_window(const Memory& memory, const model::AssetKey& asset);

struct Missing {
    model::AssetKey asset;
    model::Interval interval;
};
struct Coverage {
    bool complete = false;
    std::vector<Missing> missing;  // at most `most` pieces of each asset
};
[[nodiscard]] Coverage coverage_of(const Work& work, const WindowRun& wanted, std::size_t most);
// "views 10:05 to 10:20 and 2 more": times on the schedule's clocks.
[[nodiscard]] std::string words_of(const WindowRun& wanted, const std::vector<Missing>& missing);
[[nodiscard]] model::Json to_json(const std::vector<Missing>& missing);

// Of the next interval whose deadline was not decided on: one, or one for each key that is known.
[[nodiscard]] std::vector<WindowRun> runs_at_deadline(Memory& memory, Definition& definition);

[[nodiscard]] std::vector<std::string> why_windows(Work& work, const Definition& definition);

// The next ones of the backfills that could not go on in the last step.
[[nodiscard]] std::vector<WindowRun> runs_of_backfills(Memory& memory);

// Those of a DAG that its newest data belong to, or where there are none the present: `weir why` tells what they wait for.
[[nodiscard]] std::vector<WindowRun> runs_to_explain(Memory& memory, std::string_view dag_id, TimePoint now);

// The run as it is now, live or not; nullptr when there is none.
struct FoundRun {
    LiveRun* live = nullptr;
    const model::Run* row = nullptr;
    explicit operator bool() const { return row != nullptr; }
};
[[nodiscard]] FoundRun find_run(const Work& work, const WindowRun& wanted);
// nullptr when too many wait already.
LiveRun* make_window_run(Work& work, const WindowRun& wanted, const char* reason, const std::vector<Missing>& missing);

// --- events ----------------------------------------------------------------------------------------------------------------

void take_window(Work& work, const model::Event& event, const WindowReport& report, Judgement& judgement);
void take_watermark(Work& work, const model::Event& event, const WatermarkReport& report, Judgement& judgement);
// The first moment that a watermark adds. Of an asset's first watermark only the interval that ends there: what lies before
// is left to a backfill.
[[nodiscard]] TimePoint first_moment_of(const WatermarkReport& report, std::optional<TimePoint> before);
// The next step looks whether it is complete.
void look_later(Work& work, const WindowRun& wanted);
[[nodiscard]] std::vector<WindowRun> runs_to_look_at(Memory& memory);
void look_at_windows(Work& work);

// --- revisions.cpp -----------------------------------------------------------------------------------------------------------
// A window has come, or was corrected (`is_first`: it was not there before), for which the run exists already.
void correct(Work& work, const WindowRun& wanted, const FoundRun& run, const model::Event& event, bool is_first,
             Judgement& judgement);

}  // namespace weir::core
