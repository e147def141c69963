// What stands below load, sql and check.
#include "tests/scheduler/yaml/support.hpp"

namespace weir::yaml {

TEST_CASE("a source is of one kind and complete") {
    const Example examples[] = {
        {R"(load:
  from: {csv: a.csv}
  to: {csv: b.csv}
)",
         ""},
        {R"(load:
  from: {redis: cache, csv: a.csv}
  to: {csv: b.csv}
)",
         "etl.yaml:4:13: from: expected exactly one of the keys redis, postgres, csv, sqlite; found redis and csv"},
        {R"(load:
  from: {rediss: cache, match: x}
  to: {csv: b.csv}
)",
         "etl.yaml:4:13: from: expected exactly one of the keys redis, postgres, csv, sqlite; found 'rediss', did you "
         "mean 'redis'?"},
        {R"(load:
  from: {redis: cache}
  to: {csv: b.csv}
)",
         "etl.yaml:4:13: a redis source needs the key 'match'"},
        {R"(load:
  from: {postgres: warehouse}
  to: {csv: b.csv}
)",
         "etl.yaml:4:13: a source needs exactly one of query, table; found none"},
        {R"(load:
  from: {postgres: warehouse, query: select 1, table: t}
  to: {csv: b.csv}
)",
         "etl.yaml:4:59: a source needs exactly one of query, table; found query and table"},
        {R"(load:
  from: {csv: a.csv, delimter: ";"}
  to: {csv: b.csv}
  on_bad_row: skip
)",
         R"(etl.yaml:4:26: unknown key 'delimter' in a csv source; did you mean 'delimiter'?
etl.yaml:6:19: on_bad_row: expected one of fail, reject, found the text 'skip')"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("named sources and sql go together") {
    const Example examples[] = {
        {R"(load:
  from: {a: {csv: a.csv}, b: {csv: b.csv}}
  to: {csv: b.csv}
)",
         "etl.yaml:4:13: named sources need the key 'sql': the query that joins them"},
        {R"(load:
  from: {csv: a.csv}
  sql: select 1
  to: {csv: b.csv}
)",
         "etl.yaml:5:12: sql joins named sources; give the source a name, as in from: {views: {…}}"},
        {R"(load:
  from: {a: {csv: a.csv}, b: {csv: b.csv, columns: {x: txt}}}
  sql: select 1
  to: {csv: b.csv}
)",
         "etl.yaml:4:60: x: expected one of text, bigint, integer, double, numeric, boolean, date, timestamptz, jsonb, "
         "found the text 'txt'; did you mean 'text'?"},
        {R"(load:
  from: {"redis": {csv: a.csv}, csv: {csv: b.csv}}
  sql: select 1
  to: {csv: b.csv}
)",
         ""},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("a target is of one kind and says how it is written") {
    const Example examples[] = {
        {R"(load:
  from: {csv: a.csv}
)",
         "etl.yaml:4:7: a load needs the key 'to'"},
        {R"(load:
  from: {}
  to: {}
)",
         R"(etl.yaml:4:13: from: expected exactly one of the keys redis, postgres, csv, sqlite; found none
etl.yaml:5:11: to: expected exactly one of the keys postgres, sqlite, csv; found none)"},
        {R"(load:
  from: {csv: a.csv, columns: [a, b]}
  to: {postgres: warehouse, table: t}
)",
         R"(etl.yaml:4:35: columns: expected a map of column names and types, found a list
etl.yaml:5:11: a target table needs exactly one of replace, upsert, append; found none)"},
        {R"(load:
  from: {csv: a.csv}
  to: {postgres: warehouse, table: t, replace: window, append: true}
)",
         "etl.yaml:5:68: a target table needs exactly one of replace, upsert, append; found replace and append"},
        {R"(load:
  from: {csv: a.csv}
  to: {postgres: warehouse, table: t, append: false}
)",
         "etl.yaml:5:51: append: expected true, found the boolean false"},
        {R"(load:
  from: {csv: a.csv}
  to: {postgres: warehouse, table: t, replace: rows}
)",
         "etl.yaml:5:52: replace: expected one of window, table, found the text 'rows'"},
        {R"(load:
  from: {csv: a.csv}
  to: {postgres: warehouse, table: t, upsert: id}
)",
         "etl.yaml:5:51: upsert: expected a list of columns, found the text 'id'"},
        {R"(load:
  from: {csv: a.csv}
  to: {redis: cache}
)",
         "etl.yaml:5:11: to: expected exactly one of the keys postgres, sqlite, csv; found 'redis'"},
        {"load: a.csv\n", "etl.yaml:3:11: load: expected a map of a load's keys, found the text 'a.csv'"},
        {R"(load:
  from: a.csv
  to: b.csv
)",
         R"(etl.yaml:4:13: from: expected a source such as {csv: data/catalog.csv}, or a map of named sources, found the text 'a.csv'
etl.yaml:5:11: to: expected a target such as {csv: out/report.csv}, found the text 'b.csv')"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("a connection exists and is of the right kind") {
    const Example examples[] = {
        {R"(load:
  from: {redis: warehouse, match: x}
  to: {postgres: cache, table: t, replace: table}
)",
         R"(etl.yaml:4:21: connection 'warehouse' is of kind postgres, not redis
etl.yaml:5:22: connection 'cache' is of kind redis, not postgres)"},
        {R"(load:
  from: {redis: cach, match: x}
  to: {postgres: other, table: t, replace: table}
)",
         R"(etl.yaml:4:21: unknown connection 'cach'; did you mean 'cache'?
