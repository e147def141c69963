// weir windows: how far assets are, which windows of one are there, and a window that a person completes.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/cli/api_client.hpp"
#include "daemon/cli/dates.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/publish.hpp"
#include "daemon/cli/verbs.hpp"
#include "scheduler/calendar/zone.hpp"
#include "scheduler/model/schedules.hpp"

namespace weir::daemon::cli {

using model::Error;
using model::ErrorKind;
using model::Json;
using model::TimePoint;

namespace {

constexpr std::size_t kMostGapsTold = 10;
// Longer ranges are shown by the day, and then by the month.
constexpr auto kLongestByWindow = std::chrono::days{7};
constexpr auto kLongestByDay = std::chrono::days{1100};

model::Result<model::AssetKey> parse_name(const std::string& text) {
    auto asset = model::parse_asset(text);
    if (auto fault = model::asset_fault(asset); !fault.empty()) return Error{ErrorKind::invalid, std::move(fault)};
    return asset;
}

int list_assets(const Common& common, const ApiClient& api) {
    const auto page = api.get("/windows/assets?limit=1000");
    if (!page) return fail(page.error());
    if (common.json) {
        print_json((*page)["assets"]);
        return kOk;
    }
    std::vector<std::vector<std::string>> rows;
    for (const auto& asset : (*page)["assets"]) {
        std::string consumers;
        for (const auto& dag : asset["consumers"])
            consumers += (consumers.empty() ? "" : ", ") + dag.get<std::string>();
        rows.push_back({model::to_text(model::AssetKey{text_of(asset, "asset"), text_of(asset, "key")}),
                        short_time(asset["watermark"]), short_time(asset["newest_end"]), short_time(asset["last_seen"]),
                        consumers});
    }
    print_table({"ASSET", "WATERMARK (UTC)", "NEWEST END", "LAST SEEN", "DAGS"}, rows, "no assets yet");
    return kOk;
}

// --- coverage --------------------------------------------------------------------------------------------------------

struct Square {
    TimePoint start, end;
    std::string state;
};

std::vector<Square> squares_of(const Json& coverage) {
    std::vector<Square> squares;
    for (const auto& window : coverage["windows"]) {
        const auto start = model::parse_rfc3339(text_of(window, "start"));
        const auto end = model::parse_rfc3339(text_of(window, "end"));
        if (start && end) squares.push_back({start->time, end->time, text_of(window, "state")});
    }
    return squares;
}

// They differ without colour too.
std::string draw(const Square& square) {
    if (square.state == "missing") return paint("□", Colour::red);
    if (square.state == "corrected") return paint("▣", Colour::blue);
    return paint("■", Colour::green);
}

// Windows of less than an hour by hours, of less than a day by days, the rest by months: on the zone's clocks, where an hour
// that comes twice is two.
std::string row_of(TimePoint t, const model::Period& every, const calendar::Zone& zone) {
    const auto text = model::format_rfc3339(t, zone.offset_at(t));
    if (every.unit != model::Period::Unit::fixed) return text.substr(0, 7);
    if (every.length >= std::chrono::hours{1}) return text.substr(0, 10);
    const auto offset = text.find_first_of("Z+-", 19);
    return text.substr(0, 10) + " " + text.substr(11, 2) + "h" +
           (offset == std::string::npos || text[offset] == 'Z' ? "" : " " + text.substr(offset));
}

void print_squares(const std::vector<Square>& squares, const model::Period& every, const calendar::Zone& zone) {
    for (auto square = squares.begin(); square != squares.end();) {
        const auto row = row_of(square->start, every, zone);
        std::string line;
        std::size_t count = 0;
        std::size_t present = 0;
        for (; square != squares.end() && row_of(square->start, every, zone) == row; ++square) {
            line += draw(*square);
            ++count;
            present += square->state != "missing";
        }
        fmt::print("{}  {}{}\n", paint(row, Colour::grey), line,
                   present == count ? "" : fmt::format("  {} of {}", present, count));
    }
}

void print_gaps(const std::vector<Square>& squares, const calendar::Zone& zone) {
    const auto local = [&zone](TimePoint t) { return model::format_rfc3339(t, zone.offset_at(t)); };
    std::size_t told = 0;
    for (std::size_t i = 0; i < squares.size(); ++i) {
        if (squares[i].state != "missing") continue;
        const auto first = i;
        while (i + 1 < squares.size() && squares[i + 1].state == "missing") ++i;
        if (++told > kMostGapsTold) continue;
        fmt::print("missing {} to {}\n", local(squares[first].start), local(squares[i].end));
    }
    if (told > kMostGapsTold) fmt::print("and {} more gaps\n", told - kMostGapsTold);
}

// A year and the like: a square for each period, a line for each month or year of them.
void print_periods(const Json& coverage, const calendar::Zone& zone) {
    std::string line, row;
    std::int64_t missing = 0;
    const auto flush = [&line, &row, &missing] {
        if (line.empty()) return;
        fmt::print("{}  {}{}\n", paint(row, Colour::grey), line,
                   missing == 0 ? "" : fmt::format("  {} missing", missing));
        line.clear();
        missing = 0;
    };
    const bool days = coverage["periods"].size() > 1 && text_of(coverage, "per") == "1d";
    for (const auto& period : coverage["periods"]) {
        const auto start = model::parse_rfc3339(text_of(period, "start"));
        if (!start) continue;
        const auto date = model::format_rfc3339(start->time, zone.offset_at(start->time));
        const auto name = date.substr(0, days ? 7 : 4);
        if (name != row) flush();
        row = name;
        const auto& counts = period["counts"];
        const auto gone = counts.value("missing", 0);
        const auto present = counts.value("complete", 0) + counts.value("corrected", 0);
        missing += gone;
        if (gone > 0)
            line += paint(present == 0 ? "□" : "◧", Colour::red);
        else
            line += counts.value("corrected", 0) > 0 ? paint("▣", Colour::blue) : paint("■", Colour::green);
    }
    flush();
}

int print_coverage(const Json& coverage) {
    const auto every = model::parse_period(text_of(coverage, "every"));
    const auto zone = calendar::Zone::find(text_of(coverage, "timezone"));
    if (!every || !zone) return fail({ErrorKind::internal, "the daemon answers with an unknown period or time zone"});
    if (coverage.contains("periods")) {
        print_periods(coverage, *zone);
    } else {
        const auto squares = squares_of(coverage);
        print_squares(squares, *every, *zone);
        print_gaps(squares, *zone);
    }
    const auto& counts = coverage["counts"];
    fmt::print(
        "{} every {} ({}): {} complete, {} corrected, {} missing",
        paint(model::to_text(model::AssetKey{text_of(coverage, "asset"), text_of(coverage, "key")}), Colour::bold),
        text_of(coverage, "every"), text_of(coverage, "timezone"), counts.value("complete", 0),
        counts.value("corrected", 0), counts.value("missing", 0));
    if (const auto watermark = text_of(coverage, "watermark"); !watermark.empty())
        fmt::print("; watermark {}", watermark);
    fmt::print("\n");
    return kOk;
}

}  // namespace

int windows_show(const Common& common, const WindowsShow& options) {
    std::string path;
    std::optional<TimePoint> from;
    auto to = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    if (!options.asset.empty()) {
        const auto asset = parse_name(options.asset);
        if (!asset) return fail(asset.error());
        path = "/windows/coverage?asset=" + segment(asset->asset);
        if (!asset->key.empty()) path += "&key=" + segment(asset->key);
        if (!options.every.empty()) path += "&every=" + segment(options.every);
        for (const auto& [name, text] : {std::pair{"from", options.from}, std::pair{"to", options.to}}) {
            if (text.empty()) continue;
            const auto time = parse_date(fmt::format("--{}", name), text, std::string_view(name) == "to");
            if (!time) return fail(time.error());
            path += fmt::format("&{}={}", name, segment(model::format_rfc3339(*time)));
            if (std::string_view(name) == "from")
                from = *time;
            else
                to = *time;
        }
        if (from) {
            const auto length = to - *from;
            if (length > kLongestByDay)
                path += "&per=1mo";
            else if (length > kLongestByWindow)
                path += "&per=1d";
        }
    }
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    if (path.empty()) return list_assets(common, *api);
    const auto coverage = api->get(path);
    if (!coverage) return fail(coverage.error());
    if (!common.json) return print_coverage(*coverage);
    print_json(*coverage);
    return kOk;
}

int windows_complete(const Common& common, const WindowsComplete& options) {
    const auto asset = parse_name(options.asset);
    if (!asset) return fail(asset.error());
    const auto start = parse_date("--start", options.start);
    if (!start) return fail(start.error());
    const auto end = parse_date("--end", options.end);
    if (!end) return fail(end.error());
    const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    // By its id it is no duplicate of an earlier attempt; what the window's revision makes of it, the ledger says.
    Json event = {{"specversion", "1.0"},
                  {"id", fmt::format("{}/{}", model::to_text(*asset), now.time_since_epoch().count())},
                  {"source", "/weir/cli"},
                  {"type", model::kWindowCompleted},
                  {"subject", model::to_text(*asset)},
                  {"time", model::format_rfc3339(now)},
                  {"windowstart", model::format_rfc3339(*start)},
                  {"windowend", model::format_rfc3339(*end)}};
    if (!options.revision.empty()) event["revision"] = options.revision;
    if (!options.rows.empty()) event["rowcount"] = options.rows;
    return publish(common, Json::array({std::move(event)}));
}

}  // namespace weir::daemon::cli
