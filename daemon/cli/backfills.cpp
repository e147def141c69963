// weir backfill.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "daemon/cli/api_client.hpp"
#include "daemon/cli/dates.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/params.hpp"
#include "daemon/cli/verbs.hpp"

namespace weir::daemon::cli {
namespace {

using model::Json;

constexpr std::chrono::milliseconds kPollInterval{300};

std::int64_t runs_in(const Json& backfill, const char* state) {
    return backfill.value("runs", Json::object()).value(state, std::int64_t{0});
}

// "5 of 24 runs done, 2 failed, 2 running"
std::string progress_of(const Json& backfill) {
    const auto done = runs_in(backfill, "success") + runs_in(backfill, "failed");
    auto text = fmt::format("{} of {} runs done", done, backfill.value("total_runs", std::int64_t{0}));
    for (const auto* state : {"failed", "running", "queued"})
        if (const auto count = runs_in(backfill, state); count > 0) text += fmt::format(", {} {}", count, state);
    return text;
}

std::string path_of(std::int64_t id) { return fmt::format("/backfills/{}", id); }

void print_one(const Json& backfill) {
    fmt::print("backfill {} of {}  {}  {}\n", backfill.value("id", std::int64_t{0}), text_of(backfill, "dag_id"),
               paint_state(text_of(backfill, "state")), progress_of(backfill));
}

// Until it has ended. Exit code 1 when a run has failed, or when it was canceled.
int await_end(const Common& common, const ApiClient& api, std::int64_t id) {
    std::string told;
    while (true) {
        const auto backfill = api.get(path_of(id));
        if (!backfill) return fail(backfill.error());
        const auto state = text_of(*backfill, "state");
        const bool ended = !text_of(*backfill, "completed_at").empty();
        if (!common.json && (ended || progress_of(*backfill) != told)) {
            told = progress_of(*backfill);
            print_one(*backfill);
            std::fflush(stdout);
        }
        if (ended) {
            if (common.json) print_json(*backfill);
            return state == "completed" && runs_in(*backfill, "failed") == 0 ? kOk : kFailed;
        }
        std::this_thread::sleep_for(kPollInterval);
    }
}

int print_dates(const Common& common, const ApiClient& api, const Json& body) {
    const auto answer = api.send("POST", "/backfills/dry_run", body);
    if (!answer) return fail(answer.error());
    const auto& dates = (*answer)["backfills"];
    if (common.json) {
        print_json(*answer);
        return kOk;
    }
    for (const auto& date : dates) fmt::print("{}\n", text_of(date, "logical_date"));
    fmt::print("{} run(s) would be made; nothing was done\n", dates.size());
    return kOk;
}

model::Result<Json> body_of(const Backfill& options) {
    const auto from = parse_date("--from", options.from);
    if (!from) return from.error();
    const auto to = parse_date("--to", options.to, true);
    if (!to) return to.error();
    auto params = parse_params(options.params);
    if (!params) return params.error();
    // A day alone means all of it, so far.
    const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    const bool is_today = options.to.find('T') == std::string::npos && options.to.find(' ') == std::string::npos &&
                          *to > now && *to - std::chrono::days{1} < now;
    return model::success(Json{{"dag_id", options.dag},
                               {"from_date", model::format_rfc3339(*from)},
                               {"to_date", model::format_rfc3339(is_today ? now : *to)},
                               {"run_backwards", options.backwards},
                               {"dag_run_conf", std::move(*params)},
                               {"reprocess_behavior", options.reprocess},
                               {"max_active_runs", options.max_active_runs}});
}

}  // namespace

int backfill_create(const Common& common, const Backfill& options) {
    const auto body = body_of(options);
    if (!body) return fail(body.error());
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    if (options.dry_run) return print_dates(common, *api, *body);
    const auto backfill = api->send("POST", "/backfills", *body);
    if (!backfill) return fail(backfill.error());
    if (options.wait) return await_end(common, *api, backfill->value("id", std::int64_t{0}));
    if (common.json)
        print_json(*backfill);
    else
        print_one(*backfill);
    return kOk;
}

int backfill_list(const Common& common, const std::string& dag, bool only_open) {
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    auto path = fmt::format("/backfills?limit=100&active={}", only_open);
    if (!dag.empty()) path += "&dag_id=" + segment(dag);
    const auto page = api->get(path);
    if (!page) return fail(page.error());
    if (common.json) {
        print_json((*page)["backfills"]);
        return kOk;
    }
    std::vector<std::vector<std::string>> rows;
    for (const auto& backfill : (*page)["backfills"])
        rows.push_back(
            {fmt::format("{}", backfill.value("id", std::int64_t{0})), text_of(backfill, "dag_id"),
             paint_state(text_of(backfill, "state")),
             short_time(backfill.value("from_date", Json())) + " to " + short_time(backfill.value("to_date", Json())),
             progress_of(backfill)});
    print_table({"ID", "DAG", "STATE", "DATES (UTC)", "PROGRESS"}, rows, "no backfills");
    return kOk;
}

int backfill_show(const Common& common, std::int64_t id, bool wait) {
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    if (wait) return await_end(common, *api, id);
    const auto backfill = api->get(path_of(id));
    if (!backfill) return fail(backfill.error());
    if (common.json) {
        print_json(*backfill);
        return kOk;
    }
    print_one(*backfill);
    fmt::print("dates {} to {}  {}reprocess {}  at most {} run(s) at once  params {}\n",
               text_of(*backfill, "from_date"), text_of(*backfill, "to_date"),
               backfill->value("run_backwards", false) ? "backwards  " : "", text_of(*backfill, "reprocess_behavior"),
               backfill->value("max_active_runs", 0), model::to_text((*backfill)["dag_run_conf"]));
    const auto dag = api->get("/dags/" + segment(text_of(*backfill, "dag_id")));
    if (dag && dag->value("is_paused", false) && text_of(*backfill, "completed_at").empty())
        fmt::print("its DAG is paused: nothing starts until `weir unpause {}`\n", text_of(*backfill, "dag_id"));
    const auto failed = api->get(fmt::format("/dags/~/dagRuns?state=failed&limit=20&backfill_id={}", id));
    if (!failed) return fail(failed.error());
    std::vector<std::vector<std::string>> rows;
    for (const auto& run : (*failed)["dag_runs"])
        rows.push_back({text_of(run, "dag_run_id"), text_of(run, "logical_date"), text_of(run, "note")});
    if (!rows.empty()) {
        fmt::print("\n");
        print_table({"FAILED RUN", "LOGICAL DATE", "NOTE"}, rows, "");
    }
    return kOk;
}

int backfill_change(const Common& common, std::int64_t id, const std::string& change) {
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    const auto backfill = api->send("PUT", path_of(id) + "/" + change, Json::object());
    if (!backfill) return fail(backfill.error());
    if (common.json)
        print_json(*backfill);
    else
        print_one(*backfill);
    return kOk;
}

}  // namespace weir::daemon::cli
