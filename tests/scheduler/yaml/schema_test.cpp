// The JSON Schemas come from the tables that the loaders read by. Here the two are held against each other.
#include "scheduler/yaml/schema.hpp"

#include "scheduler/yaml/problems.hpp"
#include "scheduler/yaml/settings.hpp"
#include "tests/scheduler/yaml/json_schema.hpp"
#include "tests/scheduler/yaml/support.hpp"

namespace weir::yaml {
namespace {

// The file as an editor sees it.
Json json_of(std::string_view text) {
    Problems problems("etl.yaml");
    const auto tree = read_tree(text, problems);
    REQUIRE_MESSAGE(problems.empty(), text);
    return to_json(tree->root);
}

constexpr std::string_view kSoundTasks[] = {
    "run: x",
    "run: [x, 5, true]",
    "run: x\nneeds: []",
    "run: x\nif: false",
    "run: x\nif: ${{ run.id == 'a' }}",
    "run: x\nretries: 3\nretry_delay: 1h30m\nretry_backoff: 1.5\ntimeout: 0\ngrace: 500ms",
    "run: x\nenv: {A: 1.5, B: b, C: true, D: \"${{ run.id }}\"}",
    "run: x\ntrigger_rule: all_done\npool: narrow\npool_slots: 2",
    "run: x\nworkdir: sub\nlog_limit: 1GiB\nexecutor: process\npriority_weight: -1\ndoc: words",
    "load: {from: {csv: a.csv}, to: {csv: b.csv}}",
    "load: {from: {redis: cache, match: 'x*', columns: {a: text}}, to: {postgres: warehouse, table: t, replace: "
    "window}}",
    "load: {from: {a: {sqlite: x.db, table: t}, b: {postgres: warehouse, query: q}}, sql: q, to: {sqlite: y.db, table: "
    "t, append: true}}",
    "load: {from: {csv: a.csv, delimiter: ';'}, to: {postgres: warehouse, table: t, upsert: [a]}, columns: {a: "
    "bigint}, on_bad_row: reject}",
    "sql: {postgres: warehouse, query: select 1}",
    "sql: {sqlite: x.db, query: \"select ${{ run.id }}\"}",
    "run: x\nforeach: [a, 1, {b: c}]\nmax_parallel: 2\nlabel: \"${{ item }}\"",
    "run: x\nforeach: {a: 1, b: 2}",
    "run: x\nforeach: {range: 5}",
    "run: x\nforeach: {range: [1, 5]}",
    "run: x\nforeach: {range: [5, 1, -1]}",
    "run: x\nforeach: ${{ [run.id, 'b'] }}",
    "run: x\nretries: 1\nretry_on: [1, SIGKILL, timeout]",
    "run: x\nretry_on: timeout",
    "run: x\nskip_on_exit_code: 99\nmax_active: 2\nshort_circuit: true\nsetup: true",
    "run: x\nproduces: views",
    "run: x\nproduces: [views/eu, orders]",
    "run: x\ndepends_on_past: true\nwait_for_downstream: false\ndeadline: 1h\non_deadline: team",
    "run: x\non_success: team\non_failure: [team, {notify: desk}, {run: ./tell}]\non_retry: {run: ./tell}",
    "group: {a: {run: x}, b: {run: x, needs: a}}\ndoc: words\ndefaults: {retries: 1}",
    "group: {a: {group: {b: {run: x}}}}",
    "wait: {file: done}",
    "wait: {file: done, interval: 5s, soft_fail: true}",
    "wait: {http: 'http://a/b'}",
    "wait: {http: {url: \"https://a/${{ run.id }}\", method: POST, headers: {A: b}, body: {c: [1]}, expect_status: "
    "[200, "
    "204], expect: ok}}",
    "wait: {sql: {postgres: warehouse, query: select 1}}",
    "wait: {redis: {connection: cache, key: a}}",
    "wait: {run: {dag: other, logical_date: same, states: [success, failed]}}",
    "wait: {run: {dag: other, logical_date: '2026-11-22T08:00:00Z'}}",
    "wait: {until: \"${{ window.end | add('2h') }}\"}",
    "wait: {for: 5m}",
    "dag: other",
    "dag: {id: other, params: {a: 1, b: [\"${{ run.id }}\"]}, wait: false, logical_date: \"${{ logical_date }}\"}",
    "approve: Is it good?",
    "approve: {message: Good, form: {a: 1, b: {type: string}}, roles: [admin], default: reject, on_reject: skip}\n"
    "timeout: 1d",
    "check: {on: {postgres: warehouse, query: q}, window: all, expect: [not_null: [a, b], unique: a]}",
    "check: {on: {sqlite: x.db, table: t}, expect: [row_count: {min: 1, max: 5}, row_count: {equals: 5}, row_count: "
    "{min: \"${{ run.note }}\"}]}",
    "check: {on: {sqlite: x.db, table: t}, expect: [accepted_values: {column: a, values: [a, 1, true]}, reconcile: "
    "{with: t, count: true}]}",
};

constexpr std::string_view kWrongTasks[] = {
    "{}",
    "retries: 3",
    "run: x\nload: {from: {csv: a.csv}, to: {csv: b.csv}}",
    "run: x\nforeach: a",
    "run: x\nforeach: [a, \"${{ run.id }}\"]",
    "run: x\nforeach: {range: many}",
    "run: x\nforeach: {range: [1]}",
    "run: x\nforeach: {range: [1, 2, 3, 4]}",
    "run: x\nforeach: {range: 10001}",
    "run: x\nmax_parallel: 2",
    "run: x\nlabel: a",
    "run: x\nretry_on: []",
    "run: x\nretry_on: 0",
    "run: x\nretry_on: SIGNONE",
    "run: x\nskip_on_exit_code: 0",
    "run: x\nproduces: []",
    "run: x\nproduces: views/*",
    "run: x\nproduces: {views: eu}",
    "run: x\nmax_active: 0",
    "run: x\nsetup: maybe",
    "run: x\nsetup: true\nteardown: t",
    "run: x\nteardown: []",
    "run: x\non_success: {}",
    "run: x\non_success: {notify: team, run: x}",
    "run: x\non_success: {run: \"${{ run.id }}\"}",
    "run: x\non_success: {mail: team}",
    "group: {}",
    "group: {a.b: {run: x}}",
    "group: {a: {}}",
    "group: {a: {run: x}}\nrun: x",
    "group: {a: {run: x}}\nretries: 1",
    "wait: {}",
    "wait: done",
    "wait: {interval: 5s}",
    "wait: {file: a, for: 5s}",
    "wait: {file: ''}",
    "wait: {http: 'ftp://a'}",
    "wait: {http: {url: 'http://a', method: PATCH}}",
    "wait: {http: {url: 'http://a', expect_status: 99}}",
    "wait: {http: {url: 'http://a', headers: {'a b': c}}}",
    "wait: {redis: {connection: cache}}",
    "wait: {run: {dag: a b}}",
    "wait: {run: {dag: a, states: [running]}}",
    "wait: {run: {dag: a, logical_date: yesterday}}",
    "wait: {until: tomorrow}",
    "wait: {for: 5}",
    "dag: a b",
    "dag: {params: {a: 1}}",
    "dag: {id: a, params: {'a-b': 1}}",
    "dag: {id: a, wait: maybe}",
    "approve: ''",
    "approve: {form: {a: 1}}",
    "approve: {message: a, roles: [owner]}",
    "approve: {message: a, default: maybe}",
    "approve: {message: a, on_reject: retry}",
    "approve: {message: a, form: {a: {type: int}}}",
    "run: []",
    "run: {a: b}",
    "run: 5",
    "run: ''",
    "run: echo ${{ run.id }}",
    "run: x\nneeds: {a: b}",
    "run: x\nneeds: 5",
    "run: x\nneeds: [b, b]",
    "run: x\nneeds: a b",
    "run: x\nretries: many",
    "run: x\nretries: 1.5",
    "run: x\nretries: -1",
    "run: x\nretries: 1001",
    "run: x\nretry_delay: 30",
    "run: x\nretry_delay: 30 s",
    "run: x\nretry_delay: ''",
    "run: x\nretry_backoff: 0.5",
    "run: x\nlog_limit: 5MB",
    "run: x\nlog_limit: 0B",
    "run: x\nenv: [a]",
    "run: x\nenv: {A: [a]}",
    "run: x\nenv: {WEIR_A: a}",
    "run: x\nenv: {a-b: c}",
    "run: x\ntrigger_rule: never",
    "run: x\npool_slots: 0",
    "run: x\nworkdir: ~/a",
    "run: x\nworkdir: \"${{ run.id }}\"",
    "run: x\ndoc: 5",
    "run: x\ndoc: [a]",
    "run: x\nif: 5",
    "run: x\nif: ''",
    "load: x",
    "load: {from: {csv: a}}",
    "load: {from: {}, to: {}}",
    "load: {from: {csv: a, redis: b}, to: {csv: b}}",
    "load: {from: {a: {csv: a}}, to: {csv: b}}",
    "load: {from: {csv: a}, sql: q, to: {csv: b}}",
    "load: {from: {redis: cache}, to: {csv: b}}",
    "load: {from: {postgres: warehouse, table: t, query: q}, to: {csv: b}}",
    "load: {from: {csv: a}, to: {redis: cache}}",
    "load: {from: {csv: a}, to: {sqlite: b, table: t}}",
    "load: {from: {csv: a}, to: {sqlite: b, table: t, append: false}}",
    "load: {from: {csv: a}, to: {sqlite: b, table: t, append: true, replace: table}}",
    "load: {from: {csv: a, columns: {x: txt}}, to: {csv: b}}",
    "sql: select 1",
    "sql: {postgres: warehouse}",
    "sql: {query: q}",
    "sql: {postgres: warehouse, query: ''}",
    "check: {on: {sqlite: x.db, table: t}, expect: []}",
    "check: {on: {sqlite: x.db, table: t}, expect: [{}]}",
    "check: {on: {sqlite: x.db, table: t}, expect: [{not_null: a, unique: b}]}",
    "check: {on: {sqlite: x.db, table: t}, expect: [row_count: {}]}",
    "check: {on: {sqlite: x.db, table: t}, expect: [row_count: {min: 1, equals: 1}]}",
    "check: {on: {sqlite: x.db}, expect: [unique: a]}",
    "check: {on: {sqlite: x.db, table: t}, expect: [reconcile: {with: t}]}",
    "check: {expect: [unique: a]}",
    "check: {on: {sqlite: x.db, table: t}, window: some, expect: [unique: a]}",
};

constexpr std::string_view kSoundHeads[] = {
    "",
    "id: a.b-c_d",
    "description: ''",
    "tags: []",
    "schedule: '@daily'",
    "schedule: {cron: '@daily', timezone: UTC}",
    "schedule: ['@daily', {cron: '@hourly', catchup: none}]",
    "schedule: {windows: views, every: 5m}",
    "schedule: [{windows: [views/eu, b], every: 1h30m, cover: 1d, timezone: UTC, at_least: 1, deadline: 1h, "
    "on_deadline: skip, on_revision: rerun, debounce: 5s}]",
    "schedule: {windows: views/*, every: 1mo}",
    "schedule: {event: a.b.c}",
    "schedule: [{event: {type: a.*, source: b, subject: c, where: event.data.x, batch: all, debounce: 5s, max_pending: "
    "5}}, {event: {type: a, count: 5, within: 1h}}]",
    "max_active_runs: 1",
    "defaults: {retries: 1, env: {A: b}}",
    "defaults: {retry_on: timeout, max_active: 1, depends_on_past: true, deadline: 1h, on_failure: team}",
    "deadline: 5m",
    "deadline: {after: 5m, notify: team}",
    "deadline: {after: 5m, run: ./tell}",
    "deadline: 1h\non_deadline: [team]",
    "on_failure: []",
    "on_success: team\non_failure: [{notify: team}, {run: x}]",
    "pause_after_failures: 3\nrun_retries: 2\nrun_retry_delay: 1m\non_retry: team",
    "params: {a: 5, b: {type: string, enum: [a, b], default: a}, c: {}, d: {minimum: 1, type: number}}",
};

constexpr std::string_view kWrongHeads[] = {
    "id: a b",
    "id: ..",
    "id: ''",
    "id: 5",
    "ids: a",
    "tags: a",
    "tags: [a, a]",
    "schedule: []",
    "schedule: 5",
    "schedule: {timezone: UTC}",
    "schedule: [{cron: '@daily', catchup: some}]",
    "schedule: [windows: x]",
    "schedule: {windows: views, every: 2d}",
    "schedule: {windows: views/e*, every: 1h}",
    "schedule: {windows: 'a b', every: 1h}",
    "schedule: {windows: [], every: 1h}",
    "schedule: {windows: views, every: 1h, at_least: 0}",
    "schedule: {windows: views, every: 1h, on_deadline: run}",
    "schedule: {windows: views, every: 1h, on_revision: again}",
    "schedule: {windows: views, every: 1h, cron: '@daily'}",
    "schedule: {event: {}}",
    "schedule: {event: ''}",
    "schedule: {event: {type: 'a*b'}}",
    "schedule: {event: {type: a, batch: some}}",
    "schedule: {event: {type: a, count: 0}}",
    "schedule: {event: {type: a, where: ''}}",
    "max_active_runs: 0",
    "defaults: {needs: a}",
    "defaults: {run: a}",
    "params: [a]",
    "params: {a-b: 1}",
    "params: {a: [1]}",
    "params: {a: {type: int}}",
    "params: {a: {title: x}}",
    "params: {a: {enum: []}}",
    "defaults: {foreach: [a]}",
    "defaults: {setup: true}",
    "defaults: {if: false}",
    "deadline: 5",
    "deadline: {notify: team}",
    "deadline: {after: 5m, notify: team, run: x}",
    "on_retry: {team: yes}",
    "on_failure: {notify: [team]}",
    "pause_after_failures: -1",
    "run_retries: many",
};

constexpr std::string_view kSoundConfigs[] = {
    "{}",
    "dags: a",
    "listen: 127.0.0.1:80",
    "listen: '[::1]:80'",
    "timezone: UTC",
    "parallelism: 1",
    "retention: {runs: 1d, keep_last: 0}",
    "pools: {a: 1, b: {slots: 2, description: x}}",
    "connections: {a: {redis: {}}, b: {postgres: {host: h, password: {env: A}}}}",
    "connections: {a: {redis: {socket: /a, password: {file: b}}}}",
    "connections: {a: {kafka: {brokers: 'b:1', security_protocol: ssl, sasl_mechanism: PLAIN, username: u}}}",
    "connections: {c: {redis: {}}}\nsources: {a: {redis: {connection: c, stream: s, start: new, idle: 5m}}}",
    "connections: {c: {kafka: {brokers: b}}}\nsources: {a: {kafka: {connection: c, topics: [t]}}}",
    "connections: {c: {postgres: {}}}\nsources: {a: {postgres: {connection: c, table: a.b, poll: 1s}}}",
    "sources: {a: {files: {path: l, asset: v, partition: '%Y-%m-%d', every: 1d, marker: _DONE}}}",
    "notifiers: {a: {webhook: 'https://a/b'}, b: {webhook: {env: A}, headers: {X-A: b, Y: {file: c}}}, c: {run: x}}",
};

constexpr std::string_view kWrongConfigs[] = {
    "port: 5",
    "dags: 5",
    "dags: ''",
    "listen: 8080",
    "listen: ':80'",
    "listen: a",
    "parallelism: 0",
    "retention: {runs: 5}",
    "retention: {days: 5}",
    "pools: [a]",
    "pools: {a: -1}",
    "pools: {a: {}}",
    "pools: {a b: 1}",
    "connections: {a: {}}",
    "connections: {a: {redis: {}, postgres: {}}}",
    "connections: {a: {redis: {password: x}}}",
    "connections: {a: {redis: {password: {}}}}",
    "connections: {a: {redis: {password: {env: A, file: b}}}}",
    "connections: {a: {redis: {socket: /a, port: 5}}}",
    "connections: {a: {postgres: {port: 0}}}",
    "connections: {a: {postgres: {sslmode: x}}}",
    "connections: {a: {kafka: {}}}",
    "connections: {a: {kafka: {brokers: b, username: u}}}",
    "sources: {a: {redis: {stream: s}}}",
    "connections: {c: {redis: {}}}\nsources: {a: {redis: {connection: c, stream: s, start: last}}}",
    "connections: {c: {kafka: {brokers: b}}}\nsources: {a: {kafka: {connection: c, topics: []}}}",
    "sources: {a: {files: {path: l, asset: v, partition: '%Y-%m-%d'}}}",
    "sources: {a b: {files: {path: l, asset: v, partition: '%Y-%m-%d', every: 1d}}}",
    "notifiers: {a: {}}",
    "notifiers: {a: b}",
    "notifiers: {a: {webhook: b}}",
    "notifiers: {a: {webhook: {env: A, file: b}}}",
    "notifiers: {a: {webhook: 'https://a', headers: {'a b': c}}}",
    "notifiers: {a: {webhook: 'https://a', run: b}}",
    "notifiers: {a: {run: ''}}",
    "notifiers: {a b: {run: x}}",
};

std::string with_head(std::string_view head) { return std::string(head) + "\ntasks: {t: {run: x}}\n"; }

// Every object says its keys and takes no others, and every key is described.
void check_documented(const Json& schema, const std::string& where) {
    if (schema.is_array())
        for (const auto& one : schema) check_documented(one, where);
    if (!schema.is_object()) return;
    for (const auto& [key, value] : schema.items()) {
        if (key == "properties" && schema.contains("additionalProperties")) {
            CHECK_MESSAGE(schema.at("additionalProperties") == false, where);
            for (const auto& [name, property] : value.items())
                CHECK_MESSAGE(!property.value("description", "").empty(), where << "." << name);
        }
        check_documented(value, where + "." + key);
    }
}

}  // namespace

TEST_CASE("the schema accepts the tasks that the loader accepts") {
    const auto schema = dag_schema();
    for (const auto task : kSoundTasks) {
        CAPTURE(task);
        CHECK(faults(with_task(task)) == "");
        CHECK(accepts(schema, json_of(with_task(task))));
    }
}

TEST_CASE("the schema refuses the tasks that the loader refuses") {
    const auto schema = dag_schema();
    for (const auto task : kWrongTasks) {
        CAPTURE(task);
        CHECK(faults(with_task(task)) != "");
        CHECK_FALSE(accepts(schema, json_of(with_task(task))));
    }
}

TEST_CASE("the schema accepts the keys of a DAG that the loader accepts") {
    const auto schema = dag_schema();
    for (const auto head : kSoundHeads) {
        CAPTURE(head);
        CHECK(faults(with_head(head)) == "");
        CHECK(accepts(schema, json_of(with_head(head))));
    }
}

TEST_CASE("the schema refuses the keys of a DAG that the loader refuses") {
    const auto schema = dag_schema();
    for (const auto head : kWrongHeads) {
        CAPTURE(head);
        CHECK(faults(with_head(head)) != "");
        CHECK_FALSE(accepts(schema, json_of(with_head(head))));
    }
}

TEST_CASE("the schema of weir.yaml accepts what its loader accepts") {
    const auto schema = config_schema();
    for (const auto config : kSoundConfigs) {
        CAPTURE(config);
        CHECK(config_faults(config) == "");
        CHECK(accepts(schema, json_of(config)));
    }
}

TEST_CASE("the schema of weir.yaml refuses what its loader refuses") {
    const auto schema = config_schema();
    for (const auto config : kWrongConfigs) {
        CAPTURE(config);
        CHECK(config_faults(config) != "");
        CHECK_FALSE(accepts(schema, json_of(config)));
    }
}

TEST_CASE("every key is described to editors") {
    check_documented(dag_schema(), "dag");
    check_documented(config_schema(), "config");
}

}  // namespace weir::yaml
