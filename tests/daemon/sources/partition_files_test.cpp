#include "daemon/sources/partition_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/daemon/sources/fakes.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace weir;
using namespace weir::daemon::sources;
using namespace weir::daemon::sources::test;
using model::Json;
using weir::test::eventually;

namespace fs = std::filesystem;

namespace {

struct Lake {
    weir::test::TemporaryFolder folder;
    FakeSink sink;
    Words words;

    // The marker of a window, last changed at this second.
    void complete(const std::string& partition, std::int64_t second = 1'800'000'000) const {
        const auto path = folder.path() / partition;
        fs::create_directories(path);
        const auto hidden = (path / "_hidden").string();
        std::ofstream(hidden).put('x');
        const timespec times[] = {{second, 0}, {second, 0}};
        REQUIRE(::utimensat(AT_FDCWD, hidden.c_str(), times, 0) == 0);
        fs::rename(hidden, path / "_SUCCESS");
    }
    [[nodiscard]] Json settings(const Json& more = Json::object()) const {
        Json all{{"path", folder.path().string()},
                 {"asset", "views"},
                 {"partition", "dt=%Y-%m-%d/hour=%H"},
                 {"every", "1h"}};
        all.update(more);
        return all;
    }
    [[nodiscard]] std::unique_ptr<PartitionFiles> source(const Json& more = Json::object()) const {
        return std::make_unique<PartitionFiles>("test", settings(more), sink.reader());
    }
    [[nodiscard]] std::unique_ptr<Runner> run(const Json& more = Json::object()) {
        return std::make_unique<Runner>("test", "files", source(more), sink, words.log(), kQuick);
    }
    // "07:00 8" …: start and revision of all windows that were told, in their order.
    [[nodiscard]] std::vector<std::string> told() const {
        std::vector<std::string> all;
        for (const auto& row : sink.events())
            all.push_back(row.event.attribute("windowstart").value_or(row.reason).substr(11, 5) + " " +
                          row.event.attribute("revision").value_or("").substr(0, 10));
        return all;
    }
    [[nodiscard]] bool tells(const std::vector<std::string>& expected) const {
        return eventually([this, &expected] { return told() == expected; });
    }
};

}  // namespace

TEST_CASE("a folder with a marker is a completed window") {
    Lake lake;
    lake.complete("dt=2026-11-22/hour=07");
    fs::create_directories(lake.folder.path() / "dt=2026-11-22/hour=08");
    const auto runner = lake.run();
    REQUIRE(lake.tells({"07:00 1800000000"}));
    const auto event = lake.sink.events().front();
    CHECK(event.event.type == model::kWindowCompleted);
    CHECK(event.event.subject == "views");
    CHECK(event.event.attribute("windowstart") == "2026-11-22T07:00:00Z");
    CHECK(event.event.attribute("windowend") == "2026-11-22T08:00:00Z");
    CHECK(event.event.attribute("revision") == "1800000000000000");
    CHECK(event.position == "dt=2026-11-22/hour=07");
    CHECK(event.event.data["path"] == (lake.folder.path() / "dt=2026-11-22/hour=07").string());
}

TEST_CASE("new windows are seen at once, without a rescan") {
    Lake lake;
    const auto runner = lake.run({{"rescan", "1h"}});
    CHECK(eventually([&runner] { return runner->status().connected; }));
    lake.complete("dt=2026-11-22/hour=07");
    CHECK(lake.tells({"07:00 1800000000"}));
    lake.complete("dt=2026-11-22/hour=08");
    CHECK(lake.tells({"07:00 1800000000", "08:00 1800000000"}));
}

