// weir events: the ledger of what came from outside, what became of it, and what is rejected once more.
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>

#include "daemon/cli/api_client.hpp"
#include "daemon/cli/dates.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/publish.hpp"
#include "daemon/cli/verbs.hpp"

namespace weir::daemon::cli {

using model::Error;
using model::ErrorKind;
using model::Json;

namespace {

constexpr std::size_t kLongestReason = 90;
constexpr std::size_t kLargestFile = 64UL << 20;

Colour colour_of(std::string_view disposition) {
    if (disposition == "rejected") return Colour::red;
    if (disposition == "created_run" || disposition == "revised") return Colour::green;
    if (disposition == "late") return Colour::yellow;
    if (disposition == "duplicate" || disposition == "replayed") return Colour::grey;
    return Colour::none;
}

std::string cut(std::string text) {
    for (auto& c : text)
        if (c == '\n') c = ' ';
    if (text.size() <= kLongestReason) return text;
    auto end = kLongestReason;
    while (end > 0 && (text[end] & 0xC0) == 0x80) --end;
    return text.substr(0, end) + "…";
}

void print_events(const Json& events) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& row : events) {
        const auto event = row.value("event", Json());
        const auto disposition = text_of(row, "disposition");
        rows.push_back({fmt::format("{}", row.value("event_id", std::int64_t{0})),
                        short_time(row.value("received_at", Json())), text_of(row, "source"),
                        event.is_object() ? text_of(event, "type") : "?",
                        event.is_object() ? text_of(event, "subject") : "", paint(disposition, colour_of(disposition)),
                        cut(text_of(row, "reason"))});
    }
    print_table({"ID", "RECEIVED (UTC)", "BY", "TYPE", "SUBJECT", "DISPOSITION", "REASON"}, rows, "no events");
}

model::Result<std::string> read_all(const std::string& path) {
    std::string text;
    if (path == "-") {
        text.assign(std::istreambuf_iterator<char>(std::cin), {});
    } else {
        std::ifstream file(path, std::ios::binary);
        if (!file) return Error{ErrorKind::not_found, fmt::format("{} cannot be read", path)};
        text.assign(std::istreambuf_iterator<char>(file), {});
    }
    if (text.size() > kLargestFile)
        return Error{ErrorKind::invalid, fmt::format("{} has more than 64 MiB; publish it in parts", path)};
    return text;
}

// One event, a list of them, or one a line.
model::Result<Json> read_events(const std::string& path) {
    const auto text = read_all(path);
    if (!text) return text.error();
    if (auto json = model::parse_json(*text)) {
        if (json->is_array()) return model::success(std::move(*json));
        return model::success(Json::array({std::move(*json)}));
    }
    auto events = Json::array();
    std::size_t line = 0;
    for (std::size_t begin = 0; begin < text->size();) {
        const auto end = std::min(text->find('\n', begin), text->size());
        ++line;
        const auto part = text->substr(begin, end - begin);
        begin = end + 1;
        if (part.find_first_not_of(" \t\r") == std::string::npos) continue;
        auto json = model::parse_json(part);
        if (!json)
            return Error{
                ErrorKind::invalid,
                fmt::format("{}:{}: no JSON; write one CloudEvent, a list of them, or one a line", path, line)};
        events.push_back(std::move(*json));
    }
    return model::success(std::move(events));
}

}  // namespace

