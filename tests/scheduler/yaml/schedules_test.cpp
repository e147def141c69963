// Schedule entries of windows and of events, what tasks produce, and the names that only such DAGs know.
#include "tests/scheduler/yaml/support.hpp"

namespace weir::yaml {
namespace {

using namespace std::chrono_literals;
using model::Period;

// The file with this schedule entry, whose keys begin in line 2, column 5.
std::string with_entry(std::string_view lines) {
    std::string text = "schedule:\n  - ";
    for (const char c : lines) {
        text += c;
        if (c == '\n') text += "    ";
    }
    return text + "\ntasks: {a: {run: x}}\n";
}

model::WindowSchedule windows_of(std::string_view lines) {
    const auto dag = dag_of(with_entry(lines));
    REQUIRE(dag->schedule.size() == 1);
    return std::get<model::WindowSchedule>(dag->schedule.front());
}

model::EventSchedule event_of(std::string_view lines) {
    const auto dag = dag_of(with_entry(lines));
    REQUIRE(dag->schedule.size() == 1);
    return std::get<model::EventSchedule>(dag->schedule.front());
}

constexpr std::string_view kTask = "tasks: {a: {run: x}}\n";

}  // namespace

TEST_CASE("an entry of windows is read with every key") {
    const auto read = windows_of(R"(windows: [views/eu, orders]
every: 5m
cover: 1d
timezone: Europe/Berlin
at_least: 1
deadline: 2h
on_deadline: run
on_revision: rerun
debounce: 30s)");
    CHECK(read.assets == std::vector<std::string>{"views/eu", "orders"});
    CHECK(read.every == Period{Period::Unit::fixed, 5min});
    CHECK(read.cover == Period{Period::Unit::day, 0s});
    CHECK(read.timezone == "Europe/Berlin");
    CHECK(read.at_least == 1);
    CHECK(read.deadline == model::Duration{2h});
    CHECK(read.on_deadline == model::OnDeadline::run);
    CHECK(read.on_revision == model::OnRevision::rerun);
    CHECK(read.debounce == model::Duration{30s});
}

TEST_CASE("an entry of windows covers one window in weir.yaml's zone unless it says more") {
    Surroundings surroundings;
    surroundings.timezone = "Asia/Tokyo";
    const auto loaded = load_dag(with_entry("{windows: views/*, every: 1w}"), "etl.yaml", "/dags", surroundings);
    REQUIRE(loaded.dag != nullptr);
    model::WindowSchedule expected;
    expected.assets = {"views/*"};
    expected.every = expected.cover = Period{Period::Unit::week, 0s};
    expected.timezone = "Asia/Tokyo";
    CHECK(std::get<model::WindowSchedule>(loaded.dag->schedule.front()) == expected);
}

TEST_CASE("an entry of events is read with every key") {
    const auto read = event_of(R"(event:
  type: shop.order.*
  source: /shop/*
  subject: orders
  where: ${{ event.data.total > 100 }}
  batch: one
  count: 3
  within: 10m
  max_pending: 50)");
    CHECK(read.type == "shop.order.*");
    CHECK(read.source == "/shop/*");
    CHECK(read.subject == "orders");
    CHECK(read.condition == "event.data.total > 100");
    CHECK(read.batch == model::Batch::one);
    CHECK(read.count == 3);
    CHECK(read.within == model::Duration{10min});
    CHECK(read.max_pending == 50);
    const auto all = event_of("event: {type: a, batch: all, debounce: 5s}");
    CHECK(all.batch == model::Batch::all);
    CHECK(all.debounce == model::Duration{5s});
}

TEST_CASE("an event alone is its type") {
    model::EventSchedule expected;
    expected.type = "shop.order.paid";
    CHECK(event_of("event: shop.order.paid") == expected);
}

TEST_CASE("entries of all kinds are alternatives") {
    const auto dag = dag_of(R"(schedule:
  - "@daily"
  - {windows: views, every: 1h}
  - event: a
  - event: b
tasks: {a: {run: x}}
)");
    REQUIRE(dag->schedule.size() == 4);
    CHECK(std::holds_alternative<model::CronSchedule>(dag->schedule[0]));
    CHECK(std::holds_alternative<model::WindowSchedule>(dag->schedule[1]));
    CHECK(std::get<model::EventSchedule>(dag->schedule[3]).type == "b");
}

TEST_CASE("an entry of a schedule is of one kind") {
    const Example examples[] = {
        {"corn: x",
         "etl.yaml:2:5: schedule: expected exactly one of the keys cron, windows, event; found 'corn', did you mean "
         "'cron'?"},
        {"{cron: \"@daily\", windows: views, every: 1h}",
         "etl.yaml:2:5: schedule: expected exactly one of the keys cron, windows, event; found cron and windows"},
        {"{windows: views, evry: 1h}",
         "etl.yaml:2:22: unknown key 'evry' in a schedule entry of windows; did you mean 'every'?"},
        {"{event: a, where: 'true'}",
         "etl.yaml:2:16: unknown key 'where' in a schedule entry of events; known are event"},
        {"event: {type: a, typ: b}",
         "etl.yaml:2:22: unknown key 'typ' in an event that is waited for; did you mean 'type'?"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_entry(example.yaml)) == example.faults);
    }
}

TEST_CASE("the keys of windows are judged") {
    const Example examples[] = {
        {"windows: views", "etl.yaml:2:5: a schedule entry of windows needs the key 'every'"},
        {"{windows: views, every: 5}",
         "etl.yaml:2:29: every: expected a length of at most 12h, such as 5m or 1h, or 1d, 1w or 1mo, found the number "
         "5; "
         "write it with its unit: 5s"},
        {"{windows: views, every: 24h}",
         "etl.yaml:2:29: every: expected a length of at most 12h, such as 5m or 1h, or 1d, 1w or 1mo, found the text "
         "'24h'"},
        {"{windows: views, every: 1h, cover: 5m}",
         "etl.yaml:2:40: cover (5m) is shorter than every (1h), a window's own length"},
        {"{windows: views, every: 1w, cover: 1d}",
         "etl.yaml:2:40: cover (1d) is shorter than every (1w), a window's own length"},
        {"{windows: views, every: 60m, cover: 1h}", ""},
        {"{windows: a b, every: 1h}",
         "etl.yaml:2:15: 'a b' is no asset's name, which has 1 to 100 letters, digits and _ . ~ : + -"},
        {"{windows: views/, every: 1h}", "etl.yaml:2:15: 'views/' ends before its key; write views"},
        {"{windows: views/e*, every: 1h}",
         "etl.yaml:2:15: 'views/e*': a '*' stands for every key and is all of it, as in views/*"},
        {"{windows: '*', every: 1h}", "etl.yaml:2:15: '*': a '*' stands for every key and is all of it, as in views/*"},
        {"{windows: [views/*, orders], every: 1h}",
         "etl.yaml:2:25: 'views/*' and 'orders': there is a run for each key of all the assets, or of none; write "
         "orders/* too"},
        {"{windows: [views/*, orders/*], every: 1h}", ""},
        {"{windows: [views, views], every: 1h}", "etl.yaml:2:23: windows: 'views' stands here twice"},
        {"{windows: [], every: 1h}",
         "etl.yaml:2:15: windows: expected an asset such as views or views/eu, or a list of them, found an empty list"},
        {"{windows: [a, b], every: 1h, at_least: 3}", "etl.yaml:2:44: at_least is 3, and there are 2 assets"},
        {"{windows: a, every: 1h, at_least: 2}", "etl.yaml:2:39: at_least is 2, and there is 1 asset"},
        {"{windows: a, every: 1h, at_least: 0}",
         "etl.yaml:2:39: at_least: expected a whole number from 1 to 100, found the number 0"},
        {"{windows: a, every: 1h, on_deadline: skip}", "etl.yaml:2:42: 'on_deadline' says nothing without 'deadline'"},
        {"{windows: a, every: 1h, deadline: 1h, on_deadline: stop}",
         "etl.yaml:2:56: on_deadline: expected one of fail, run, skip, found the text 'stop'"},
        {"{windows: a, every: 1h, on_revision: ignore, debounce: 5s}",
         "etl.yaml:2:60: debounce is how long a rerun waits, and on_revision: ignore makes none"},
        {"{windows: a, every: 1h, timezone: Europe/Berln}",
         "etl.yaml:2:39: unknown time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_entry(example.yaml)) == example.faults);
    }
}

TEST_CASE("the keys of an event are judged") {
    const Example examples[] = {
        {"event: {source: a}", "etl.yaml:2:12: an event that is waited for needs the key 'type'"},
        {"event: {type: a*b}", "etl.yaml:2:19: 'a*b': a '*' stands for any rest, at the end only"},
        {"event: 5",
         "etl.yaml:2:12: event: expected an event's type such as shop.order.paid or shop.order.*, found the "
         "number 5; quote it: \"5\""},
        {"event: {type: a, batch: all, count: 3}",
         "etl.yaml:2:41: count and batch: all contradict each other: a run takes so many events, or all that have come "
         "until it begins; leave one of the two out"},
        {"event: {type: a, batch: one, count: 3, within: 10m}", ""},
        {"event: {type: a, within: 10m}",
         "etl.yaml:2:30: within is the time in which several events come, and one is enough; write count: 2"},
        {"event: {type: a, count: 2, debounce: 5s}", ""},
        {"event: {type: a, count: 2000}",
         "etl.yaml:2:29: count is 2000, and only 1000 events may wait; write max_pending: 2000"},
        {"event: {type: a, count: 0}",
         "etl.yaml:2:29: count: expected a whole number from 1 to 100000, found the number 0"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_entry(example.yaml)) == example.faults);
    }
}

TEST_CASE("where is one expression over the event") {
    const Example examples[] = {
        {"event: {type: a, where: event.data.total > 100}", ""},
        {"event: {type: a, where: \"${{ event.partitionkey == 'eu' }}\"}", ""},
        {"event: {type: a, where: event.data.total > params.least}",
         "etl.yaml:2:48: 'params' is not known in `where`, which is decided before there is a run; it sees `event`"},
        {"event: {type: a, where: event.dta.total > 100}",
         "etl.yaml:2:29: event.dta is an attribute and has no 'total'; what the event holds is event.data"},
        {"event: {type: a, where: event.Type == 'b'}",
         "etl.yaml:2:29: an event has no 'Type'; it has data, id, source, type, subject, time, and other attributes of "
         "small letters and digits"},
        {"event: {type: a, where: \"${{ event.data.a }} or ${{ event.data.b }}\"}",
         "etl.yaml:2:29: where: expected one expression; write ${{ … }} around all of it, or around nothing"},
        {"event: {type: a, where: true}",
         "etl.yaml:2:29: where: expected an expression, found the boolean true; quote it: \"true\""},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_entry(example.yaml)) == example.faults);
    }
}

TEST_CASE("a DAG has one entry of windows") {
    CHECK(faults("schedule:\n  - {windows: a, every: 1h}\n  - \"@daily\"\n  - {windows: b, every: 1h}\n" +
                 std::string(kTask)) ==
          "etl.yaml:4:5: a DAG has one schedule entry of windows, and there is one in line 2 already; list the assets "
          "there, or write a second DAG");
}

TEST_CASE("a task tells what it produces") {
    CHECK(dag_of(with_task("run: x\nproduces: views"))->tasks[0].produces == std::vector<std::string>{"views"});
    CHECK(dag_of(with_task("run: x\nproduces: [views/eu, orders]"))->tasks[0].produces ==
          std::vector<std::string>{"views/eu", "orders"});
    CHECK(faults(with_task("run: x\nproduces: views/*")) ==
          "etl.yaml:4:15: 'views/*': a task says which key it produces; no '*' can stand here");
    CHECK(faults(with_task("run: x\nproduces: \"${{ run.id }}\"")) ==
          "etl.yaml:4:15: '${{ run.id }}' is no asset's name, which has 1 to 100 letters, digits and _ . ~ : + -");
}

TEST_CASE("a DAG does not wait for what it produces itself") {
    const auto judged = [](std::string_view entry, std::string_view product) {
        return faults(fmt::format("schedule: {}\ntasks:\n  a: {{run: x, produces: [other, {}]}}\n", entry, product));
    };
    const auto refused = [](std::string_view product) {
        return fmt::format(
            "etl.yaml:3:33: the DAG waits for '{}' itself (line 1): each run would make the next, for ever", product);
    };
    CHECK(judged("{windows: [a, views], every: 1h}", "views") == refused("views"));
    CHECK(judged("{windows: views/*, every: 1h}", "views/eu") == refused("views/eu"));
    CHECK(judged("{windows: views/us, every: 1h}", "views/eu") == "");
    CHECK(judged("{windows: views, every: 1h}", "views/eu") == "");
    CHECK(judged("{windows: views/*, every: 1h}", "views") == "");
    CHECK(judged("{event: {type: dev.weir.*, subject: vie*}}", "views") == refused("views"));
    CHECK(judged("{event: {type: dev.weir.*, subject: orders}}", "views") == "");
    CHECK(judged("{event: {type: dev.weir.*, source: /flink}}", "views") == "");
}

TEST_CASE("the names of windows and events are known where there are such schedules") {
    const auto in_task = [](std::string_view schedule, std::string_view expression) {
        return faults(fmt::format("schedule: {}\ntasks:\n  t: {{run: x, env: {{A: \"${{{{ {} }}}}\"}}}}\n", schedule,
                                  expression));
    };
    const std::string_view windows = "{windows: views/*, every: 1h}";
    const std::string_view events = "{event: a}";
    CHECK(in_task(windows, "window.key ~ window.assets | join(',')") == "");
    CHECK(in_task(windows, "window.keys") == "etl.yaml:3:29: 'window' has no 'keys'; did you mean 'key'?");
    CHECK(in_task(events, "event.data.order.id ~ event.time ~ events.count") == "");
    CHECK(in_task(events, "event | json") == "");
    CHECK(in_task(events, "window.key") ==
          "etl.yaml:3:29: window.key is known only in a DAG whose `schedule` has an entry of windows");
    CHECK(in_task(windows, "event.data") ==
          "etl.yaml:3:29: 'event' is known only in a DAG whose `schedule` has an entry of events");
    CHECK(in_task(windows, "events.count") ==
          "etl.yaml:3:29: 'events' is known only in a DAG whose `schedule` has an entry of events");
    CHECK(in_task(events, "events.total") ==
          "etl.yaml:3:29: events.count is how many events made the run; there is nothing else");
    CHECK(in_task(events, "evnt.data") == "etl.yaml:3:29: unknown name 'evnt'; did you mean 'event'?");
}

}  // namespace weir::yaml
