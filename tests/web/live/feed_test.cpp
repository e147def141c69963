// From rows to the steps of streams. The test is the IO thread.
#include "web/live/feed.hpp"

#include <doctest/doctest.h>

#include "web/live/stream.hpp"

using namespace weir::live;
namespace model = weir::model;
namespace core = weir::core;
namespace http = weir::http;

namespace {

model::Run run_row(std::int64_t id, const std::string& dag_id = "etl") {
    model::Run run;
    run.id = model::RunId{id};
    run.dag_id = dag_id;
    run.run_id = "r" + std::to_string(id);
    return run;
}

model::TaskInstance task_row(std::int64_t run, const std::string& task_id, model::TaskState state) {
    model::TaskInstance instance;
    instance.run = model::RunId{run};
    instance.task_id = task_id;
    instance.state = state;
    return instance;
}

struct House {
    boost::asio::io_context io{1};
    boost::asio::thread_pool pool{1};
    std::atomic<int> looked_up{0};
    std::shared_ptr<Feed> feed = std::make_shared<Feed>(
        io, pool,
        [this](model::RunId run) -> std::optional<RunName> {
            ++looked_up;
            if (run.value == 404) return std::nullopt;
            if (run.value == 500) throw std::runtime_error("the disk is on fire");
            return RunName{"old", "r" + std::to_string(run.value)};
        },
        "e");

    ~House() { pool.join(); }

    void commit(std::vector<core::Change> rows) { feed->committed(rows); }
    // Until the ring has got something, at most a few seconds.
    void let_it_publish() {
        const auto before = feed->ring().written();
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
        while (feed->ring().written() == before && std::chrono::steady_clock::now() < end) {
            io.restart();
            io.run_for(std::chrono::milliseconds{5});
        }
    }
};

std::string text_of(const http::LiveBody& body) {
    const auto step = body.next();
    REQUIRE(step.has_value());
    CHECK_FALSE(step->last);
    return step->text ? *step->text : "";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a stream begins with its id and hears of what is committed from then on") {
    House house;
    house.commit({run_row(1)});
    const auto body = stream(house.feed, std::nullopt, {});
    CHECK(text_of(body) == "retry: 2000\nid: e-1\n\n");
    house.let_it_publish();
    CHECK(text_of(body).empty());
    house.commit({run_row(2), task_row(2, "extract", model::TaskState::running)});
    house.let_it_publish();
    const auto text = text_of(body);
    CHECK(has(text, R"({"kind":"run","dag_id":"etl","run_id":"r2","state":"queued"})"));
    CHECK(has(text, R"("dag_id":"etl","run_id":"r2","task_id":"extract")"));
    CHECK(has(text, "\nid: e-3\n\n"));
    CHECK(house.looked_up == 0);
    CHECK(text_of(body).empty());
}

TEST_CASE("of several changes of one task in a tenth of a second a stream hears the last") {
    House house;
    const auto body = stream(house.feed, std::nullopt, {});
    CHECK_FALSE(text_of(body).empty());
    house.commit({run_row(1)});
    for (const auto state : {model::TaskState::scheduled, model::TaskState::queued, model::TaskState::running})
        house.commit({task_row(1, "extract", state)});
    house.let_it_publish();
    const auto text = text_of(body);
    CHECK(has(text, "\"running\""));
    CHECK_FALSE(has(text, "\"scheduled\""));
}

TEST_CASE("the bell rings at most ten times a second") {
    House house;
    const auto body = stream(house.feed, std::nullopt, {});
    CHECK_FALSE(text_of(body).empty());
    int rings = 0;
    const auto place = house.feed->bell()->add([&rings] { ++rings; });
    const auto began = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() < began + std::chrono::milliseconds{450}) {
        house.feed->catalog_changed();
        house.io.restart();
        house.io.run_for(std::chrono::milliseconds{1});
    }
    const auto took = std::chrono::steady_clock::now() - began;
    CHECK(rings >= 1);
    CHECK(rings <= took / kPace + 1);
    house.feed->bell()->remove(place);
}

TEST_CASE("the name of a run from before the start is looked up, once") {
    House house;
    const auto body = stream(house.feed, std::nullopt, {});
    CHECK_FALSE(text_of(body).empty());
    house.commit({task_row(7, "a", model::TaskState::running), task_row(7, "b", model::TaskState::running)});
    house.let_it_publish();
    CHECK(has(text_of(body), R"("dag_id":"old","run_id":"r7","task_id":"b")"));
    house.commit({task_row(7, "a", model::TaskState::success)});
    house.let_it_publish();
    CHECK(house.looked_up == 1);
}

