// From what a source reads to what a target takes: every cell held against its column's type and brought to one form.
// A value that doesn't fit makes its row a bad row.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "executors/connectors/rows.hpp"
#include "scheduler/model/time.hpp"

namespace weir::operators {

inline constexpr const char* kWindowStart = "window_start";
inline constexpr const char* kWindowEnd = "window_end";

struct ConversionPlan {
    std::vector<connectors::Column> columns;  // the source's, with the types that count
    std::vector<std::string> required;        // columns that may not be NULL
    // Replacing a window: rows get window_start and window_end of it unless they bring them, and then
    // window_start must lie in it, because the next run deletes what lies in it and nothing else.
    std::optional<model::Interval> window;
};

class Conversion {
   public:
    explicit Conversion(const ConversionPlan& plan);

    // What comes out: the source's columns, then the window's where they are added.
    [[nodiscard]] const std::vector<connectors::Column>& columns() const { return columns_; }
    // Bad rows are appended to `bad`: first those that the source itself found.
    void apply(const connectors::RowSource& source, const connectors::Batch& in, connectors::Batch& out,
               std::vector<connectors::BadRow>& bad);

   private:
    struct Rule {
        connectors::ColumnType type;
        bool required;
        bool within_window;
    };
    // Why this cell doesn't fit, else empty after adding it to `out`.
    [[nodiscard]] std::string_view convert(const Rule& rule, std::optional<std::string_view> cell,
                                           connectors::Batch& out);

    std::vector<connectors::Column> columns_;
    std::vector<Rule> rules_;             // one for each of the source's columns
    std::vector<std::string> constants_;  // of the columns after them
    std::optional<model::Interval> window_;
    std::string scratch_;
};

}  // namespace weir::operators
