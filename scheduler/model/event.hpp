// What streams and other producers tell, and what the ledger keeps of it. Sources bring events, the core decides what each
// means, the store keeps every one with what became of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "scheduler/model/ids.hpp"
#include "scheduler/model/json.hpp"
#include "scheduler/model/states.hpp"
#include "scheduler/model/time.hpp"

namespace weir::model {

// Types that Weir itself acts upon. `subject` is "asset" or "asset/key".
//   window completed  attributes windowstart, windowend (RFC 3339), and where they apply revision (a whole number, 1 unless
//                     given), rowcount
//   watermark         attribute watermark: every window up to there is complete
inline constexpr const char* kWindowCompleted = "dev.weir.window.completed";
inline constexpr const char* kWatermark = "dev.weir.watermark";
inline constexpr const char* kAssetUpdated = "dev.weir.asset.updated";

inline constexpr std::size_t kLongestEvent = 256UL << 10;  // bytes of its JSON
inline constexpr std::size_t kMostEventsAtOnce = 1000;     // of a batch

// CloudEvents 1.0.
struct CloudEvent {
    std::string id;  // with `source`: no two events have the same
    std::string source;
    std::string type;
    std::string subject;
    std::optional<TimePoint> time;
    Json attributes = Json::object();  // all others, by name; text, whole number or boolean
    Json data;                         // null: none; of no JSON content a text, or {"base64": text}
    bool operator==(const CloudEvent&) const = default;

    [[nodiscard]] std::optional<std::string> attribute(std::string_view name) const;  // as text
};
// In the structured JSON format.
[[nodiscard]] Json to_json(const CloudEvent& event);

// One line of the ledger.
struct Event {
    EventId id;
    std::string source;    // by which it came: one of weir.yaml, or "http", or "tasks"
    std::string position;  // where it stood there: stream entry, topic/partition/offset, row id, path; empty: nowhere
    TimePoint received_at;
    CloudEvent event;  // of a rejected one that could not be read only `data`: its beginning as text
    Disposition disposition = Disposition::unmatched;
    std::string reason;  // in words
    RunId run;           // that it made (the first, if several) or will run again
    EventId replay_of;   // the rejected one that it repeats
    bool operator==(const Event&) const = default;
};

// One revision of a window. A window's newest revision is what it is now.
struct Window {
    std::string asset;
    std::string key;  // empty: the asset has none
    Interval interval;
    std::int64_t revision = 1;
    EventId event;  // that told of it
    TimePoint completed_at;
    std::optional<std::int64_t> row_count;
    bool operator==(const Window&) const = default;
};

// How far an asset is, by key.
struct AssetState {
    std::string asset;
    std::string key;
    std::optional<TimePoint> watermark;    // every window up to there is complete
    std::optional<TimePoint> newest_end;   // of all its windows
    std::chrono::microseconds longest{0};  // no window of it is longer
    TimePoint last_seen;
    EventId last_event;
    bool operator==(const AssetState&) const = default;
};

// Up to where a source has been read. Of Redis and HTTP nothing: the server remembers, or nobody does.
struct SourcePosition {
    std::string source;
    std::string part;  // a Kafka partition, say
    std::string position;
    bool operator==(const SourcePosition&) const = default;
};

// An event that counts towards a run of an event schedule and has not made it yet.
struct CountedEvent {
    std::string dag_id;
    int entry = 0;  // in Dag::schedule
    EventId event;
    TimePoint at;  // when it was received
    bool operator==(const CountedEvent&) const = default;
};

// "views/eu" is asset "views" with key "eu".
struct AssetKey {
    std::string asset;
    std::string key;
    auto operator<=>(const AssetKey&) const = default;
};
[[nodiscard]] AssetKey parse_asset(std::string_view text);
[[nodiscard]] std::string to_text(const AssetKey& asset);
// Why an asset's or key's name cannot be used; empty when it can.
[[nodiscard]] std::string asset_fault(const AssetKey& asset);

}  // namespace weir::model
