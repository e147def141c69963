#include "daemon/inbox.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace std::chrono_literals;
using namespace weir;
using daemon::Inbox;

TEST_CASE("take gives everything that has come, in order") {
    Inbox inbox;
    inbox.post(core::TryLost{model::TryId{1}, ""});
    CHECK(inbox.post_command(core::SetPaused{{}, "d", true}));
    inbox.post(core::TryLost{model::TryId{2}, ""});
    const auto inputs = inbox.take(0s);
    REQUIRE(inputs.size() == 3);
    CHECK(std::get<core::TryLost>(inputs[0]).id == model::TryId{1});
    CHECK(std::get<core::SetPaused>(inputs[1]).dag_id == "d");
    CHECK(std::get<core::TryLost>(inputs[2]).id == model::TryId{2});
}

TEST_CASE("a full inbox refuses commands and takes reports") {
    Inbox inbox;
    for (std::size_t i = 0; i < daemon::kInboxCommandsMax; ++i) REQUIRE(inbox.post_command(core::SetPaused{}));
    CHECK_FALSE(inbox.post_command(core::SetPaused{}));
    inbox.post(core::TryLost{model::TryId{1}, ""});
    CHECK(inbox.take(0s).size() == daemon::kInboxCommandsMax + 1);
    CHECK(inbox.post_command(core::SetPaused{}));
}

TEST_CASE("closing wakes the taker and refuses commands") {
    Inbox inbox;
    std::thread closer([&inbox] { inbox.close(); });
    CHECK(inbox.take(1h).empty());
    closer.join();
    CHECK(inbox.closed());
    CHECK_FALSE(inbox.post_command(core::SetPaused{}));
}

TEST_CASE("starts come with what is pressing") {
    Inbox inbox;
    inbox.post(core::TryStarted{model::TryId{1}, 1, {}});
    inbox.post(core::SetPaused{});
    inbox.post(core::TryStarted{model::TryId{2}, 1, {}});
    CHECK(inbox.take(1h).size() == 3);
}

TEST_CASE("starts alone do not wait for ever") {
    Inbox inbox;
    inbox.post(core::TryStarted{model::TryId{1}, 1, {}});
    CHECK(inbox.take(1h).size() == 1);
}

TEST_CASE("whoever has no patience gets the starts at once") {
    Inbox inbox;
    inbox.post(core::TryStarted{model::TryId{1}, 1, {}});
    CHECK(inbox.take(0s).size() == 1);
}
