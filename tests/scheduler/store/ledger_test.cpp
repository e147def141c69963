// Events, windows, assets and positions: what comes back, what the core is told, what the lists show, by which indexes.
#include "scheduler/store/event_list.hpp"
#include "scheduler/store/ledger_reader.hpp"
#include "scheduler/store/maintenance.hpp"
#include "scheduler/store/retention.hpp"
#include "tests/scheduler/store/support.hpp"

namespace weir::store::test {

namespace {

using model::Disposition;
using namespace std::chrono_literals;

model::Event an_event(std::int64_t id, Disposition disposition = Disposition::unmatched) {
    model::Event row;
    row.id = model::EventId{id};
    row.source = "http";
    row.received_at = at(id);
    row.event.id = "e" + std::to_string(id);
    row.event.source = "/shop";
    row.event.type = "order";
    row.event.subject = "s" + std::to_string(id);
    row.disposition = disposition;
    return row;
}

model::Event full_event() {
    auto row = an_event(5, Disposition::created_run);
    row.position = "1-2";
    row.event.time = at(-5);
    row.event.attributes = {{"partitionkey", "eu"}, {"revision", 3}, {"last", true}};
    row.event.data = {{"total", 1.5}, {"names", {"a", "ü", nullptr}}};
    row.reason = "made run event__5";
    row.run = model::RunId{7};
    row.replay_of = model::EventId{2};
    return row;
}

// [start, start + 60) minutes of "views".
model::Window a_window(int minute, std::int64_t event, std::int64_t revision = 1, const std::string& key = "") {
    model::Window window;
    window.asset = "views";
    window.key = key;
    window.interval = {at(60 * minute), at(60 * (minute + 60))};
    window.revision = revision;
    window.event = model::EventId{event};
    window.completed_at = at(event);
    return window;
}

model::AssetState an_asset(const std::string& asset, const std::string& key = "") {
    model::AssetState state;
    state.asset = asset;
    state.key = key;
    state.last_seen = at(0);
    return state;
}

core::LedgerRead read(SqliteStore& store, const core::LedgerQuestions& questions) {
    return store.read_ledger(questions);
}

std::vector<std::int64_t> ids(const ports::Page<model::Event>& page) {
    std::vector<std::int64_t> all;
    for (const auto& row : page.rows) all.push_back(row.id.value);
    return all;
}

std::vector<std::int64_t> events_of(const std::vector<model::Window>& windows) {
    std::vector<std::int64_t> all;
    for (const auto& row : windows) all.push_back(row.event.value);
    return all;
}

// Steps of the plan that read a table or sort from end to end.
std::vector<std::string> walks(SQLite::Database& db, const std::string& sql) {
    std::vector<std::string> found;
    SQLite::Statement plan(db, "EXPLAIN QUERY PLAN " + sql);
    while (plan.executeStep()) {
        const std::string step = plan.getColumn(3).getString();
        const bool by_index = step.find("USING") != std::string::npos && !step.starts_with("USE TEMP");
        if ((step.starts_with("SCAN") && !by_index && step != "SCAN CONSTANT ROW" &&
             !step.starts_with("SCAN (subquery")) ||
            step.starts_with("USE TEMP"))
            found.push_back(step);
    }
    return found;
}

using Steps = std::vector<std::string>;

// What is left after all slices.
std::pair<std::vector<std::int64_t>, std::vector<std::int64_t>> left_after(SqliteStore& store,
                                                                           const ports::PruneLimits& limits) {
    while (store.prune(limits).more) {
    }
    const auto history = open_history(store.database());
    ports::WindowFilter windows;
    windows.all_revisions = true;
    windows.newest_first = false;
    windows.limit = 10'000;
    ports::EventFilter events;
    events.limit = 10'000;
    return {ids(history->events(events)), events_of(history->windows(windows).rows)};
}

}  // namespace

TEST_CASE("an event comes back with every member set, and with none") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, {full_event(), an_event(6)});
    CHECK(store->find_event(model::EventId{5}) == full_event());
    CHECK(store->find_event(model::EventId{6}) == an_event(6));
    CHECK_FALSE(store->find_event(model::EventId{7}));
    const auto history = open_history(store->database());
    CHECK(history->event(model::EventId{5}) == full_event());
    CHECK_FALSE(history->event(model::EventId{7}));
}

TEST_CASE("an event's decision replaces the one before") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, {an_event(1, Disposition::pending)});
    auto decided = an_event(1, Disposition::revised);
    decided.reason = "runs again";
    decided.run = model::RunId{3};
    commit(*store, {decided});
    CHECK(store->find_event(model::EventId{1}) == decided);
}