etl.yaml:5:22: unknown connection 'other'; known are warehouse)"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("sql names a database and a query") {
    const Example examples[] = {
        {"sql: select 1\n",
         "etl.yaml:3:10: sql: expected a map such as {postgres: warehouse, query: …}, found the text 'select 1'"},
        {"sql: {postgres: warehouse}\n", "etl.yaml:3:10: sql on postgres needs the key 'query'"},
        {R"(sql: {postgres: warehouse, query: ""}
)",
         "etl.yaml:3:39: query: expected an SQL query, found an empty text"},
        {"sql: {query: select 1}\n",
         "etl.yaml:3:10: sql: expected exactly one of the keys postgres, sqlite; found 'query'"},
        {R"(sql: {postgres: "${{ params.x }}", query: select 1}
)",
         "etl.yaml:3:26: this DAG declares no params"},
        {R"(sql:
  postgres: warehouse
  query: |
    select 1,
      ${{ window.begin }}
)",
         "etl.yaml:7:15: 'window' has no 'begin'; known are start, end"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("an expectation is one of those that exist, and complete") {
    const Example examples[] = {
        {R"(check:
  on: {postgres: warehouse, table: t}
  expect: [not_null: id, unique: [a, b], row_count: {min: 1}, accepted_values: {column: c, values: [a, 1, true]}, reconcile: {with: s, sum: v}]
)",
         ""},
        {R"(check:
  on: {postgres: warehouse}
  expect: []
)",
         R"(etl.yaml:4:11: `on` needs exactly one of table, query; found none
etl.yaml:5:15: expect: expected a list of expectations, found an empty list)"},
        {R"(check:
  on: {postgres: warehouse, table: t}
  expect: [not_nul: id]
)",
         "etl.yaml:5:16: unknown key 'not_nul' in an expectation; did you mean 'not_null'?"},
        {R"(check:
  on: {postgres: warehouse, table: t}
  expect: [{not_null: id, unique: id}, {}]
)",
         R"(etl.yaml:5:39: an expectation is exactly one of not_null, unique, row_count, accepted_values, reconcile; found not_null and unique
etl.yaml:5:44: an expectation is exactly one of not_null, unique, row_count, accepted_values, reconcile; found none)"},
        {R"(check:
  on: {postgres: warehouse, table: t}
  expect: {not_null: id}
)",
         "etl.yaml:5:15: expect: expected a list of expectations, found a map"},
        {R"(check:
  on: {postgres: warehouse, table: t}
  window: runs
  expect: [row_count: 5, row_count: {}, row_count: {min: 1, equals: 2}, row_count: {min: -1}]
)",
         R"(etl.yaml:5:15: window: expected one of run, all, found the text 'runs'; did you mean 'run'?
etl.yaml:6:27: row_count: expected a map of row_count's keys, found the number 5
etl.yaml:6:41: row_count needs at least one of min, max, equals
etl.yaml:6:73: 'equals' can't stand together with 'min'
etl.yaml:6:94: min: expected a whole number from 0 to 9007199254740992, found the number -1)"},
        {R"(check:
  on: {postgres: warehouse, table: t}
  expect: [reconcile: {with: s}, reconcile: {with: s, sum: a, count: true}, reconcile: {sum: a}, accepted_values: {column: a, values: [yes, 2026-01-01, null]}]
)",
         R"(etl.yaml:5:27: reconcile needs exactly one of sum, count; found none
etl.yaml:5:74: reconcile needs exactly one of sum, count; found sum and count
etl.yaml:5:92: reconcile needs the key 'with'
etl.yaml:5:140: values: expected a text, number or boolean, found yes, a boolean to some readers of YAML; write true, or quote it: "yes"
etl.yaml:5:145: values: expected a text, number or boolean, found 2026-01-01, a date to some readers of YAML; quote it: "2026-01-01"
etl.yaml:5:157: values: expected a text, number or boolean, found nothing)"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("connections are let through where weir.yaml is not known") {
    const auto text = with_task("sql: {postgres: anything, query: select 1}\npool: any");
    CHECK(faults(text, Surroundings{}) == "");
}

TEST_CASE("settings are the YAML as JSON, with SQL marked as such") {
    const auto dag = dag_of(with_task(R"(load:
  from:
    views: {postgres: warehouse, query: "select ${{ window.start }} as t"}
    catalog: {csv: a.csv, columns: {price: numeric}, delimiter: ";"}
  sql: |
    select 1
  to: {postgres: warehouse, table: reports.views, upsert: [id]}
  on_bad_row: reject
)"));
    CHECK(std::get<model::OperatorCall>(dag->tasks.front().action).settings == model::parse_json(R"({
        "from": {"views": {"postgres": "warehouse", "query": {"$sql": "select ${{ window.start }} as t"}},
                 "catalog": {"csv": "a.csv", "columns": {"price": "numeric"}, "delimiter": ";"}},
        "sql": {"$sql": "select 1\n"},
        "to": {"postgres": "warehouse", "table": "reports.views", "upsert": ["id"]},
        "on_bad_row": "reject"})"));
}

TEST_CASE("settings keep numbers, booleans, and expressions in their place") {
    const auto dag = dag_of("params: {least: 1}\n" + with_task(R"(check:
  on: {sqlite: x.db, table: t}
  expect:
    - row_count: {min: "${{ params.least }}", max: 10}
    - accepted_values: {column: c, values: [a, 1, 1.5, true, "1"]}
    - reconcile: {with: s, count: true, tolerance: 0.5}
)"));
    CHECK(std::get<model::OperatorCall>(dag->tasks.front().action).settings == model::parse_json(R"({
        "on": {"sqlite": "x.db", "table": "t"},
        "expect": [{"row_count": {"min": "${{ params.least }}", "max": 10}},
                   {"accepted_values": {"column": "c", "values": ["a", 1, 1.5, true, "1"]}},
                   {"reconcile": {"with": "s", "count": true, "tolerance": 0.5}}]})"));
}

}  // namespace weir::yaml
