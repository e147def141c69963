#include "daemon/event_desk.hpp"

#include <future>
#include <thread>

#include "tests/support/result.hpp"

using namespace weir;
using namespace std::chrono_literals;
using daemon::EventDesk;
using daemon::Inbox;

namespace {

core::EventsReceived batch(int events = 1) {
    core::EventsReceived received{.source = "test"};
    received.events.resize(static_cast<std::size_t>(events));
    return received;
}

// The next batch that was posted.
core::EventsReceived posted(Inbox& inbox) {
    for (auto& input : inbox.take(10s)) return std::get<core::EventsReceived>(std::move(input));
    FAIL("nothing was posted");
    return {};
}

}  // namespace

TEST_CASE("a batch is answered when the loop says that it is on disk") {
    Inbox inbox;
    EventDesk desk(inbox);
    auto answer = std::async(std::launch::async, [&desk] { return desk.deliver(batch()); });
    const auto received = posted(inbox);
    CHECK(received.source == "test");
    CHECK(answer.wait_for(0s) == std::future_status::timeout);
    model::Event row;
    row.id = model::EventId{7};
    desk.taken({received.receipt, {row}});
    const auto taken = answer.get();
    REQUIRE(taken);
    REQUIRE(taken->size() == 1);
    CHECK(taken->front().id == model::EventId{7});
}

TEST_CASE("each sender gets the answer to its own batch") {
    Inbox inbox;
    EventDesk desk(inbox);
    auto first = std::async(std::launch::async, [&desk] { return desk.deliver(batch()); });
    const auto one = posted(inbox);
    auto second = std::async(std::launch::async, [&desk] { return desk.deliver(batch()); });
    const auto two = posted(inbox);
    CHECK(one.receipt != two.receipt);
    desk.taken({two.receipt, {model::Event{.id = model::EventId{2}}}});
    CHECK(second.get()->front().id == model::EventId{2});
    desk.taken({one.receipt, {model::Event{.id = model::EventId{1}}}});
    CHECK(first.get()->front().id == model::EventId{1});
}

TEST_CASE("a closed inbox takes no events") {
    Inbox inbox;
    EventDesk desk(inbox);
    inbox.close();
    CHECK(desk.deliver(batch()).error().kind == model::ErrorKind::unavailable);
}

TEST_CASE("while the core has too much waiting nothing is taken, and afterwards it is again") {
    Inbox inbox;
    EventDesk desk(inbox, 0ms);
    desk.set_open(false);
    CHECK(desk.deliver(batch()).error().message.find("too many events wait") != std::string::npos);
    CHECK(inbox.take(0us).empty());
    desk.set_open(true);
    CHECK_FALSE(desk.deliver(batch()));
    CHECK(inbox.take(0us).size() == 1);
}

TEST_CASE("an answer that comes too late disturbs nobody") {
    Inbox inbox;
    EventDesk desk(inbox, 0ms);
    const auto late = desk.deliver(batch());
    REQUIRE_FALSE(late);
    CHECK(late.error().kind == model::ErrorKind::unavailable);
    desk.taken({posted(inbox).receipt, {}});
    desk.taken({model::RequestId{99}, {}});
}

TEST_CASE("batches that nobody waits for any more count as under way until the loop has had them") {
    Inbox inbox;
    EventDesk desk(inbox, 0ms);
    for (std::size_t i = 0; i < daemon::kMostBatchesUnderWay; ++i) CHECK_FALSE(desk.deliver(batch()));
    CHECK(desk.deliver(batch()).error().message.find("too many events wait") != std::string::npos);
    auto inputs = inbox.take(0us);
    CHECK(inputs.size() == daemon::kMostBatchesUnderWay);
    desk.taken({std::get<core::EventsReceived>(inputs.front()).receipt, {}});
    CHECK(desk.deliver(batch()).error().message.find("not on disk in time") != std::string::npos);
}

TEST_CASE("a stopping daemon takes nothing more") {
    Inbox inbox;
    EventDesk desk(inbox);
    desk.close();
    CHECK(desk.deliver(batch()).error().message.find("stopping") != std::string::npos);
    CHECK(inbox.take(0us).empty());
}

TEST_CASE("what was under way when the daemon stops is still answered") {
    Inbox inbox;
    EventDesk desk(inbox);
    auto answer = std::async(std::launch::async, [&desk] { return desk.deliver(batch()); });
    const auto received = posted(inbox);
    desk.close();
    desk.taken({received.receipt, {}});
    CHECK(answer.get());
}
