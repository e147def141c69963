#include "daemon/command_desk.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace weir;
using namespace weir::daemon;

namespace {

// Takes what comes next, and answers the request in it.
std::vector<core::Input> take_and_answer(Inbox& inbox, CommandDesk& desk) {
    auto inputs = inbox.take(std::chrono::seconds{20});
    for (const auto& input : inputs) {
        if (const auto* pause = std::get_if<core::SetPaused>(&input))
            desk.answer(core::Reply{pause->request, core::Answer{}});
        if (const auto* record = std::get_if<core::Record>(&input); record != nullptr && record->request)
            desk.answer(core::Reply{record->request, core::Answer{}});
    }
    return inputs;
}

model::AuditEntry line() {
    model::AuditEntry entry;
    entry.event = "patch_dag";
    return entry;
}

}  // namespace

TEST_CASE("a command and its line of the audit come in one post, and the line names the command") {
    Inbox inbox;
    CommandDesk desk(inbox);
    std::vector<core::Input> inputs;
    std::thread core([&inbox, &desk, &inputs] { inputs = take_and_answer(inbox, desk); });
    const auto done = desk.execute(core::SetPaused{.request = {}, .dag_id = "d", .paused = true}, line());
    core.join();
    CHECK(done.has_value());
    REQUIRE(inputs.size() == 2);
    const auto& record = std::get<core::Record>(inputs[1]);
    CHECK(record.of == std::get<core::SetPaused>(inputs[0]).request);
    CHECK_FALSE(record.request);
    CHECK(std::get<model::AuditEntry>(record.rows.at(0)).event == "patch_dag");
}

TEST_CASE("rows to be recorded are waited for, and noted ones are not") {
    Inbox inbox;
    CommandDesk desk(inbox);
    std::vector<core::Input> inputs;
    std::thread core([&inbox, &desk, &inputs] { inputs = take_and_answer(inbox, desk); });
    CHECK(desk.record({line()}).has_value());
    core.join();
    CHECK(inputs.size() == 1);
    desk.note({line()});
    inputs = inbox.take(std::chrono::seconds{0});
    REQUIRE(inputs.size() == 1);
    CHECK_FALSE(std::get<core::Record>(inputs[0]).request);
}

TEST_CASE("when the inbox is full a command is refused whole, without its line") {
    Inbox inbox;
    CommandDesk desk(inbox);
    for (std::size_t i = 0; i + 1 < kInboxCommandsMax; ++i) REQUIRE(inbox.post_command(core::DagRemoved{"d"}));
    const auto refused = desk.execute(core::SetPaused{.request = {}, .dag_id = "d", .paused = true}, line());
    CHECK(refused.error().kind == model::ErrorKind::unavailable);
    CHECK(inbox.take(std::chrono::seconds{0}).size() == kInboxCommandsMax - 1);
    inbox.close();
    CHECK(desk.record({line()}).error().kind == model::ErrorKind::unavailable);
    desk.note({line()});
}
