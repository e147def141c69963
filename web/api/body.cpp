#include "web/api/body.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scheduler/model/cloud_event.hpp"
#include "scheduler/model/nearest.hpp"
#include "web/api/time_text.hpp"

namespace weir::api {

using model::Json;

Body::Body(const http::Request& request) {
    if (request.body.empty()) return;
    // Other types are what a foreign page can send without asking first.
    const auto type = request.header("Content-Type");
    wrong_type_ = !type.empty() && model::bare_media_type(type) != "application/json";
    auto parsed = model::parse_json(request.body);
    if (parsed && parsed->is_object())
        object_ = std::move(*parsed);
    else
        problems_.add({"body"}, parsed ? "model_attributes_type" : "json_invalid",
                      "the body must be one JSON object in UTF-8", nullptr);
}

const Json* Body::find(std::string_view key) {
    known_.emplace_back(key);
    const auto found = object_.find(key);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
}

void Body::fault(std::string_view key, std::string_view message) {
    const auto found = object_.find(key);
    problems_.add({"body", key}, "value_error", fmt::format("{} {}", key, message),
                  found == object_.end() ? Json() : *found);
}

std::optional<std::string> Body::text(std::string_view key, std::size_t longest) {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_string() && value->get_ref<const std::string&>().size() <= longest) return value->get<std::string>();
    fault(key, fmt::format("must be a text of at most {} bytes", longest));
    return std::nullopt;
}

std::optional<std::vector<std::string>> Body::texts(std::string_view key) {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    std::vector<std::string> all;
    bool good = value->is_array();
    for (std::size_t i = 0; good && i < value->size(); ++i) {
        good = (*value)[i].is_string();
        if (good) all.push_back((*value)[i].get<std::string>());
    }
    if (good) return all;
    fault(key, "must be a list of texts");
    return std::nullopt;
}

std::optional<bool> Body::flag(std::string_view key) {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_boolean()) return value->get<bool>();
    fault(key, "must be true or false");
    return std::nullopt;
}

std::optional<int> Body::number(std::string_view key, int least, int most) {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_number_integer())
        if (const auto number = value->get<std::int64_t>(); number >= least && number <= most)
            return static_cast<int>(number);
    fault(key, fmt::format("must be a whole number from {} to {}", least, most));
    return std::nullopt;
}

std::optional<model::TimePoint> Body::time(std::string_view key) {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    const auto parsed = value->is_string() ? parse_time(value->get_ref<const std::string&>()) : std::nullopt;
    if (parsed) return parsed;
    fault(key, "must be a time with an offset, like 2026-11-22T07:54:48Z");
    return std::nullopt;
}

std::optional<std::vector<Json>> Body::list(std::string_view key) {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_array()) return std::vector<Json>(value->begin(), value->end());
    fault(key, "must be a list");
    return std::nullopt;
}

std::optional<Json> Body::object(std::string_view key) {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_object()) return *value;
    fault(key, "must be an object");
    return std::nullopt;
}

void Body::not_supported(std::string_view key, const Json& neutral, std::string_view why) {
    const auto* value = find(key);
    if (value != nullptr && *value != neutral) fault(key, why);
}

std::optional<http::Response> Body::refusal() {
    if (wrong_type_) return error_answer(415, "the body must be JSON, with Content-Type: application/json");
    for (const auto& [key, value] : object_.items())
        if (std::find(known_.begin(), known_.end(), key) == known_.end())
            problems_.add({"body", key}, "extra_forbidden",
                          fmt::format("unknown key '{}'{}", key, model::did_you_mean(key, known_)), value);
    if (problems_.empty()) return std::nullopt;
    return problems_.answer();
}

}  // namespace weir::api
