#include "scheduler/model/cloud_event.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "scheduler/model/bytes.hpp"

namespace weir::model {
namespace {

constexpr const char* kSpecVersion = "1.0";
constexpr std::array kRequired = {"specversion", "id", "source", "type"};

Error invalid(std::string words) { return {ErrorKind::invalid, std::move(words)}; }

bool is_attribute_name(std::string_view name) {
    return !name.empty() && name != "data" &&
           std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

// Control characters have no place in an attribute, and U+0000 would end the text in many a database.
bool has_control_character(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x20 || byte == 0x7F) return true;
        // U+0080 to U+009F
        if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
    }
    return false;
}

// What is wrong with a value; empty when it is a text, a boolean or a whole number of 32 bits.
std::string value_fault(std::string_view name, const Json& value) {
    if (value.is_boolean()) return "";
    if (value.is_number_integer()) {
        using Limits = std::numeric_limits<std::int32_t>;
        const bool fits = value.is_number_unsigned() ? value.get<std::uint64_t>() <= std::uint64_t{Limits::max()}
                                                     : value.get<std::int64_t>() >= Limits::min();
        return fits ? "" : fmt::format("attribute '{}' is a number of more than 32 bits; write it as a text", name);
    }
    if (!value.is_string()) return fmt::format("attribute '{}' must be a text, true, false or a whole number", name);
    if (has_control_character(value.get_ref<const std::string&>()))
        return fmt::format("attribute '{}' holds a control character; take it out", name);
    return "";
}

// `attributes`: of the event, all of them, with values that value_fault() lets pass.
Result<CloudEvent> from_attributes(Json attributes) {
    for (const char* name : kRequired)
        if (!attributes.contains(name))
            return invalid(
                fmt::format("attribute '{}' is missing; an event has specversion, id, source and type", name));
    for (const char* name :
         {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema"}) {
        const auto found = attributes.find(name);
        if (found == attributes.end()) continue;
        if (!found->is_string()) return invalid(fmt::format("attribute '{}' must be a text", name));
        if (found->get_ref<const std::string&>().empty())
            return invalid(fmt::format("attribute '{}' is empty; give it a value or leave it out", name));
    }
    const auto take = [&attributes](const char* name) {
        const auto found = attributes.find(name);
        std::string text;
        if (found == attributes.end()) return text;
        text = std::move(found->get_ref<std::string&>());
        attributes.erase(found);
        return text;
    };
    if (const auto version = take("specversion"); version != kSpecVersion)
        return invalid(fmt::format("attribute 'specversion' is '{}'; Weir reads CloudEvents {}",
                                   utf8_beginning(version, 20), kSpecVersion));
    CloudEvent event;
    event.id = take("id");
    event.source = take("source");
    event.type = take("type");
    event.subject = take("subject");
    if (const auto text = take("time"); !text.empty()) {
        const auto time = parse_rfc3339(text);
        if (!time)
            return invalid(fmt::format("attribute 'time' is '{}'; expected a time like 2026-11-22T07:54:48Z",
                                       utf8_beginning(text, 60)));
        event.time = time->time;
    }
    event.attributes = std::move(attributes);
    return event;
}

Json text_or_base64(std::string_view bytes) {
    return is_utf8(bytes) ? Json(bytes) : Json{{"base64", to_base64(bytes)}};
}

// Of a body that came as bytes. Without a type it is what it looks like.
Result<Json> read_data(std::string_view bytes, const std::string& content_type) {
    if (content_type.empty()) {
        if (auto json = parse_json(bytes)) return success(std::move(*json));
        return success(text_or_base64(bytes));
    }
    if (!is_json_type(content_type)) return success(text_or_base64(bytes));
    auto json = parse_json(bytes);
    if (!json)
        return invalid(fmt::format("the data is not JSON in UTF-8, which its content type {} says",
                                   utf8_beginning(content_type, 100)));
    return success(std::move(*json));
}

Result<void> check_length(std::size_t bytes) {
    if (bytes <= kLongestEvent) return {};
    return invalid(fmt::format(
        "the event has {} bytes, more than the {} that Weir takes; put the data elsewhere and tell where it is", bytes,
        kLongestEvent));
}

Result<CloudEvent> checked_length(CloudEvent event) {
    if (const auto fits = check_length(to_text(to_json(event)).size()); !fits) return fits.error();
    return event;
}

// The members of a JSON object apart from its data. null is as good as absent.
Result<CloudEvent> read_members(const Json& json) {
    if (!json.is_object()) return invalid("an event is a JSON object with specversion, id, source, type and data");
    Json attributes = Json::object();
    for (const auto& [name, value] : json.items()) {
        if (name == "data" || name == "data_base64" || value.is_null()) continue;
        if (!is_attribute_name(name))
            return invalid(
                fmt::format("'{}' cannot be an attribute's name, which has only the letters a to z and digits",
                            utf8_beginning(name, 60)));
        if (auto fault = value_fault(name, value); !fault.empty()) return invalid(std::move(fault));
        attributes[name] = value;
    }
    auto event = from_attributes(std::move(attributes));
    if (!event) return event;
    const auto data = json.find("data");
    const auto base64 = json.find("data_base64");
    if (data != json.end()) event->data = *data;
    if (base64 == json.end() || base64->is_null()) return event;
    if (data != json.end()) return invalid("the event has both data and data_base64; leave one of them out");
    const auto bytes = base64->is_string() ? from_base64(base64->get_ref<const std::string&>()) : std::nullopt;
    if (!bytes) return invalid("data_base64 is not base64, with = for what is missing to a multiple of four letters");
    // In this format an absent type means JSON (§3.1.1), but nobody who says it with base64 means it seriously.
    const auto type = event->attribute("datacontenttype").value_or("");
    auto value = read_data(*bytes, type);
    if (!value) return value.error();
    event->data = std::move(*value);
    return event;
}

}  // namespace

std::string bare_media_type(std::string_view media_type) {
    auto bare = media_type.substr(0, media_type.find(';'));
    while (!bare.empty() && (bare.back() == ' ' || bare.back() == '\t')) bare.remove_suffix(1);
    while (!bare.empty() && (bare.front() == ' ' || bare.front() == '\t')) bare.remove_prefix(1);
    std::string small(bare);
    for (char& c : small)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return small;
}

bool is_json_type(std::string_view media_type) {
    const auto bare = bare_media_type(media_type);
    return bare.ends_with("/json") || bare.ends_with("+json");
}

Result<CloudEvent> parse_cloud_event(std::string_view text) {
    if (const auto fits = check_length(text.size()); !fits) return fits.error();
    const auto json = parse_json(text);
    if (!json) return invalid(fmt::format("this is no JSON in UTF-8, or nested deeper than {}", kDeepestJson));
    return read_members(*json);
}

Result<CloudEvent> read_cloud_event(const Json& json) {
    auto event = read_members(json);
    if (!event) return event;
    return checked_length(std::move(*event));
}

Result<CloudEvent> read_cloud_event(const BinaryEvent& binary) {
    Json attributes = Json::object();
    for (const auto& [name, value] : binary.attributes) {
        if (!is_attribute_name(name) || name == "datacontenttype")
            return invalid(
                name == "datacontenttype"
                    ? "the type of the data stands in the content type, not in datacontenttype"
                    : fmt::format("'{}' cannot be an attribute's name, which has only the letters a to z and digits",
                                  is_utf8(name) ? utf8_beginning(name, 60) : "(bytes)"));
        if (!is_utf8(value)) return invalid(fmt::format("attribute '{}' is not in UTF-8", name));
        Json text(value);
        if (auto fault = value_fault(name, text); !fault.empty()) return invalid(std::move(fault));
        attributes[name] = std::move(text);
    }
    if (!binary.content_type.empty()) {
        if (!is_utf8(binary.content_type) || has_control_character(binary.content_type))
            return invalid("the content type is not a media type such as application/json");
        attributes["datacontenttype"] = binary.content_type;
    }
    auto event = from_attributes(std::move(attributes));
    if (!event) return event;
    if (const auto fits = check_length(binary.body.size()); !fits) return fits.error();
    if (!binary.body.empty()) {
        auto data = read_data(binary.body, binary.content_type);
        if (!data) return data.error();
        event->data = std::move(*data);
    }
    return checked_length(std::move(*event));
}

}  // namespace weir::model
