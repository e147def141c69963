// POST /api/v2/events: CloudEvents over HTTP, one or a batch. The answer says what became of each, after the commit.
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
#include "scheduler/model/cloud_event.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scheduler/model/bytes.hpp"
#include "web/api/answers.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"
#include "web/http/target.hpp"

namespace weir::api {

using model::Json;

namespace {

constexpr const char* kSource = "http";
constexpr std::string_view kPrefix = "ce-";

std::string small(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

// A header's value as §3.1.3.2 has it: quoted or not, and percent-encoded once.
std::optional<std::string> header_value(std::string_view text) {
    std::string plain;
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        for (std::size_t i = 1; i + 1 < text.size(); ++i) {
            if (text[i] == '\\' && i + 2 < text.size()) ++i;
            plain += text[i];
        }
    } else {
        plain = text;
    }
    auto decoded = http::percent_decode(plain, http::Plus::stays);
    if (decoded && !model::is_utf8(*decoded)) return std::nullopt;
    return decoded;
}

model::Result<model::CloudEvent> read_binary(const http::Request& request) {
    model::BinaryEvent binary{{}, std::string(request.header("Content-Type")), request.body};
    for (const auto& [header, text] : request.headers) {
        auto name = small(header);
        if (!name.starts_with(kPrefix)) continue;
        auto value = header_value(text);
        if (!value)
            return model::Error{model::ErrorKind::invalid,
                                fmt::format("header {}: expected UTF-8, percent-encoded once", name)};
        if (!binary.attributes.emplace(name.substr(kPrefix.size()), std::move(*value)).second)
            return model::Error{model::ErrorKind::invalid, fmt::format("header {} stands there twice", name)};
    }
    return model::read_cloud_event(binary);
}

struct Reading {
    std::vector<core::IncomingEvent> events;
    Problems problems;

    void add(model::Result<model::CloudEvent> event) {
        if (event)
            events.push_back({std::move(*event), ""});
        else
            problems.add({"body"}, "value_error", event.error().message, nullptr);
    }
};

Reading read_batch(const http::Request& request) {
    Reading reading;
    const auto json = model::parse_json(request.body);
    if (!json || !json->is_array()) {
        reading.problems.add({"body"}, json ? "model_attributes_type" : "json_invalid",
                             "the body must be one JSON array of events, in UTF-8", nullptr);
    } else if (json->size() > model::kMostEventsAtOnce) {
        reading.problems.add(
            {"body"}, "too_long",
            fmt::format("a batch has at most {} events; send the rest in further ones", model::kMostEventsAtOnce),
            nullptr);
    } else {
        for (std::size_t i = 0; i < json->size(); ++i) {
            auto event = model::read_cloud_event((*json)[i]);
            if (event)
                reading.events.push_back({std::move(*event), ""});
            else
                reading.problems.add({"body", std::to_string(i)}, "value_error", event.error().message, nullptr);
        }
    }
    return reading;
}

bool has_attributes(const http::Request& request) {
    return std::ranges::any_of(request.headers,
                               [](const auto& header) { return small(header.first).starts_with(kPrefix); });
}

Json taken_json(const model::Event& row, const ports::History& history) {
    const auto run = row.run ? history.run(row.run) : std::nullopt;
    return {{"event_id", row.id.value},
            {"id", row.event.id},
            {"source", row.event.source},
            {"disposition", to_text(row.disposition)},
            {"reason", row.reason.empty() ? Json() : Json(row.reason)},
            {"dag_id", run ? Json(run->dag_id) : Json()},
            {"run_id", run ? Json(run->run_id) : Json()}};
}

http::Response publish(const Services& services, const http::Request& request) {
    if (auto refusal = refuse_parameters(request)) return std::move(*refusal);
    const auto type = model::bare_media_type(request.header("Content-Type"));
    Reading reading;
    // The batch's type begins as the single event's does.
    if (type.starts_with("application/cloudevents-batch")) {
        if (!type.ends_with("+json"))
            return error_answer(415, "a batch is read as application/cloudevents-batch+json only");
        reading = read_batch(request);
    } else if (type.starts_with("application/cloudevents")) {
        if (!type.ends_with("+json"))
            return error_answer(415, "an event is read as application/cloudevents+json, or from ce-… headers");
        reading.add(model::parse_cloud_event(request.body));
    } else if (has_attributes(request)) {
        reading.add(read_binary(request));
    } else {
        return error_answer(415,
                            "this is no CloudEvent: send application/cloudevents+json, "
                            "application/cloudevents-batch+json, or the attributes as ce-… headers");
    }
    if (!reading.problems.empty()) return reading.problems.answer();

    auto rows = Json::array();
    if (!reading.events.empty()) {
        const auto taken = services.events.deliver({.source = kSource, .events = std::move(reading.events)});
        if (!taken) return error_answer(taken.error());
        for (const auto& row : *taken) rows.push_back(taken_json(row, services.history));
    }
    const auto total = rows.size();
    return json_answer({{"events", std::move(rows)}, {"total_entries", total}});
}

}  // namespace

void add_cloud_events(http::Router& router, const Services& services) {
    router.add("POST", "/api/v2/events",
               [services](const http::Request& request) { return publish(services, request); });
}

}  // namespace weir::api
