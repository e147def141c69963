#include "executors/operators/sql_text.hpp"

#include <doctest/doctest.h>

using namespace weir::operators;
using weir::model::Json;

namespace {

// "text {values}" of each statement, or the error.
std::vector<std::string> split(const std::string& text, const std::vector<Json>& params = {}) {
    const auto statements = split_statements({text, params});
    if (!statements) return {"!" + statements.error().message};
    std::vector<std::string> all;
    for (const auto& statement : *statements)
        all.push_back(statement.text + (statement.params.empty() ? "" : " " + Json(statement.params).dump()));
    return all;
}

std::string table(const std::string& text) {
    const auto name = parse_table_name(text);
    return name ? quoted(*name) : "!";
}

}  // namespace

TEST_CASE("semicolons end statements, but not within strings, names, comments and dollar quotes") {
    using Texts = std::vector<std::string>;
    CHECK(split("a; b") == Texts{"a", " b"});
    CHECK(split("a ';' b; c") == Texts{"a ';' b", " c"});
    CHECK(split("a 'it''s;' b") == Texts{"a 'it''s;' b"});
    CHECK(split("a E'\\';' b") == Texts{"a E'\\';' b"});
    CHECK(split("a \"x;\"\"y\" b") == Texts{"a \"x;\"\"y\" b"});
    CHECK(split("a -- x;\n b") == Texts{"a -- x;\n b"});
    CHECK(split("a /* x; /* y; */ z; */ b") == Texts{"a /* x; /* y; */ z; */ b"});
    CHECK(split("a $$ x; $$ b; c") == Texts{"a $$ x; $$ b", " c"});
    CHECK(split("a $f$ x; $$ ; $f$ b; c") == Texts{"a $f$ x; $$ ; $f$ b", " c"});
}

TEST_CASE("empty statements and comments alone are left out") {
    CHECK(split(" ; -- nothing\n ;; /* nothing */").empty());
}

TEST_CASE("each statement has its own values, numbered from one") {
    CHECK(split("a $1 $2; b $2 $2 $3", {"x", 2, nullptr}) ==
          std::vector<std::string>{"a $1 $2 [\"x\",2]", " b $1 $1 $2 [2,null]"});
}

TEST_CASE("a name with a dollar is no value") {
    CHECK(split("select a$1 from t") == std::vector<std::string>{"select a$1 from t"});
}

TEST_CASE("a value within quotes or a comment is refused") {
    CHECK(split("a '$1'", {1})[0].starts_with("!${{ }} number 1 of the SQL text stands within quotes"));
    CHECK(split("a $1 -- $2", {1, 2})[0].starts_with("!${{ }} number 2 "));
}

TEST_CASE("a number without a value is refused") {
    CHECK(split("a $1")[0].starts_with("!the SQL text has $1, but 0 values"));
}

TEST_CASE("table names are read as SQL reads them") {
    CHECK(table("Staging.Views") == "\"staging\".\"views\"");
    CHECK(table("\"Odd \"\"Name\"\"\"") == "\"Odd \"\"Name\"\"\"");
    CHECK(table("a.\"b.c\"") == "\"a\".\"b.c\"");
    for (const char* text : {"", "a.", ".a", "a.b.c", "a b", "a;b", "\"\"", "\"a", "1a", "a-b", "a.b --"})
        CHECK(table(text) == "!");
}
