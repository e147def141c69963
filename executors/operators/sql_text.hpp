// Just enough of SQL's lexical structure (strings, quoted names, comments, dollar quotes) to know where statements end and
// where a bound value stands. PostgreSQL's rules; SQLite splits its own texts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scheduler/model/json.hpp"
#include "scheduler/model/result.hpp"

namespace weir::operators {

// As the author wrote it, each ${{ }} replaced by $1, $2, …; params[0] is the value of $1.
struct SqlText {
    std::string text;
    std::vector<model::Json> params;
};

// The statements of a text, each with its own values numbered from $1 on. Empty statements are left out.
// An Error when a value stands within quotes or a comment, where it cannot be bound.
[[nodiscard]] model::Result<std::vector<SqlText>> split_statements(const SqlText& sql);

// The one statement of a text, without a semicolon.
[[nodiscard]] model::Result<SqlText> single_statement(const SqlText& sql);

// The first word, in lower case: "select".
[[nodiscard]] std::string first_word(std::string_view statement);

// A table's name as SQL reads it: staging.views, "Odd name", "a"."b". Unquoted names are folded to lower case.
struct TableName {
    std::string schema;  // empty: not given
    std::string table;
};
[[nodiscard]] model::Result<TableName> parse_table_name(std::string_view text);
// "staging"."views": as it can stand in SQL, whatever it is called.
[[nodiscard]] std::string quoted(const TableName& name);

}  // namespace weir::operators
