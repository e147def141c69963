#include "executors/supervisor/journal.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <random>

#include "tests/executors/supervisor/harness.hpp"

using namespace weir;
using namespace weir::supervisor;

namespace {

struct Desk {
    testing::Folder folder;
    UniqueFd handle{::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    Journal journal{handle.get()};

    Desk() { REQUIRE(journal.rewrite("boot pid:[1]", {})); }
    [[nodiscard]] std::string bytes() const { return folder.read("supervisor.journal"); }
};

TryRecord record(std::int64_t try_id) {
    return {try_id, "epoch." + std::to_string(try_id), "/logs/" + std::to_string(try_id) + ".output", {}, {}};
}

const Begun kBegun{4711, 123456, wire::Time{std::chrono::microseconds{1'763'798'088'000'000}}};

wire::Exited exit_of(std::int64_t try_id) {
    return {try_id, kBegun.at, 3, 0, wire::EndedBy::itself, "", "/logs/" + std::to_string(try_id) + ".output"};
}

}  // namespace

TEST_CASE("a journal that was never written has no tries") {
    testing::Folder folder;
    const UniqueFd handle(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const auto replayed = Journal(handle.get()).read();
    REQUIRE(replayed);
    CHECK(replayed->tries.empty());
}

TEST_CASE("what was appended is replayed") {
    Desk desk;
    REQUIRE(desk.journal.launching(record(1)));
    desk.journal.begun(1, kBegun);
    REQUIRE(desk.journal.launching(record(2)));
    desk.journal.begun(2, kBegun);
    desk.journal.exited(exit_of(2));
    REQUIRE(desk.journal.launching(record(3)));
    desk.journal.forgotten(3);
    desk.journal.lost({4, "gone"});

    const auto replayed = desk.journal.read();
    REQUIRE(replayed);
    CHECK(replayed->whole);
    CHECK(replayed->pid_world == "boot pid:[1]");
    REQUIRE(replayed->tries.size() == 3);
    CHECK(replayed->tries.at(1).begun == kBegun);
    CHECK(std::holds_alternative<std::monostate>(replayed->tries.at(1).end));
    CHECK(std::get<wire::Exited>(replayed->tries.at(2).end) == exit_of(2));
    CHECK(std::get<wire::Lost>(replayed->tries.at(4).end).reason == "gone");
}

TEST_CASE("a rewrite keeps the tries that it is given") {
    Desk desk;
    auto running = record(1);
    running.begun = kBegun;
    auto ended = record(2);
    ended.begun = kBegun;
    ended.end = exit_of(2);
    const TryRecords tries{{1, running}, {2, ended}};
    REQUIRE(desk.journal.rewrite("world", tries));
    CHECK(replay(desk.bytes()).tries == tries);
}

TEST_CASE("appending goes on after a rewrite") {
    Desk desk;
    REQUIRE(desk.journal.rewrite("world", {{1, record(1)}}));
    desk.journal.exited(exit_of(1));
    CHECK(std::get<wire::Exited>(replay(desk.bytes()).tries.at(1).end) == exit_of(1));
}

TEST_CASE("a record that was cut short anywhere is the end of the journal, and what stands before it counts") {
    Desk desk;
    REQUIRE(desk.journal.launching(record(1)));
    const auto whole = desk.bytes();
    REQUIRE(desk.journal.launching(record(2)));
    const auto both = desk.bytes();
    for (auto size = whole.size(); size < both.size(); ++size) {
        const auto replayed = replay(std::string_view(both).substr(0, size));
        CHECK(replayed.tries.size() == 1);
        CHECK(replayed.tries.contains(1));
        CHECK(replayed.whole == (size == whole.size()));
    }
}

TEST_CASE("a byte that was flipped anywhere is the end of the journal, and never another exit") {
    Desk desk;
    REQUIRE(desk.journal.launching(record(1)));
    desk.journal.exited(exit_of(1));
    const auto good = desk.bytes();
    for (std::size_t place = 0; place < good.size(); ++place) {
        auto bytes = good;
        bytes[place] = static_cast<char>(bytes[place] ^ 1);
        const auto replayed = replay(bytes);
        CHECK_FALSE(replayed.whole);
        CHECK(replayed.tries.size() <= 1);
        if (!replayed.tries.empty()) CHECK(replayed.tries.at(1) == record(1));
    }
}

TEST_CASE("any bytes are replayed without harm") {
    Desk desk;
    for (int id = 1; id < 5; ++id) {
        REQUIRE(desk.journal.launching(record(id)));
        desk.journal.begun(id, kBegun);
        desk.journal.exited(exit_of(id));
    }
    std::mt19937 random(20261122);
    const auto good = desk.bytes();
    for (int round = 0; round < 20'000; ++round) {
        auto bytes = good;
        for (int change = 0; change < 3; ++change) bytes[random() % bytes.size()] = static_cast<char>(random());
        CHECK(replay(bytes).tries.size() <= 16);
    }
}

TEST_CASE("a journal is overgrown when most of it is history, and not after a rewrite") {
    Desk desk;
    for (std::int64_t id = 1; !desk.journal.overgrown(); ++id) {
        REQUIRE(id < 1'000'000);
        REQUIRE(desk.journal.launching(record(id)));
        desk.journal.forgotten(id);
    }
    REQUIRE(desk.journal.rewrite("world", {}));
    CHECK_FALSE(desk.journal.overgrown());
    CHECK(desk.bytes().size() < 100);
}
