// Opens what `from` names.
#pragma once

#include <memory>

#include "executors/connectors/rows.hpp"
#include "executors/operators/log.hpp"
#include "executors/operators/settings.hpp"

namespace weir::operators {

// Sources that wait for a server read ahead in a thread of their own.
[[nodiscard]] model::Result<std::unique_ptr<connectors::RowSource>> open_source(const SourceSettings& settings,
                                                                                Log& log);

// Reads the named sources into a temporary SQLite database, one table each, and gives the rows of `sql` over them.
// Bad rows of the sources go to `bad_rows`; `rows_read` counts what they had.
class BadRows;
[[nodiscard]] model::Result<std::unique_ptr<connectors::RowSource>> open_join(const LoadSettings& settings,
                                                                              BadRows& bad_rows, Progress& progress,
                                                                              std::uint64_t& rows_read, Log& log);

}  // namespace weir::operators
