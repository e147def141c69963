// What happens to rows that don't fit: the load fails and names the first of them, or they go to a reject file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "executors/connectors/file.hpp"
#include "executors/connectors/rows.hpp"
#include "executors/operators/log.hpp"

namespace weir::operators {

class BadRows {
   public:
    static constexpr std::size_t kNamed = 5;  // bad rows that a failure names

    // `reject_file` empty: a bad row fails the load.
    BadRows(std::string reject_file, Log& log) : reject_file_(std::move(reject_file)), log_(log) {}

    // Empties `rows`. An Error when they end the load.
    [[nodiscard]] model::Result<void> take(std::vector<connectors::BadRow>& rows);
    [[nodiscard]] std::uint64_t rejected() const { return rejected_; }

   private:
    [[nodiscard]] model::Result<void> write(const std::vector<connectors::BadRow>& rows);

    std::string reject_file_;
    Log& log_;
    std::optional<connectors::File> file_;
    std::uint64_t rejected_ = 0;
};

// "/logs/etl/load/1.log" -> "/logs/etl/load/1.rejects.csv"
[[nodiscard]] std::string reject_file_of(const std::string& log_file);

}  // namespace weir::operators
