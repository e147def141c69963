#include "tests/web/api/world.hpp"

using namespace weir;
using namespace weir::api::test;

namespace {

model::Window a_window(const std::string& start, const std::string& end, std::int64_t event, std::int64_t revision = 1,
                       const std::string& key = "") {
    model::Window window;
    window.asset = "views";
    window.key = key;
    window.interval = {at(start.c_str()), at(end.c_str())};
    window.revision = revision;
    window.event = model::EventId{event};
    window.completed_at = at("2026-11-22T08:00:00Z");
    return window;
}

// DAG `daily` takes a day of hourly windows; DAG `each` a day of each key. The run of `daily` knows events up to 5.
struct WithWindows : World {
    WithWindows() {
        const auto add = [this](const char* id, const char* asset) {
            auto dag = std::make_shared<model::Dag>();
            dag->id = id;
            model::WindowSchedule schedule;
            schedule.assets = {asset};
            schedule.every = *model::parse_period("1h");
            schedule.cover = *model::parse_period("1d");
            schedule.timezone = "Europe/Berlin";
            dag->schedule = {schedule};
            catalog.now->dags[id] = {dag, std::nullopt, false};
        };
        add("daily", "views");
        add("each", "views/*");
        model::Run run;
        run.id = model::RunId{31};
        run.dag_id = "daily";
        run.run_id = "window__2026-11-21T23:00:00Z";
        run.logical_date = at("2026-11-21T23:00:00Z");
        run.ledger_through = model::EventId{5};
        run.state = model::RunState::success;
        auto keyed = run;
        keyed.id = model::RunId{32};
        keyed.dag_id = "each";
        keyed.run_id = "window__2026-11-21T23:00:00Z__eu";
        keyed.logical_date.reset();
        keyed.stale_since = at("2026-11-22T09:00:00Z");
        history.run_rows = {run, keyed};
        model::AssetState state;
        state.asset = "views";
        state.longest = std::chrono::hours{1};
        state.last_seen = at("2026-11-22T08:00:00Z");
        auto of_key = state;
        of_key.key = "eu";
        of_key.watermark = at("2026-11-21T10:00:00Z");
        of_key.newest_end = at("2026-11-21T11:00:00Z");
        history.asset_rows = {state, of_key};
    }
    [[nodiscard]] std::string states(const std::string& query) const {
        const auto answer = get("/windows/coverage?" + query);
        REQUIRE_MESSAGE(answer.status == 200, answer.text);
        std::string all;
        for (const auto& window : answer.json["windows"]) all += window["state"].get<std::string>().substr(0, 3) + " ";
        return all;
    }
};

}  // namespace

TEST_CASE("a window is shown with the runs that used it, and whether they saw this revision") {
    WithWindows world;
    world.history.window_rows = {a_window("2026-11-21T09:00:00Z", "2026-11-21T10:00:00Z", 5),
                                 a_window("2026-11-21T10:00:00Z", "2026-11-21T11:00:00Z", 6, 2),
                                 a_window("2026-11-21T10:00:00Z", "2026-11-21T11:00:00Z", 4, 1, "eu"),
                                 a_window("2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z", 7)};
    const auto answer = world.get("/windows");
    REQUIRE(answer.status == 200);
    const auto& rows = answer.json["windows"];
    CHECK(rows[0]["runs"] == Json::array({{{"dag_id", "daily"},
                                           {"dag_run_id", "window__2026-11-21T23:00:00Z"},
                                           {"state", "success"},
                                           {"seen", true},
                                           {"stale_since", nullptr}}}));
    CHECK(rows[1]["runs"][0]["seen"] == false);
    CHECK(rows[1]["revision"] == 2);
    CHECK(rows[1]["event_id"] == 6);
    REQUIRE(rows[2]["runs"].size() == 1);
    CHECK(rows[2]["runs"][0]["dag_id"] == "each");
    CHECK(rows[2]["runs"][0]["stale_since"] == "2026-11-22T09:00:00Z");
    CHECK(world.history.run_filter.logical_date_gte == at("2026-11-22T23:00:00Z"));  // of the last one's day
}

TEST_CASE("windows are listed by every filter") {
    const WithWindows world;
    CHECK(world
              .get("/windows?asset=views&key=eu&start_gte=2026-11-21T00:00:00Z&end_lte=2026-11-22T00:00:00Z"
                   "&all_revisions=true&limit=3&offset=2")
              .status == 200);
    const auto& filter = world.history.window_filter;
    CHECK(filter.asset == "views");
    CHECK(filter.key == "eu");
    CHECK(filter.start_gte == at("2026-11-21T00:00:00Z"));
    CHECK(filter.end_lte == at("2026-11-22T00:00:00Z"));
    CHECK(filter.all_revisions);
    CHECK(filter.newest_first);
    CHECK(filter.limit == 3);
    CHECK(filter.offset == 2);
    CHECK(world.get("/windows?key=").status == 200);
    CHECK(world.history.window_filter.key == "");
    CHECK(world.get("/windows").status == 200);
    CHECK_FALSE(world.history.window_filter.key);
    CHECK(world.get("/windows?name=views").status == 422);
}