TEST_CASE("a window comes back with every member set, and with none") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    auto full = a_window(0, 1, 3, "eu");
    full.row_count = 12;
    commit(*store, {full, a_window(60, 2)});
    const auto rows = open_history(store->database())->windows({}).rows;
    CHECK(rows == std::vector{a_window(60, 2), full});
}

TEST_CASE("assets and positions come back, and are replaced") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    auto views = an_asset("views", "eu");
    views.watermark = at(5);
    views.newest_end = at(6);
    views.longest = 5min;
    views.last_event = model::EventId{8};
    commit(*store, {an_asset("views", "eu"), an_asset("orders"), views});
    commit(*store, {model::SourcePosition{"bus", "b/1", "4"}, model::SourcePosition{"bus", "b/0", "9"},
                    model::SourcePosition{"other", "", "1"}, model::SourcePosition{"bus", "b/1", "5"}});
    const auto history = open_history(store->database());
    CHECK(history->assets() == std::vector{an_asset("orders"), views});
    CHECK(history->positions("bus") ==
          std::vector{model::SourcePosition{"bus", "b/0", "9"}, model::SourcePosition{"bus", "b/1", "5"}});
    CHECK(history->positions("none").empty());
}

TEST_CASE("a run comes back with what the ledger made of it") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    auto run = finished(a_run(1));
    run.cause = {{"kind", "windows"}, {"assets", {"views"}}};
    run.ledger_through = model::EventId{17};
    run.stale_since = at(5);
    run.rerun_at = at(6);
    commit(*store, {run});
    CHECK(store->find_run("etl", "run-1")->run == run);
    const auto history = open_history(store->database());
    CHECK(history->run(model::RunId{1}) == run);
    CHECK_FALSE(history->run(model::RunId{2}));
}

TEST_CASE("an event is known when it was taken once, whatever became of it later") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    std::vector<core::Change> changes;
    core::LedgerQuestions questions;
    std::set<core::EventIdentity> taken;
    for (const auto& name : model::enum_names<Disposition>()) {
        const auto id = static_cast<std::int64_t>(changes.size()) + 1;
        changes.emplace_back(an_event(id, name.value));
        const core::EventIdentity identity{"/shop", "e" + std::to_string(id)};
        questions.events.insert(identity);
        if (name.value != Disposition::duplicate && name.value != Disposition::rejected &&
            name.value != Disposition::replayed)
            taken.insert(identity);
    }
    questions.events.insert({"/other", "e1"});
    commit(*store, changes);
    CHECK(taken.size() == 7);
    CHECK(read(*store, questions).known == taken);
}

TEST_CASE("a duplicate and what was rejected stand beside the event that was taken") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    const auto same = [](std::int64_t id, Disposition disposition) {
        auto row = an_event(id, disposition);
        row.event.id = "same";
        return row;
    };
    commit(*store, {same(1, Disposition::rejected), same(2, Disposition::created_run), same(3, Disposition::duplicate),
                    same(4, Disposition::duplicate)});
    CHECK(open_history(store->database())->events({}).total == 4);
}

TEST_CASE("of a window the newest revision is read, and only of those that start in the range") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, {a_window(0, 1), a_window(60, 2), a_window(60, 5, 3), a_window(60, 4, 2), a_window(120, 3),
                    a_window(60, 6, 1, "eu")});
    core::LedgerQuestions questions;
    questions.windows.insert({{"views", ""}, at(3600), at(7200)});
    CHECK(read(*store, questions).windows == std::vector{a_window(60, 5, 3)});
    questions.windows = {{{"views", ""}, at(0), at(7201)}};
    CHECK(events_of(read(*store, questions).windows) == std::vector<std::int64_t>{1, 5, 3});
    questions.windows = {{{"views", "eu"}, at(0), at(7201)}};
    CHECK(events_of(read(*store, questions).windows) == std::vector<std::int64_t>{6});
}

TEST_CASE("a run that is asked for is read by its run_id or its logical date, and the questions are given back") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    auto run = a_run(1);
    run.logical_date = at(50);
    commit(*store, {run});
    core::LedgerQuestions questions;
    questions.runs = {{"etl", "run-1", std::nullopt}, {"etl", "", at(50)}, {"etl", "", at(51)}};
    const auto answers = read(*store, questions);
    CHECK(answers.runs.size() == 2);
    for (const auto& [asked, found] : answers.runs) CHECK(found == run);
    CHECK(answers.questions.runs == questions.runs);
}

