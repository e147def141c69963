#include "scheduler/yaml/operator_tables.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scheduler/yaml/formats.hpp"

namespace weir::yaml {
namespace {

// In the settings of an operator ${{ }} may stand in place of every scalar.
ShapePtr free_text(std::string wanted) { return with_templates(filled_text(std::move(wanted))); }
ShapePtr conn(std::string kind) { return with_templates(connection(std::move(kind))); }
ShapePtr count(std::int64_t least) { return with_templates(whole(least, std::int64_t{1} << 53)); }
ShapePtr columns_named() { return one_or_more("a column or a list of columns", free_text("the name of a column")); }

Text column_text() {
    return {[](std::string_view text, const Surroundings&) -> std::string {
                if (text.empty()) return "the name of a column is empty";
                if (text.find("${{") != std::string_view::npos) return "no ${{ }} may stand in the name of a column";
                return "";
            },
            {{"minLength", 1}, {"not", {{"pattern", "\\$\\{\\{"}}}},
            false,
            {},
            false};
}

ShapePtr column_types() {
    auto type = with_templates(
        choice({"text", "bigint", "integer", "double", "numeric", "boolean", "date", "timestamptz", "jsonb"}));
    return shape("a map of column names and types", MapOf{column_text(), std::move(type), 1});
}

Key query_key() {
    return {"query", with_templates(sql_text("an SQL query")),
            "SQL whose rows are read; ${{ }} becomes a bound parameter"};
}
Key table_key(std::string doc, bool required = false) {
    return {"table", free_text("the name of a table"), std::move(doc), required};
}
Key postgres_key() { return {"postgres", conn("postgres"), "A postgres connection of weir.yaml", true}; }
Key sqlite_key() { return {"sqlite", free_text("the path of an SQLite file"), "Path of an SQLite file", true}; }
Key csv_key() { return {"csv", free_text("the path of a CSV file"), "Path of a CSV file", true}; }

ObjectPtr object_of(Object table) { return std::make_shared<const Object>(std::move(table)); }

ShapePtr source() {
    const auto query_or_table = [] { return exactly_one_of({"query", "table"}, "a source needs"); };
    return shape(
        "a source such as {csv: data/catalog.csv}",
        Variants{
            {object_of({"a redis source",
                        "Keys of a Redis: hashes, one row a key, or plain strings",
                        {{"redis", conn("redis"), "A redis connection of weir.yaml", true},
                         {"match", free_text("a pattern of keys"), "Glob that the keys match", true},
                         {"columns", column_types(), "Fields to read, with their types; `key` is the key itself"}}}),
             object_of({"a postgres source",
                        "Rows of PostgreSQL",
                        {postgres_key(), query_key(), table_key("Table to read whole")},
                        {query_or_table()}}),
             object_of({"a csv source",
                        "A CSV file with a header line (RFC 4180)",
                        {csv_key(),
                         {"columns", column_types(), "Types of columns; the others are text"},
                         {"delimiter", free_text("a delimiter"), "Between the fields", false, ","}}}),
             object_of({"an sqlite source",
                        "Rows of an SQLite file",
                        {sqlite_key(), query_key(), table_key("Table to read whole")},
                        {query_or_table()}})}});
}

ObjectPtr table_target(std::string name, std::string doc, Key where) {
    return object_of({std::move(name),
                      std::move(doc),
                      {std::move(where),
                       table_key("Table to write; made when it does not exist", true),
                       {"replace", with_templates(choice({"window", "table"})),
                        "Delete this run's window, or the whole table, and insert, in one transaction"},
                       {"upsert", list_of("a list of columns", free_text("the name of a column"), 1, true),
                        "Insert, or update where these columns are equal"},
                       {"append", shape("true", Boolean{true}), "Insert only; running it twice doubles the rows"}},
                      {exactly_one_of({"replace", "upsert", "append"}, "a target table needs")}});
}

ShapePtr target() {
    return shape(
        "a target such as {csv: out/report.csv}",
        Variants{{table_target("a postgres target", "A table of PostgreSQL", postgres_key()),
                  table_target("an sqlite target", "A table of an SQLite file", sqlite_key()),
                  object_of({"a csv target", "A CSV file, renamed into place when it is whole", {csv_key()}})}});
}

// {csv: file} is one source; {views: {…}, catalog: {…}} are named ones, whatever their names.
bool is_named_sources(const Node& from) {
    const auto* map = from.map();
    return map != nullptr && !map->entries.empty() &&
           std::ranges::all_of(map->entries, [](const Entry& entry) { return entry.value.map() != nullptr; });
}

Rule sql_joins_named_sources() {
    return {[](const Map& map) -> std::optional<RuleFault> {
                const auto* from = map.find("from");
                const auto* sql = map.find("sql");
                if (from == nullptr || from->value.map() == nullptr) return std::nullopt;
                const bool named = is_named_sources(from->value);
                if (named && sql == nullptr)
                    return RuleFault{&from->value, "named sources need the key 'sql': the query that joins them"};
                if (!named && sql != nullptr)
                    return RuleFault{&sql->value,
                                     "sql joins named sources; give the source a name, as in from: {views: {…}}"};
                return std::nullopt;
            },
            {{"if", {{"properties", {{"from", {{"type", "object"}, {"additionalProperties", {{"type", "object"}}}}}}}}},
             {"then", {{"required", Json::array({"sql"})}}},
             {"else", {{"not", {{"required", Json::array({"sql"})}}}}}}};
}

}  // namespace

const ShapePtr& load_shape() {
    static const auto made = [] {
        auto one = source();
        auto named = shape("a map of names and sources", MapOf{name_text("the name of a source"), one, 1});
        auto from = either("a source such as {csv: data/catalog.csv}, or a map of named sources", {one, named},
                           [](const Node& node) -> std::size_t { return is_named_sources(node) ? 1 : 0; });
        return object({"a load",
                       "Copy rows from sources to a target, in one transaction",
                       {{"from", std::move(from), "The source of the rows; with `sql`, named sources", true},
                        {"sql", with_templates(sql_text("an SQL query")),
                         "Query in SQLite's dialect that joins the named sources"},
                        {"to", target(), "Where the rows go", true},
                        {"columns", column_types(), "Types of the result, where the source's own are not wanted"},
                        {"on_bad_row", with_templates(choice({"fail", "reject"})),
                         "A value that does not fit its type: fail, or write the row to a reject file", false, "fail"}},
                       {sql_joins_named_sources()}});
    }();
    return made;
}

const ShapePtr& sql_shape() {
    static const auto made = [] {
        auto query = query_key();
        query.doc = "SQL to run in one transaction; ${{ }} becomes a bound parameter";
        query.required = true;
        return shape("a map such as {postgres: warehouse, query: …}",
                     Variants{{object_of({"sql on postgres", "SQL on PostgreSQL", {postgres_key(), query}}),
                               object_of({"sql on sqlite", "SQL on an SQLite file", {sqlite_key(), query}})}});
    }();
    return made;
}

namespace {

ShapePtr checked_rows() {
    const auto rows = [](std::string name, std::string doc, Key where) {
        return object_of({std::move(name),
                          std::move(doc),
                          {std::move(where), table_key("Table to examine"), query_key()},
                          {exactly_one_of({"table", "query"}, "`on` needs")}});
    };
    return shape("a map such as {postgres: warehouse, table: reports.views}",
                 Variants{{rows("a check on postgres", "Rows of PostgreSQL", postgres_key()),
                           rows("a check on sqlite", "Rows of an SQLite file", sqlite_key())}});
}

ShapePtr row_count() {
    return object(
        {"row_count",
         "How many rows there may be",
         {{"min", count(0), "At least"}, {"max", count(0), "At most"}, {"equals", count(0), "Exactly"}},
         {at_least_one_of({"min", "max", "equals"}, "row_count needs"), not_together("equals", {"min", "max"})}});
}

ShapePtr accepted_values() {
    auto value = with_templates(shape("a text, number or boolean", AnyValue{true}));
    return object({"accepted_values",
                   "The values that a column may have",
                   {{"column", free_text("the name of a column"), "The column", true},
                    {"values", list_of("a list of values", std::move(value), 1), "All values that are fine", true}}});
}

ShapePtr reconcile() {
    return object({"reconcile",
                   "Compare with another table of the same connection, over the same window",
                   {{"with", free_text("the name of a table"), "The other table", true},
                    {"sum", free_text("the name of a column"), "Column whose sums must be equal"},
                    {"count", shape("true", Boolean{true}), "Compare the numbers of rows"},
                    {"tolerance", with_templates(number(0, 1e18)), "Difference that is let pass", false, 0}},
                   {exactly_one_of({"sum", "count"}, "reconcile needs")}});
}

Rule one_expectation(const std::vector<Key>& keys) {
    std::vector<std::string> names;
    for (const auto& key : keys) names.push_back(key.name);
    return exactly_one_of(std::move(names), "an expectation is");
}

ShapePtr expectation() {
    std::vector<Key> keys{{"not_null", columns_named(), "These columns are never null"},
                          {"unique", columns_named(), "No two rows have the same values in these columns"},
                          {"row_count", row_count(), "Bounds of the number of rows"},
                          {"accepted_values", accepted_values(), "A column holds these values only"},
                          {"reconcile", reconcile(), "Sum or count agree with another table"}};
    auto rule = one_expectation(keys);
    return object({"an expectation", "One thing that must hold", std::move(keys), {std::move(rule)}});
}

}  // namespace

const ShapePtr& check_shape() {
    static const auto made =
        object({"a check",
                "Examine rows; the task fails if any expectation does",
                {{"on", checked_rows(), "The rows to examine", true},
                 {"window", with_templates(choice({"run", "all"})),
                  "Only this run's window, where the table has a window_start column; or all rows", false, "run"},
                 {"expect", list_of("a list of expectations", expectation(), 1), "What must hold", true}}});
    return made;
}

}  // namespace weir::yaml