TEST_CASE("a marker that is written again is a higher revision") {
    Lake lake;
    lake.complete("dt=2026-11-22/hour=07");
    const auto runner = lake.run({{"rescan", "1h"}});
    REQUIRE(lake.tells({"07:00 1800000000"}));
    lake.complete("dt=2026-11-22/hour=07", 1'800'000'005);
    CHECK(lake.tells({"07:00 1800000000", "07:00 1800000005"}));
}

TEST_CASE("a rescan finds what inotify did not see") {
    Lake lake;
    lake.complete("dt=2026-11-22/hour=07");
    const auto runner = lake.run({{"rescan", "100ms"}});
    REQUIRE(lake.tells({"07:00 1800000000"}));
    // Changed by another name of the same file, which is in a folder that nobody watches.
    const weir::test::TemporaryFolder elsewhere;
    const auto other = elsewhere.file("marker");
    fs::create_hard_link(lake.folder.path() / "dt=2026-11-22/hour=07/_SUCCESS", other);
    const timespec times[] = {{1'800'000'005, 0}, {1'800'000'005, 0}};
    REQUIRE(::utimensat(AT_FDCWD, other.c_str(), times, 0) == 0);
    CHECK(lake.tells({"07:00 1800000000", "07:00 1800000005"}));
}

TEST_CASE("a restart tells nothing twice and misses nothing") {
    Lake lake;
    lake.complete("dt=2026-11-22/hour=07");
    {
        const auto runner = lake.run();
        REQUIRE(lake.tells({"07:00 1800000000"}));
    }
    lake.complete("dt=2026-11-22/hour=07", 1'800'000'005);
    lake.complete("dt=2026-11-22/hour=08");
    {
        const auto runner = lake.run();
        REQUIRE(lake.tells({"07:00 1800000000", "07:00 1800000005", "08:00 1800000000"}));
    }
    const auto source = lake.source();
    REQUIRE(source->connect());
    CHECK(source->poll(std::chrono::milliseconds{0})->events.empty());
}

TEST_CASE("a source that starts with what is new leaves out what was there, even after a restart") {
    Lake lake;
    lake.complete("dt=2026-11-22/hour=07");
    {
        const auto runner = lake.run({{"start", "new"}});
        CHECK(eventually([&lake] { return lake.sink.positions().size() == 2; }));
    }
    lake.complete("dt=2026-11-22/hour=08");
    const auto runner = lake.run({{"start", "new"}});
    CHECK(lake.tells({"08:00 1800000000"}));
}

TEST_CASE("what does not fit the pattern is no window") {
    Lake lake;
    lake.complete("dt=2026-11-22/hour=07");
    lake.complete("_temporary/hour=07");
    lake.complete("dt=2026-11-22/hour=25");
    lake.complete("dt=2026-11-22");
    lake.complete("dt=2026-11-22/hour=08/part=1");
    std::ofstream(lake.folder.path() / "dt=2026-11-22/hour=09").put('x');
    fs::create_directories(lake.folder.path() / "dt=2026-11-22/hour=10/_SUCCESS");
    const auto source = lake.source();
    REQUIRE(source->connect());
    const auto batch = source->poll(std::chrono::milliseconds{0});
    REQUIRE(batch);
    REQUIRE(batch->events.size() == 1);
    CHECK(batch->events[0].position == "dt=2026-11-22/hour=07");
}

TEST_CASE("a window that cannot be is handed on with the reason, once, and stops no other") {
    Lake lake;
    lake.complete("dt=2026-03-29/hour=02");
    lake.complete("dt=2026-03-29/hour=03");
    const auto source = lake.source({{"timezone", "Europe/Berlin"}});
    REQUIRE(source->connect());
    const auto batch = source->poll(std::chrono::milliseconds{0});
    REQUIRE(batch);
    REQUIRE(batch->events.size() == 2);
    CHECK(batch->events[0].fault.find("the clocks go forward there") != std::string::npos);
    CHECK(batch->events[1].event.attribute("windowstart") == "2026-03-29T01:00:00Z");
    CHECK(batch->positions.size() == 2);
}

TEST_CASE("of a large tree each poll looks at a part, and in the end all is told in order") {
    Lake lake;
    for (int day = 1; day <= 28; ++day)
        for (int hour = 0; hour < 24; ++hour) lake.complete(fmt::format("dt=2026-02-{:02}/hour={:02}", day, hour));
    const auto source = lake.source();
    REQUIRE(source->connect());
    std::vector<std::string> folders;
    int polls = 0;
    for (; polls < 100 && folders.size() < 672; ++polls) {
        const auto batch = source->poll(std::chrono::milliseconds{0});
        REQUIRE(batch);
        CHECK(batch->events.size() <= 500);
        for (const auto& event : batch->events) folders.push_back(event.position);
    }
    CHECK(polls > 1);
    CHECK(folders.size() == 672);
    CHECK(std::ranges::is_sorted(folders));
}

TEST_CASE("a folder that is not there is a problem, and no more once it is") {
    Lake lake;
    const auto path = lake.folder.path() / "later";
    const auto runner = lake.run({{"path", path.string()}});
    CHECK(eventually([&runner, &path] {
        return runner->status().problem == "folder " + path.string() + " cannot be read: No such file or directory";
    }));
    lake.complete("later/dt=2026-11-22/hour=07");
    CHECK(lake.tells({"07:00 1800000000"}));
    CHECK(eventually([&runner] { return runner->status().problem.empty(); }));
}
