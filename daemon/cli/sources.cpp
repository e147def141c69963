// weir sources: where events come from, and how each source is doing.
#include <fmt/format.h>

#include "daemon/cli/lists.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/verbs.hpp"

namespace weir::daemon::cli {

using model::Json;

int sources_list(const Common& common) {
    return print_list(
        common, "/sources", "sources",
        {"NAME", "KIND", "STATE", "LAST EVENT (UTC)", "LAG", "TAKEN", "REJECTED", "PROBLEM"},
        "no sources but HTTP; weir.yaml's `sources` names them", [](const Json& row) {
            const bool connected = row.value("connected", false);
            return TableRow{
                text_of(row, "name"),
                text_of(row, "kind"),
                paint(connected ? "connected" : "not connected", connected ? Colour::green : Colour::red),
                short_time(row.value("last_seen", Json())),
                row.value("lag", Json()).is_number() ? fmt::format("{}", row["lag"].get<std::int64_t>()) : "",
                fmt::format("{}", row.value("taken", std::int64_t{0})),
                fmt::format("{}", row.value("rejected", std::int64_t{0})),
                text_of(row, "problem")};
        });
}

}  // namespace weir::daemon::cli
