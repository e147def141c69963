#include "daemon/sources/watermarks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace weir::daemon::sources {

using model::Error;
using model::ErrorKind;

namespace {

constexpr std::size_t kMostPartitions = 10'000;

// "#watermark/views/eu#3" is partition 3 of views/eu; no asset's name has a #.
std::string part_of(const std::string& subject, const std::string& partition) {
    return std::string(PartitionWatermarks::kPart) + subject + "#" + partition;
}

std::size_t whole(const std::string& text) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? value : 0;
}

}  // namespace

void PartitionWatermarks::restore(const std::vector<model::SourcePosition>& stored) {
    assets_.clear();
    for (const auto& position : stored) {
        const std::string_view part = position.part;
        const auto hash = part.find('#', kPart.size());
        if (!part.starts_with(kPart) || hash == std::string_view::npos) continue;
        const auto subject = part.substr(kPart.size(), hash - kPart.size());
        if (const auto time = model::parse_rfc3339(position.position))
            assets_[std::string(subject)].partitions[std::string(part.substr(hash + 1))] = time->time;
    }
}

bool PartitionWatermarks::is_one(const model::CloudEvent& event) {
    return event.type == model::kWatermark && event.attributes.contains("partition");
}

model::Result<PartitionWatermarks::Outcome> PartitionWatermarks::take(const model::CloudEvent& event) {
    const auto invalid = [](std::string words) { return Error{ErrorKind::invalid, std::move(words)}; };
    const auto partition = event.attribute("partition").value_or("");
    const auto count = whole(event.attribute("partitions").value_or(""));
    if (count == 0 || count > kMostPartitions)
        return invalid(
            fmt::format("a watermark with 'partition' needs 'partitions', a whole number from 1 to {}: of how "
                        "many it is one",
                        kMostPartitions));
    const auto text = event.attribute("watermark").value_or("");
    const auto time = model::parse_rfc3339(text);
    if (!time) return invalid("attribute 'watermark' is missing or no time like 2026-11-22T07:54:48Z");
    if (auto fault = model::asset_fault(model::parse_asset(event.subject)); !fault.empty()) return invalid(fault);

    auto& asset = assets_[event.subject];
    auto mine = time->time;
    if (const auto before = asset.partitions.find(partition); before != asset.partitions.end())
        mine = std::max(mine, before->second);
    asset.partitions[partition] = mine;
    // The job runs with fewer parts or other names now: what those of before said holds nothing up any more.
    if (asset.partitions.size() > count) asset.partitions = {{partition, mine}};
    Outcome outcome{std::nullopt, {source_, part_of(event.subject, partition), model::format_rfc3339(mine)}};
    if (asset.partitions.size() < count) return outcome;
    const auto smallest =
        std::ranges::min_element(asset.partitions, {}, [](const auto& one) { return one.second; })->second;
    if (asset.told && smallest <= *asset.told) return outcome;
    asset.told = smallest;
    outcome.event = event;
    outcome.event->attributes["watermark"] = model::format_rfc3339(smallest);
    return outcome;
}

}  // namespace weir::daemon::sources