TEST_CASE("recovery brings what is open of the ledger") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    auto rerun = finished(a_run(1));
    rerun.rerun_at = at(9);
    commit(*store, {rerun, finished(a_run(2)), an_event(1), an_event(2, Disposition::pending),
                    an_event(3, Disposition::counted), an_event(4, Disposition::counted), an_asset("views")});
    const model::CountedEvent first{"etl", 0, model::EventId{3}, at(3)};
    const model::CountedEvent second{"etl", 0, model::EventId{4}, at(4)};
    commit(*store, {second, first, model::CountedEvent{"etl", 1, model::EventId{3}, at(3)},
                    core::EventsConsumed{"etl", 1, model::EventId{4}}});
    const auto state = store->recover();
    CHECK(state.open_events == std::vector{an_event(2, Disposition::pending)});
    REQUIRE(state.counted_events.size() == 2);
    CHECK(state.counted_events[0].row == first);
    CHECK(state.counted_events[0].event == an_event(3).event);
    CHECK(state.counted_events[1].row == second);
    CHECK(state.reruns == std::vector{rerun});
    CHECK(state.assets == std::vector{an_asset("views")});
    CHECK(state.next_event == model::EventId{5});
}

TEST_CASE("counted events are consumed up to one, of one entry") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    std::vector<core::Change> changes;
    for (std::int64_t id = 1; id <= 4; ++id) {
        changes.emplace_back(an_event(id, Disposition::counted));
        changes.emplace_back(model::CountedEvent{"etl", 0, model::EventId{id}, at(id)});
    }
    commit(*store, changes);
    commit(*store,
           {core::EventsConsumed{"etl", 0, model::EventId{3}}, core::EventsConsumed{"etl", 1, model::EventId{9}},
            core::EventsConsumed{"other", 0, model::EventId{9}}});
    const auto left = store->recover().counted_events;
    REQUIRE(left.size() == 1);
    CHECK(left[0].row.event == model::EventId{4});
}

TEST_CASE("events are listed newest first, by every filter") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    auto second = an_event(2, Disposition::rejected);
    second.source = "bus";
    second.event.type = "refund";
    second.run = model::RunId{9};
    commit(*store, {an_event(1), second, an_event(3, Disposition::late), an_event(4)});
    const auto history = open_history(store->database());
    const auto listed = [&history](const auto& change) {
        ports::EventFilter filter;
        change(filter);
        return ids(history->events(filter));
    };
    using Ids = std::vector<std::int64_t>;
    CHECK(listed([](auto&) {}) == Ids{4, 3, 2, 1});
    CHECK(listed([](auto& f) { f.newest_first = false; }) == Ids{1, 2, 3, 4});
    CHECK(listed([](auto& f) { f.source = "bus"; }) == Ids{2});
    CHECK(listed([](auto& f) { f.type = "order"; }) == Ids{4, 3, 1});
    CHECK(listed([](auto& f) { f.subject = "s3"; }) == Ids{3});
    CHECK(listed([](auto& f) { f.dispositions = {Disposition::rejected, Disposition::late}; }) == Ids{3, 2});
    CHECK(listed([](auto& f) { f.run = model::RunId{9}; }) == Ids{2});
    CHECK(listed([](auto& f) { f.received_gte = at(2), f.received_lte = at(3); }) == Ids{3, 2});
    CHECK(listed([](auto& f) { f.limit = 2, f.offset = 1; }) == Ids{3, 2});
    ports::EventFilter two;
    two.limit = 2;
    CHECK(history->events(two).total == 4);
}

TEST_CASE("windows are listed with their newest revision, or with all") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    auto other = a_window(0, 9);
    other.asset = "orders";
    commit(*store, {a_window(0, 1), a_window(60, 2), a_window(60, 3, 2), a_window(0, 4, 1, "eu"), other});
    const auto history = open_history(store->database());
    const auto listed = [&history](const auto& change) {
        ports::WindowFilter filter;
        change(filter);
        return events_of(history->windows(filter).rows);
    };
    using Ids = std::vector<std::int64_t>;
    CHECK(listed([](auto&) {}) == Ids{3, 4, 1, 9});
    CHECK(listed([](auto& f) { f.newest_first = false; }) == Ids{9, 1, 4, 3});
    CHECK(listed([](auto& f) { f.asset = "views", f.key = ""; }) == Ids{3, 1});
    CHECK(listed([](auto& f) { f.asset = "views", f.key = "eu"; }) == Ids{4});
    CHECK(listed([](auto& f) { f.all_revisions = true, f.asset = "views", f.key = ""; }) == Ids{3, 2, 1});
    CHECK(listed([](auto& f) { f.start_gte = at(60); }) == Ids{3});
    CHECK(listed([](auto& f) { f.end_lte = at(3600); }) == Ids{4, 1, 9});
}

