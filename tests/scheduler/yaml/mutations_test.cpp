// Damaged files: whatever stands in them, the loader answers with a DAG or with messages. Seeds are fixed.
#include <random>

#include "tests/scheduler/yaml/support.hpp"

namespace weir::yaml {
namespace {

constexpr std::string_view kSound = R"(id: report
tags: [a, "b"]
schedule:
  - {cron: "15 2 * * *", timezone: Europe/Berlin, catchup: latest}
  - {windows: [views/eu, orders], every: 5m, cover: 1d, at_least: 1, deadline: 2h, on_deadline: run, debounce: 1m}
  - event: {type: shop.*, where: "${{ event.data.total > 1 }}", count: 3, within: 10m}
params:
  least: {type: integer, default: 1, minimum: 0}
  name: "x"
defaults: &base {retries: 2, retry_delay: 30s, env: {A: "${{ run.id }}"}}
tasks:
  load:
    <<: *base
    load:
      from: {views: {postgres: warehouse, query: "select ${{ window.start }}"}, c: {csv: a.csv}}
      sql: |
        select 1
          where x >= ${{ params.least }}
      to: {postgres: warehouse, table: t, replace: window}
  check:
    needs: load
    if: ${{ tasks.load.outputs.rows > 0 }}
    check: {on: {postgres: warehouse, table: t}, expect: [not_null: x, row_count: {min: 1}]}
  say: {needs: [load, check], produces: [views/us, report], env: {A: "${{ window.key }}${{ event.data.a }}"}, run: [echo, 'it''s', "caf\u00e9"], workdir: bin}
  make: {run: x, setup: true, retry_on: [1, SIGKILL, timeout], on_failure: [{run: ./tell}]}
  each:
    needs: make
    doc: a group
    defaults: {max_active: 1}
    group:
      one: {run: [x, "${{ item.a }}"], foreach: [{a: 1}, {a: 2}], label: "${{ item.a }}"}
      two: {wait: {http: {url: "https://a/b", expect_status: [200]}}, needs: one}
      deep: {group: {ask: {approve: {message: a, form: {b: 1}}}}, needs: two}
  drop: {run: x, needs: each, teardown: make}
)";

// Pieces that mean something to YAML, to the tables or to expressions.
constexpr std::string_view kPieces[] = {
    "\n",
    " ",
    "  ",
    "\t",
    ":",
    ": ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "|",
    ">",
    "#",
    " #",
    "&a ",
    "*a",
    "<<: ",
    "? ",
    "!",
    "%",
    "@",
    "`",
    "~",
    "null",
    "yes",
    "010",
    "1:30",
    "-",
    "---\n",
    "...\n",
    "${{",
    "}}",
    "$${{",
    "\\",
    "\\x4",
    "\\u12",
    "\r",
    "\x04",
    "\xff",
    "\xc3\xa9",
    "\xef\xbb\xbf",
    "999999999999999999999",
    "1e999",
    ".inf",
    "load",
    "group: {",
    "foreach: ",
    "range: ",
    "each",
    "item.",
    "windows: ",
    "every: ",
    "event: ",
    "event.",
    "views/*",
    "produces: ",
    "teardown: ",
    "needs",
    "tasks",
    "params.",
    "tasks.load",
    "||",
    ",",
};

}  // namespace

TEST_CASE("no damage to a file breaks the loader") {
    std::mt19937 random(20261122);
    const auto below = [&random](std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
    };
    const auto surroundings = known_surroundings();
    REQUIRE(lines_of(load_dag(kSound, "etl.yaml", "/dags", surroundings).diagnostics) == "");
    for (int round = 0; round < 3000; ++round) {
        std::string text(kSound);
        for (auto damages = 1 + below(4); damages > 0 && !text.empty(); --damages) {
            const auto at = below(text.size());
            switch (below(4)) {
                case 0:
                    text.insert(at, kPieces[below(std::size(kPieces))]);
                    break;
                case 1:
                    text.erase(at, 1 + below(20));
                    break;
                case 2:
                    text[at] = static_cast<char>(below(256));
                    break;
                case 3:
                    text.insert(below(text.size()), text.substr(at, 1 + below(60)));
                    break;
            }
        }
        CAPTURE(round);
        CAPTURE(text);
        const auto loaded = load_dag(text, "etl.yaml", "/dags", surroundings);
        REQUIRE((loaded.dag == nullptr) == !loaded.diagnostics.empty());
        for (const auto& diagnostic : loaded.diagnostics) {
            REQUIRE_FALSE(diagnostic.message.empty());
            REQUIRE(diagnostic.line >= 0);
        }
        (void)load_config(text, "weir.yaml", "/etc/weir");
    }
}

TEST_CASE("no beginning of a file breaks the loader") {
    for (std::size_t length = 0; length < kSound.size(); ++length) {
        const auto loaded = load_dag(kSound.substr(0, length), "etl.yaml", "/dags", known_surroundings());
        REQUIRE((loaded.dag == nullptr) == !loaded.diagnostics.empty());
    }
}

}  // namespace weir::yaml
