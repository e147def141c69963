#include "daemon/cli/lists.hpp"

#include "daemon/cli/api_client.hpp"
#include "daemon/cli/output.hpp"

namespace weir::daemon::cli {

int print_list(const Common& common, const std::string& path, const char* key, const TableRow& header,
               std::string_view empty, const std::function<TableRow(const model::Json&)>& row_of) {
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    const auto page = api->get(path);
    if (!page) return fail(page.error());
    if (common.json) {
        print_json(*page);
        return kOk;
    }
    std::vector<TableRow> rows;
    for (const auto& row : (*page)[key]) rows.push_back(row_of(row));
    print_table(header, rows, empty);
    return kOk;
}

}  // namespace weir::daemon::cli