TEST_CASE("lists of the ledger read by indexes, and sort nothing") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    SQLite::Database db = open_reader(store->database());
    const auto judge = [&db](const ListSql& sql) {
        CAPTURE(sql.page);
        CHECK(walks(db, sql.page) == Steps{});
        CHECK(walks(db, sql.count) == Steps{});
    };
    const auto events = [](const auto& change) {
        ports::EventFilter filter;
        change(filter);
        return event_list_sql(filter);
    };
    judge(events([](auto& f) { f.source = "a"; }));
    judge(events([](auto& f) { f.type = "a"; }));
    judge(events([](auto& f) { f.subject = "a"; }));
    judge(events([](auto& f) { f.dispositions = {Disposition::rejected}; }));
    judge(events([](auto& f) { f.run = model::RunId{1}; }));
    const auto windows = [](const auto& change) {
        ports::WindowFilter filter;
        change(filter);
        return window_list_sql(filter);
    };
    for (const bool newest_first : {true, false})
        for (const bool all : {true, false}) {
            judge(windows([&](auto& f) { f.newest_first = newest_first, f.all_revisions = all, f.start_gte = at(0); }));
            judge(windows([&](auto& f) {
                f.newest_first = newest_first, f.all_revisions = all, f.asset = "a", f.key = "", f.end_lte = at(0);
            }));
        }
}

TEST_CASE("what the core asks before a step walks nothing") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    SQLite::Database db = open_reader(store->database());
    for (const auto& sql : ledger_sql()) {
        CAPTURE(sql);
        CHECK(walks(db, sql) == Steps{});
    }
}

TEST_CASE("old events go, but not those that are open, or that a kept window was told by") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    std::vector<core::Change> changes;
    for (std::int64_t id = 1; id <= 8; ++id) changes.emplace_back(an_event(id));
    changes.emplace_back(an_event(2, Disposition::pending));
    changes.emplace_back(an_event(3, Disposition::counted));
    changes.emplace_back(model::CountedEvent{"etl", 0, model::EventId{3}, at(3)});
    changes.emplace_back(a_window(0, 4));
    changes.emplace_back(a_window(0, 5, 2));
    commit(*store, changes);
    const auto [events, windows] = left_after(*store, {{}, 0, at(7), {}});
    CHECK(events == std::vector<std::int64_t>{8, 7, 5, 3, 2});
    CHECK(windows == std::vector<std::int64_t>{4, 5});
}

TEST_CASE("old windows go with their events, and ids of events are never given out again") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    std::vector<core::Change> changes;
    for (int id = 1; id <= 6; ++id) {
        changes.emplace_back(an_event(id));
        changes.emplace_back(a_window(60 * id, id));
    }
    commit(*store, changes);
    auto [events, windows] = left_after(*store, {{}, 0, at(3), at(5)});
    CHECK(windows == std::vector<std::int64_t>{5, 6});
    CHECK(events == std::vector<std::int64_t>{6, 5, 4, 3});  // 3 and 4 are not old enough for events
    std::tie(events, windows) = left_after(*store, {{}, 0, at(100), at(5)});
    CHECK(events == std::vector<std::int64_t>{6, 5});
    std::tie(events, windows) = left_after(*store, {{}, 0, at(100), at(100)});
    CHECK(events.empty());
    CHECK(windows.empty());
    CHECK(store->recover().next_event == model::EventId{7});
}

TEST_CASE("the ledger is pruned in slices") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    std::vector<core::Change> changes;
    for (int id = 1; id <= 3 * kLedgerRowsPerSlice; ++id) {
        changes.emplace_back(an_event(id));
        if (id % 2 == 0) changes.emplace_back(a_window(id, id));
    }
    commit(*store, changes);
    const ports::PruneLimits limits{{}, 0, at(1'000'000), at(1'000'000)};
    const auto first = store->prune(limits);
    CHECK(first.more);
    CHECK(first.windows == kLedgerRowsPerSlice);
    CHECK(first.events <= 2 * kLedgerRowsPerSlice);
    const auto [events, windows] = left_after(*store, limits);
    CHECK(events.empty());
    CHECK(windows.empty());
    CHECK(check(folder.database())->empty());
}

TEST_CASE("what is wrong in a ledger is found") {
    const TempFolder folder;
    {
        const auto store = open_store(folder.database());
        auto known = an_asset("views", "eu");
        known.newest_end = at(3600);
        known.longest = 1h;
        commit(*store, {an_event(1), known, a_window(0, 1, 1, "eu")});
    }
    CHECK(check(folder.database())->empty());
    {
        const auto store = open_store(folder.database());
        commit(*store, {a_window(0, 7, 2, "eu"), a_window(60, 1, 1, "eu"),
                        model::CountedEvent{"etl", 0, model::EventId{8}, at(3)}});
    }
    CHECK(*check(folder.database()) ==
          std::vector<std::string>{"window views/eu from 1790000000000000 names event 7, which isn't there",
                                   "DAG etl counts event 8, which isn't there",
                                   "asset views/eu knows less than its windows"});
}

}  // namespace weir::store::test
