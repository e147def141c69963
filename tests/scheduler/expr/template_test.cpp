#include <doctest/doctest.h>

#include "tests/scheduler/expr/evaluating.hpp"

using namespace weir::expr;

namespace {

std::string settings(const char* json) {
    const auto result = render(*weir::model::parse_json(json), look_up);
    return result ? weir::model::to_text(*result) : "error: " + result.error().message;
}

}  // namespace

TEST_CASE("one expression and nothing around it keeps its type") {
    CHECK(rendered("${{ params.min_views }}") == "3");
    CHECK(rendered("${{ params.list }}") == "[1,2,3]");
    CHECK(rendered("${{ params.on }}") == "true");
    CHECK(rendered("${{params.nothing}}") == "null");
}

TEST_CASE("an expression with text around it becomes text") {
    CHECK(rendered("views:${{ window.start | date('%Y%m%d') }}*") == "\"views:20261122*\"");
    CHECK(rendered(" ${{ params.min_views }}") == "\" 3\"");
    CHECK(rendered("${{ 1 }}${{ 2 }}") == "\"12\"");
}

TEST_CASE("text without expressions stays as it is") {
    CHECK(rendered("plain {{ x }} $x $${x}") == "\"plain {{ x }} $x $${x}\"");
    CHECK(rendered("") == "\"\"");
}

TEST_CASE("a doubled dollar stands for the literal brackets") {
    CHECK(rendered("$${{ x }}") == "\"${{ x }}\"");
    CHECK(rendered("$$${{ 1 }}") == "\"$${{ 1 }}\"");
    CHECK(rendered("${{ 1 }}$${{ x }}${{ 2 }}") == "\"1${{ x }}2\"");
}

TEST_CASE("closing brackets within quotes do not close") { CHECK(rendered("${{ '}}' ~ \"}}\" }}") == "\"}}}}\""); }

TEST_CASE("brackets that are not closed are a fault where they open") {
    CHECK(rendered("ab ${{ 1") == "fault at 3: '${{' is not closed by '}}'; a literal '${{' is written '$${{'");
    CHECK(rendered("ab ${{ it's odd").starts_with("fault at 3: '${{' is not closed"));
}

TEST_CASE("faults bear their offset in the whole text") {
    CHECK(rendered("ab ${{ 1 }} ${{ parms.x }}") == "fault at 16: unknown name 'parms'");
    CHECK(rendered("ab ${{ 'x }} cd") == "fault at 7: the string is not closed");
    CHECK(rendered("ab ${{ }}") == "fault at 7: an expression is missing");
}

TEST_CASE("errors show the expression that failed") {
    CHECK(rendered("a ${{ 1 }} ${{ 1 / 0 }}") == "error: ${{ 1 / 0 }}: division by zero");
}

TEST_CASE("it can be told whether a text has expressions") {
    CHECK(Template::has_expressions("a ${{ b"));
    CHECK(Template::has_expressions("$${{ a }} ${{ b }}"));
    CHECK(!Template::has_expressions("$${{ a }}"));
    CHECK(!Template::has_expressions("{{ a }} ${a} $"));
}

TEST_CASE("SQL binds values in the order of their expressions") {
    CHECK(rendered_sql("select * from t where a >= ${{ window.start }} and b = ${{ params.min_views }}") ==
          "select * from t where a >= $1 and b = $2 <- [\"2026-11-22T00:30:00+01:00\",3]");
    CHECK(rendered_sql("select ${{ 1 }}::int, ${{ 1 }}") == "select $1::int, $2 <- [1,1]");
    CHECK(rendered_sql("select x[${{ 1 }}],(${{ 'it''s' | default('') }})").starts_with("fault at "));
    CHECK(rendered_sql("select 1") == "select 1 <- []");
    CHECK(rendered_sql("select '$${{ x }}'") == "select '${{ x }}' <- []");
}

