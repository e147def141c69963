// weir sources: where events come from, and how each source is doing.
#include <fmt/format.h>

#include "daemon/cli/api_client.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/verbs.hpp"

namespace weir::daemon::cli {

using model::Json;

int sources_list(const Common& common) {
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    const auto page = api->get("/sources");
    if (!page) return fail(page.error());
    if (common.json) {
        print_json(*page);
        return kOk;
    }
    std::vector<std::vector<std::string>> rows;
    for (const auto& row : (*page)["sources"]) {
        const bool connected = row.value("connected", false);
        rows.push_back({text_of(row, "name"), text_of(row, "kind"),
                        paint(connected ? "connected" : "not connected", connected ? Colour::green : Colour::red),
                        short_time(row.value("last_seen", Json())),
                        row.value("lag", Json()).is_number() ? fmt::format("{}", row["lag"].get<std::int64_t>()) : "",
                        fmt::format("{}", row.value("taken", std::int64_t{0})),
                        fmt::format("{}", row.value("rejected", std::int64_t{0})), text_of(row, "problem")});
    }
    print_table({"NAME", "KIND", "STATE", "LAST EVENT (UTC)", "LAG", "TAKEN", "REJECTED", "PROBLEM"}, rows,
                "no sources but HTTP; weir.yaml's `sources` names them");
    return kOk;
}

}  // namespace weir::daemon::cli