TEST_CASE("assets say how far they are and who uses them") {
    const WithWindows world;
    const auto answer = world.get("/windows/assets?asset=views");
    CHECK(answer.json["total_entries"] == 2);
    CHECK(answer.json["assets"][0]["consumers"] == Json{"daily"});
    CHECK(answer.json["assets"][1] == Json{{"asset", "views"},
                                           {"key", "eu"},
                                           {"watermark", "2026-11-21T10:00:00Z"},
                                           {"newest_end", "2026-11-21T11:00:00Z"},
                                           {"last_seen", "2026-11-22T08:00:00Z"},
                                           {"last_event_id", nullptr},
                                           {"consumers", {"each"}}});
    CHECK(world.get("/windows/assets?offset=1&limit=5").json["assets"].size() == 1);
    CHECK(world.get("/windows/assets?asset=orders").json["total_entries"] == 0);
}

TEST_CASE("coverage says of each window that is expected whether it is there, and whether it was corrected") {
    WithWindows world;
    world.history.window_rows = {a_window("2026-11-21T09:00:00Z", "2026-11-21T10:00:00Z", 1),
                                 a_window("2026-11-21T11:00:00Z", "2026-11-21T12:00:00Z", 2),
                                 a_window("2026-11-21T11:00:00Z", "2026-11-21T12:00:00Z", 3, 2)};
    const std::string range = "asset=views&from=2026-11-21T08:30:00Z&to=2026-11-21T12:59:00Z";
    CHECK(world.states(range) == "com mis cor ");
    const auto answer = world.get("/windows/coverage?" + range);
    CHECK(answer.json["every"] == "1h");
    CHECK(answer.json["timezone"] == "Europe/Berlin");
    CHECK(answer.json["counts"] == Json{{"complete", 1}, {"corrected", 1}, {"missing", 1}});
    CHECK(answer.json["windows"][1] == Json{{"start", "2026-11-21T10:00:00Z"},
                                            {"end", "2026-11-21T11:00:00Z"},
                                            {"state", "missing"},
                                            {"revision", nullptr},
                                            {"event_id", nullptr}});
    CHECK(answer.json["windows"][2]["revision"] == 2);
}

TEST_CASE("a window that is longer or shorter than expected covers what it covers, and a watermark all before it") {
    WithWindows world;
    world.history.window_rows = {a_window("2026-11-21T09:00:00Z", "2026-11-21T11:00:00Z", 1),
                                 a_window("2026-11-21T11:00:00Z", "2026-11-21T11:30:00Z", 2),
                                 a_window("2026-11-21T12:00:00Z", "2026-11-21T12:30:00Z", 3),
                                 a_window("2026-11-21T12:30:00Z", "2026-11-21T13:00:00Z", 4)};
    CHECK(world.states("asset=views&from=2026-11-21T09:00:00Z&to=2026-11-21T13:00:00Z") == "com com mis com ");
    world.history.window_rows.clear();
    CHECK(world.states("asset=views&key=eu&from=2026-11-21T08:00:00Z&to=2026-11-21T11:00:00Z") == "com com mis ");
}

TEST_CASE("a day of coverage has the hours that it has in its zone") {
    const WithWindows world;
    const auto day = world.get(
        "/windows/coverage?asset=views&every=1d&timezone=Europe/"
        "Berlin&from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z");
    REQUIRE(day.json["total_entries"] == 1);
    CHECK(day.json["windows"][0]["end"] == "2026-10-25T23:00:00Z");
    CHECK(world.get("/windows/coverage?asset=views&from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z")
              .json["total_entries"] == 25);
}

TEST_CASE("windows are counted by the period in which they begin, so that a year is a small answer") {
    WithWindows world;
    world.history.window_rows = {a_window("2026-11-21T08:00:00Z", "2026-11-21T10:00:00Z", 1)};
    const auto answer =
        world.get("/windows/coverage?asset=views&per=1d&from=2025-11-22T23:00:00Z&to=2026-11-22T23:00:00Z").json;
    CHECK(answer["periods"].size() == 365);
    CHECK(answer["total_entries"] == 8760);
    CHECK(answer["periods"][363] == Json{{"start", "2026-11-20T23:00:00Z"},
                                         {"end", "2026-11-21T23:00:00Z"},
                                         {"counts", {{"complete", 2}, {"corrected", 0}, {"missing", 22}}}});
    CHECK_FALSE(answer.contains("windows"));
}

TEST_CASE("a question about coverage that means nothing is refused") {
    const WithWindows world;
    const auto refused = [&world](const std::string& query) {
        const auto answer = world.get("/windows/coverage?" + query);
        CHECK(answer.status == 422);
        return answer.text;
    };
    CHECK(refused("").find("the name of an asset") != std::string::npos);
    CHECK(refused("asset=a%20b").find("is no asset's name") != std::string::npos);
    CHECK(refused("asset=orders").find("every") != std::string::npos);
    CHECK(refused("asset=views&every=2d").find("1mo") != std::string::npos);
    CHECK(refused("asset=views&timezone=Europe/Berln").find("did you mean") != std::string::npos);
    CHECK(refused("asset=views&from=2026-11-22T00:00:00Z&to=2026-11-21T00:00:00Z").find("after to") !=
          std::string::npos);
    CHECK(refused("asset=views&every=1s").find("more than 10000") != std::string::npos);
}