int publish(const Common& common, const Json& events) {
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    auto taken = Json::array();
    for (std::size_t begin = 0; begin < events.size(); begin += model::kMostEventsAtOnce) {
        const auto end = std::min(begin + model::kMostEventsAtOnce, events.size());
        const Json batch(Json::array_t(events.begin() + static_cast<std::ptrdiff_t>(begin),
                                       events.begin() + static_cast<std::ptrdiff_t>(end)));
        const auto answer = api->publish(batch);
        if (!answer) {
            if (begin > 0) fmt::print(stderr, "weir: the first {} events were taken\n", begin);
            return fail(answer.error());
        }
        for (const auto& row : (*answer)["events"]) taken.push_back(row);
    }
    bool rejected = false;
    std::vector<std::vector<std::string>> rows;
    for (const auto& row : taken) {
        const auto disposition = text_of(row, "disposition");
        rejected = rejected || disposition == "rejected";
        rows.push_back({fmt::format("{}", row.value("event_id", std::int64_t{0})), text_of(row, "id"),
                        paint(disposition, colour_of(disposition)), cut(text_of(row, "reason"))});
    }
    if (common.json)
        print_json(taken);
    else
        print_table({"ID", "EVENT", "DISPOSITION", "REASON"}, rows, "no events");
    return rejected ? kFailed : kOk;
}

int events_list(const Common& common, const EventsList& options) {
    auto path = fmt::format("/events?limit={}", options.limit);
    if (!options.source.empty()) path += "&source=" + segment(options.source);
    if (!options.type.empty()) path += "&type=" + segment(options.type);
    if (!options.subject.empty()) path += "&subject=" + segment(options.subject);
    for (const auto& disposition : options.dispositions) path += "&disposition=" + segment(disposition);
    if (options.rejected) path += "&disposition=rejected";
    if (!options.since.empty()) {
        const auto from = parse_since(options.since);
        if (!from) return fail(from.error());
        path += "&received_at_gte=" + segment(*from);
    }
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    const auto page = api->get(path);
    if (!page) return fail(page.error());
    if (common.json)
        print_json((*page)["events"]);
    else
        print_events((*page)["events"]);
    return kOk;
}

int events_show(const Common& common, std::int64_t id) {
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    const auto row = api->get(fmt::format("/events/{}", id));
    if (!row) return fail(row.error());
    if (common.json) {
        print_json(*row);
        return kOk;
    }
    const auto disposition = text_of(*row, "disposition");
    fmt::print("event {}  {}", id, paint(disposition, colour_of(disposition)));
    if (const auto reason = text_of(*row, "reason"); !reason.empty()) fmt::print(": {}", reason);
    fmt::print("\nreceived {} by {}", text_of(*row, "received_at"), text_of(*row, "source"));
    if (const auto position = text_of(*row, "position"); !position.empty()) fmt::print(" at {}", position);
    if (const auto run = text_of(*row, "dag_run_id"); !run.empty())
        fmt::print("\nrun {} {}", text_of(*row, "dag_id"), run);
    if (const auto repeated = row->value("replay_of", Json()); repeated.is_number())
        fmt::print("\nrepeats event {}", repeated.get<std::int64_t>());
    fmt::print("\n");
    if (row->value("event", Json()).is_object())
        print_json((*row)["event"]);
    else
        fmt::print("could not be read; it begins: {}\n", text_of(*row, "raw"));
    return kOk;
}

int events_replay(const Common& common, const std::vector<std::int64_t>& ids) {
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    int code = kOk;
    auto replayed = Json::array();
    for (const auto id : ids) {
        const auto row = api->send("POST", fmt::format("/events/{}/replay", id), Json::object());
        if (!row) {
            code = fail({row.error().kind, fmt::format("event {}: {}", id, row.error().message)});
            continue;
        }
        const auto disposition = text_of(*row, "disposition");
        if (disposition == "rejected") code = kFailed;
        if (!common.json)
            fmt::print("event {} taken again as {}: {}  {}\n", id, row->value("event_id", std::int64_t{0}),
                       paint(disposition, colour_of(disposition)), text_of(*row, "reason"));
        replayed.push_back(*row);
    }
    if (common.json) print_json(replayed);
    return code;
}

int events_publish(const Common& common, const std::string& path) {
    const auto events = read_events(path);
    return events ? publish(common, *events) : fail(events.error());
}

}  // namespace weir::daemon::cli
