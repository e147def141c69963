// weir approve and notifications: what Weir asks people, and what it tells them.
#include <fmt/format.h>

#include "daemon/cli/api_client.hpp"
#include "daemon/cli/lists.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/params.hpp"
#include "daemon/cli/verbs.hpp"

namespace weir::daemon::cli {

using model::Json;

int approve(const Common& common, const Approve& options) {
    const auto values = parse_params(options.values);
    if (!values) return fail(values.error());
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    const auto run = run_path(*api, options.dag, options.run);
    if (!run) return fail(run.error());
    Json body{{"chosen_options", {options.reject ? "Reject" : "Approve"}}, {"params_input", *values}};
    if (!options.note.empty()) body["note"] = options.note;
    const auto path = fmt::format("{}/taskInstances/{}/{}/hitlDetails", *run, segment(options.task), options.map_index);
    const auto answer = api->send("PATCH", path, body);
    if (!answer) return fail(answer.error());
    if (common.json)
        print_json(*answer);
    else
        fmt::print("{} {} {}\n", options.reject ? "rejected:" : "approved:", options.dag, options.task);
    return kOk;
}

int notifications_list(const Common& common, const std::vector<std::string>& states, int limit) {
    auto path = fmt::format("/notifications?limit={}", limit);
    for (const auto& state : states) path += "&state=" + segment(state);
    return print_list(common, path, "notifications", {"ID", "WHEN (UTC)", "STATE", "ATTEMPTS", "TO", "TOLD", "WHY NOT"},
                      "no notifications", [](const Json& row) {
                          return TableRow{fmt::format("{}", row.value("notification_id", 0)),
                                          short_time(row.value("created_at", Json())),
                                          paint_state(text_of(row, "state")),
                                          fmt::format("{}", row.value("attempts", 0)),
                                          text_of(row, "notifier").empty() ? "script" : text_of(row, "notifier"),
                                          text_of(row["message"], "text"),
                                          text_of(row, "reason")};
                      });
}

}  // namespace weir::daemon::cli