TEST_CASE("the name of a run is kept until the run has ended") {
    House house;
    const auto body = stream(house.feed, std::nullopt, {});
    CHECK_FALSE(text_of(body).empty());
    auto run = run_row(7);
    run.state = model::RunState::running;
    house.commit({run, task_row(7, "a", model::TaskState::running)});
    house.let_it_publish();
    run.state = model::RunState::success;
    house.commit({task_row(7, "a", model::TaskState::success), run});
    house.let_it_publish();
    CHECK(house.looked_up == 0);
    house.commit({task_row(7, "a", model::TaskState::none)});  // somebody clears it
    house.let_it_publish();
    CHECK(house.looked_up == 1);
}

TEST_CASE("a run without a name is not told of, and what comes with it is") {
    for (const std::int64_t run : {404, 500}) {
        House house;
        const auto body = stream(house.feed, std::nullopt, {});
        CHECK_FALSE(text_of(body).empty());
        house.commit({task_row(run, "a", model::TaskState::running)});
        house.feed->catalog_changed();
        house.let_it_publish();
        CHECK(has(text_of(body), R"({"changes":[{"kind":"catalog"}]})"));
    }
}

TEST_CASE("a stream that comes back hears what it missed, also what came while nobody listened") {
    House house;
    house.commit({run_row(1)});
    house.commit({run_row(2)});
    house.commit({run_row(3)});
    const auto body = stream(house.feed, "e-1", {});
    CHECK(text_of(body) == "retry: 2000\nid: e-1\n\n");
    house.let_it_publish();
    const auto text = text_of(body);
    CHECK(has(text, "r2"));
    CHECK(has(text, "r3"));
}

TEST_CASE("a stream from an unknown id, the future or too long ago is told to reload, and goes on from there") {
    House house;
    for (std::size_t i = 0; i < kMostPending + 10; ++i) house.feed->catalog_changed();
    for (const std::string id : {"e-3", "other-3", "nonsense", "e-999999"}) {
        const auto body = stream(house.feed, id, {});
        auto text = text_of(body);
        if (!has(text, "reload")) {
            house.let_it_publish();
            text = text_of(body);
        }
        CHECK_MESSAGE(has(text, "event: reload\ndata: {}\nid: e-8202\n\n"), id);
    }
}

TEST_CASE("what nobody listens to is kept within bounds and never written") {
    House house;
    for (std::int64_t i = 0; i < 50'000; ++i) house.commit({run_row(i)});
    house.io.poll();
    CHECK(house.feed->ring().written() == 0);
    CHECK(house.feed->newest() == 50'000);
}

TEST_CASE("when the last stream has gone nothing is written any more") {
    House house;
    {
        const auto body = stream(house.feed, std::nullopt, {});
        CHECK_FALSE(text_of(body).empty());
    }
    house.feed->catalog_changed();
    house.io.poll();
    CHECK(house.feed->ring().written() == 0);
}

TEST_CASE("DAGs whose next run may have moved are told of, and a filter leaves out the others") {
    House house;
    const auto body = stream(house.feed, std::nullopt, {"etl"});
    CHECK_FALSE(text_of(body).empty());
    house.feed->dags_changed(std::vector<std::string>{"etl", "other"});
    house.let_it_publish();
    CHECK(has(text_of(body), R"({"changes":[{"kind":"dag","dag_id":"etl"}]})"));
}

TEST_CASE("the answer is an event stream that proxies don't keep back, and unknown parameters are refused") {
    House house;
    http::Request request;
    request.query = {{"dag_id", "etl"}, {"dag_id", "other"}, {"after", "e-0"}};
    request.headers = {{"Last-Event-ID", "nonsense"}};
    const auto response = answer(house.feed, request);
    CHECK(response.status == 200);
    CHECK(response.content_type == "text/event-stream");
    CHECK(response.headers.find("X-Accel-Buffering")->second == "no");
    REQUIRE(response.live.has_value());
    CHECK(has(text_of(*response.live), "event: reload"));
    request.query = {{"dagid", "etl"}};
    CHECK(answer(house.feed, request).status == 422);
}