TEST_CASE("an expression within quotes in SQL is a fault") {
    CHECK(
        rendered_sql("where day = '${{ 1 }}'").starts_with("fault at 13: an expression within quotes would stay text"));
    CHECK(rendered_sql("where a = 'it''s' and b = 'x${{ 1 }}'").starts_with("fault at 28: "));
    CHECK(rendered_sql(R"(where a = E'it\'s ${{ 1 }}')").starts_with("fault at 18: "));
    CHECK(rendered_sql("do $x$ ${{ 1 }} $x$").starts_with("fault at 7: "));
    CHECK(rendered_sql("select * from \"t_${{ 1 }}\"").starts_with("fault at 17: a value cannot be a name in SQL"));
}

TEST_CASE("an expression after quotes in SQL is bound") {
    CHECK(rendered_sql("where a = 'it''s' and b = ${{ 1 }}") == "where a = 'it''s' and b = $1 <- [1]");
    CHECK(rendered_sql(R"(where a = E'it\'s' and b = ${{ 1 }})") == R"(where a = E'it\'s' and b = $1 <- [1])");
    CHECK(rendered_sql(R"(where a = 'c:\' and b = ${{ 1 }})") == R"(where a = 'c:\' and b = $1 <- [1])");
    CHECK(rendered_sql("do $x$ a $ 'b $x$; select ${{ 1 }}") == "do $x$ a $ 'b $x$; select $1 <- [1]");
    CHECK(rendered_sql("select \"a\"\"b'\" || ${{ 1 }}") == "select \"a\"\"b'\" || $1 <- [1]");
}

TEST_CASE("an expression within a comment in SQL is left out unevaluated") {
    CHECK(rendered_sql("select 1 -- and ${{ params.none }}\n, ${{ 2 }}") == "select 1 -- and \n, $1 <- [2]");
    CHECK(rendered_sql("select /* a /* ${{ 1 }} */ ${{ 1 }} */ ${{ 2 }}") == "select /* a /*  */  */ $1 <- [2]");
}

TEST_CASE("an expression that would be a part of a name in SQL is a fault") {
    CHECK(
        rendered_sql("select * from t_${{ 1 }}").starts_with("fault at 16: a value cannot be a part of a name in SQL"));
    CHECK(rendered_sql("select ${{ 1 }}${{ 2 }}").starts_with("fault at 15: "));
    CHECK(rendered_sql("select ${{ 1 }}0").starts_with("fault at 15: a blank or an operator must stand between"));
}

TEST_CASE("placeholders of one's own in SQL are a fault") {
    CHECK(rendered_sql("select $1, ${{ 1 }}").starts_with("fault at 7: '$' and a number is how expressions are bound"));
    CHECK(rendered_sql("select '$1', $$ $1 $$, a$1") == "select '$1', $$ $1 $$, a$1 <- []");
}

TEST_CASE("SQL that was compiled as plain text is checked when it is rendered") {
    const auto compiled = Template::compile("where a = '${{ 1 }}'", nullptr);
    REQUIRE(compiled.has_value());
    CHECK(!compiled->render_sql(look_up));
}

TEST_CASE("settings are rendered through and keep their keys and types") {
    CHECK(settings(R"({"${{ k }}": "${{ params.min_views }}", "l": [1, "a${{ 2 }}", null], "o": {"p": true}})") ==
          R"({"${{ k }}":3,"l":[1,"a2",null],"o":{"p":true}})");
    CHECK(settings(R"("${{ 1 }}")") == "1");
}

TEST_CASE("SQL in settings is bound") {
    CHECK(settings(R"({"query": {"$sql": "select ${{ params.name }}"}})") ==
          R"({"query":{"params":["Zoë"],"text":"select $1"}})");
    CHECK(settings(R"({"query": {"$sql": "select 1"}})") == R"({"query":{"params":[],"text":"select 1"}})");
}

TEST_CASE("an error in settings says where it is") {
    CHECK(settings(R"({"from": {"match": ["a", "${{ params.none }}"]}})")
              .starts_with("error: from.match.1: ${{ params.none }}: 'params.none' has no value"));
    CHECK(settings(R"({"to": {"query": {"$sql": "'${{ 1 }}'"}}})")
              .starts_with("error: to.query: an expression within quotes"));
    CHECK(settings(R"("${{")").starts_with("error: '${{' is not closed"));
}
