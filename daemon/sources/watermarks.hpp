// Watermarks that are told by partition. A job whose parts run side by side has one watermark in each of them, and the data
// is complete up to the smallest. Such an event has, beside `watermark`, the attributes `partition` (which one; any
// text) and `partitions` (of how many). What counts for the asset is the smallest of all of them, once all have spoken.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/model/event.hpp"
#include "scheduler/model/result.hpp"

namespace weir::daemon::sources {

class PartitionWatermarks {
   public:
    // Of this prefix, which no topic has, are the parts of its positions: they are committed with the events, and survive a
    // restart.
    static constexpr std::string_view kPart = "#watermark/";

    explicit PartitionWatermarks(std::string source) : source_(std::move(source)) {}

    void restore(const std::vector<model::SourcePosition>& stored);

    // False for an event that is none of these: it goes its usual way.
    [[nodiscard]] static bool is_one(const model::CloudEvent& event);
    struct Outcome {
        std::optional<model::CloudEvent> event;  // with the smallest watermark; none while it is not known or the same
        model::SourcePosition position;
    };
    // An error says what is wrong with its attributes.
    [[nodiscard]] model::Result<Outcome> take(const model::CloudEvent& event);

   private:
    struct Asset {
        std::map<std::string, model::TimePoint> partitions;
        std::optional<model::TimePoint> told;
    };
    std::string source_;
    std::map<std::string, Asset> assets_;  // by subject
};

}  // namespace weir::daemon::sources
