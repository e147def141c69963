// A database as `sql` and `check` see it: PostgreSQL or SQLite, asked small questions.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "executors/operators/log.hpp"
#include "executors/operators/settings.hpp"

namespace weir::operators {

using TextRow = std::vector<std::optional<std::string>>;

struct TextRows {
    std::vector<std::string> columns;
    std::vector<TextRow> rows;
};

class Database {
   public:
    virtual ~Database() = default;
    [[nodiscard]] virtual model::Result<TextRows> query(const SqlText& sql) = 0;
    // The columns of a table or view in order; nullopt when there is none of this name.
    [[nodiscard]] virtual model::Result<std::optional<std::vector<std::string>>> columns_of(const TableName& name) = 0;
    // The columns that a query gives, without running it.
    [[nodiscard]] virtual model::Result<std::vector<std::string>> columns_of(const SqlText& query) = 0;

    // One statement, with each of its rows handed to `row` and none kept. Gives its tag: "INSERT 0 5".
    struct Done {
        std::vector<std::string> columns;
        std::string tag;
        std::uint64_t rows = 0;  // given back, or changed by a statement that gives none
    };
    using OnRow = std::function<void(const TextRow&)>;
    // All statements of a text in one transaction; `done` is called after each. An Error undoes all of them.
    [[nodiscard]] virtual model::Result<void> run_all(const SqlText& sql, const OnRow& row,
                                                      const std::function<void(const Done&)>& done) = 0;
};

// Read-only databases see one state throughout, whatever others write meanwhile.
[[nodiscard]] model::Result<std::unique_ptr<Database>> open_database(const DatabaseSettings& settings, bool read_only,
                                                                     Log& log);

}  // namespace weir::operators
