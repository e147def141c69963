// Verbs that list: one page of the API as a table, or as it came with --json.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/cli/verbs.hpp"
#include "scheduler/model/json.hpp"

namespace weir::daemon::cli {

using TableRow = std::vector<std::string>;

// Gets `path` and prints a row for each object in its list `key`; `empty` is said when there is none. Returns the exit code.
int print_list(const Common& common, const std::string& path, const char* key, const TableRow& header,
               std::string_view empty, const std::function<TableRow(const model::Json&)>& row_of);

}  // namespace weir::daemon::cli
