#include "executors/connectors/key_spool.hpp"

#include <doctest/doctest.h>

#include <array>
#include <set>

#include "executors/connectors/redis.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace weir::connectors;
using weir::test::RedisServer;
using weir::test::TemporaryFolder;

namespace {

// All keys that come out; `doubled` counts those that came twice.
std::set<std::string> drained(KeySpool& spool, int& doubled) {
    std::set<std::string> all;
    std::vector<std::string_view> keys;
    while (*spool.next(keys))
        for (const auto key : keys)
            if (!all.emplace(key).second) ++doubled;
    return all;
}

}  // namespace

TEST_CASE("few keys stay in memory, and each comes out once") {
    const TemporaryFolder folder;
    KeySpool spool(folder.path() / "unused");
    for (const char* key : {"b", "a", "b", "", "c", ""}) REQUIRE(spool.add(key));
    int doubled = 0;
    CHECK(drained(spool, doubled) == std::set<std::string>{"", "a", "b", "c"});
    CHECK(doubled == 0);
}

TEST_CASE("many keys go through the disk, each comes out once, and no file is left") {
    const TemporaryFolder folder;
    KeySpool spool(folder.path());
    constexpr int kKeys = 100'000;
    for (int round = 0; round < 2; ++round)
        for (int i = 0; i < kKeys; ++i)
            if (!spool.add("some:longer:prefix:" + std::to_string(i))) FAIL("a key could not be added");
    int doubled = 0;
    CHECK(drained(spool, doubled).size() == kKeys);
    CHECK(doubled == 0);
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a table that shrinks in the midst of a SCAN loses no key and doubles none") {
    RedisServer server;
    constexpr int kKeys = 20'000;
    for (int i = 0; i < kKeys; ++i) server.command({"SET", "k" + std::to_string(i), "v"});
    RedisEndpoint endpoint;
    endpoint.socket = server.socket();
    auto connection = RedisConnection::connect(endpoint);
    REQUIRE(connection);
    KeySpool spool(std::filesystem::temp_directory_path());
    std::string cursor = "0";
    int returned = 0, calls = 0;
    do {
        const std::array<std::string_view, 4> scan{"SCAN", cursor, "COUNT", "50"};
        const auto reply = connection->command(scan);
        REQUIRE(reply);
        cursor = (*reply)[0].text();
        const auto keys = (*reply)[1];
        for (std::size_t i = 0; i < keys.size(); ++i) REQUIRE(spool.add(keys[i].text()));
        returned += static_cast<int>(keys.size());
        // Deleting most keys makes the server shrink its table, which is when SCAN may repeat keys.
        if (++calls == 150)
            for (int i = 100; i < kKeys; ++i) server.command({"DEL", "k" + std::to_string(i)});
    } while (cursor != "0");
    int doubled = 0;
    const auto keys = drained(spool, doubled);
    CHECK(doubled == 0);
    for (int i = 0; i < 100; ++i) CHECK(keys.contains("k" + std::to_string(i)));
    MESSAGE("SCAN returned ", returned, " keys, ", keys.size(), " different ones");
}
