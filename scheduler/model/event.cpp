#include "scheduler/model/event.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weir::model {

namespace {

constexpr std::size_t kLongestName = 100;

// They stand in run_ids, which name folders and stand in URLs.
bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= kLongestName && text != "." && text != ".." &&
           std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      std::string_view("_.~:+-").find(c) != std::string_view::npos;
           });
}

}  // namespace

std::optional<std::string> CloudEvent::attribute(std::string_view name) const {
    const auto found = attributes.find(name);
    if (found == attributes.end()) return std::nullopt;
    return found->is_string() ? found->get<std::string>() : found->dump();
}

Json to_json(const CloudEvent& event) {
    auto json = event.attributes;
    json["specversion"] = "1.0";
    json["id"] = event.id;
    json["source"] = event.source;
    json["type"] = event.type;
    if (!event.subject.empty()) json["subject"] = event.subject;
    if (event.time) json["time"] = format_rfc3339(*event.time);
    if (!event.data.is_null()) json["data"] = event.data;
    return json;
}

AssetKey parse_asset(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return {std::string(text), ""};
    return {std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
}

std::string to_text(const AssetKey& asset) { return asset.key.empty() ? asset.asset : asset.asset + "/" + asset.key; }

std::string asset_fault(const AssetKey& asset) {
    constexpr const char* kAllowed = "1 to 100 letters, digits and _ . ~ : + -";
    if (!is_name(asset.asset)) return fmt::format("'{}' is no asset's name, which has {}", asset.asset, kAllowed);
    if (!asset.key.empty() && !is_name(asset.key))
        return fmt::format("'{}' is no key of an asset, which has {}", asset.key, kAllowed);
    return "";
}

}  // namespace weir::model
