#include "web/accounts/throttle.hpp"

#include <doctest/doctest.h>

using namespace weir;
using namespace weir::accounts;
using std::chrono::seconds;

namespace {
constexpr model::TimePoint kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

void use_up(Throttle& throttle, const std::string& user, const std::string& address, int tries) {
    for (int i = 0; i < tries; ++i) REQUIRE_FALSE(throttle.begin(user, address, kStart).has_value());
}
}  // namespace

TEST_CASE("after five wrong passwords a user waits twice as long for each further try, up to 30 s") {
    Throttle throttle;
    use_up(throttle, "ada", "10.0.0.1:1", kFreeTriesOfUser);
    auto now = kStart;
    for (const int wait : {1, 2, 4, 8, 16, 30, 30}) {
        CAPTURE(wait);
        CHECK(throttle.begin("ada", "10.0.0.1:1", now) == seconds{wait});
        now += seconds{wait};
        CHECK_FALSE(throttle.begin("ada", "10.0.0.1:1", now).has_value());
    }
}

TEST_CASE("another user at the same address is not kept waiting by it") {
    Throttle throttle;
    use_up(throttle, "ada", "10.0.0.1:1", kFreeTriesOfUser);
    CHECK_FALSE(throttle.begin("bob", "10.0.0.1:1", kStart).has_value());
}

TEST_CASE("an address that tries many users has to wait, whatever its port") {
    Throttle throttle;
    for (int i = 0; i < kFreeTriesOfAddress; ++i)
        use_up(throttle, "user" + std::to_string(i), "10.0.0.1:" + std::to_string(1000 + i), 1);
    CHECK(throttle.begin("another", "10.0.0.1:9", kStart).has_value());
    CHECK_FALSE(throttle.begin("another", "10.0.0.2:9", kStart).has_value());
}

TEST_CASE("behind a proxy on this machine a stranger who tries many users keeps no other waiting") {
    for (const std::string address : {"127.0.0.1:", "[::1]:", "[::ffff:127.0.0.1]:"}) {
        Throttle throttle;
        for (int i = 0; i < kFreeTriesOfAddress; ++i)
            use_up(throttle, "user" + std::to_string(i), address + std::to_string(1000 + i), 1);
        CHECK_FALSE(throttle.begin("another", address + "9", kStart).has_value());
        use_up(throttle, "ada", address + "9", kFreeTriesOfUser);
        CHECK(throttle.begin("ada", address + "9", kStart).has_value());
    }
}

TEST_CASE("a right password and an hour of quiet each make a user's tries forgotten") {
    Throttle throttle;
    use_up(throttle, "ada", "10.0.0.1:1", kFreeTriesOfUser);
    throttle.succeeded("ada", "10.0.0.1:1");
    use_up(throttle, "ada", "10.0.0.1:1", kFreeTriesOfUser);
    CHECK(throttle.begin("ada", "10.0.0.1:1", kStart).has_value());
    CHECK_FALSE(throttle.begin("ada", "10.0.0.1:1", kStart + std::chrono::hours{1}).has_value());
    CHECK_FALSE(throttle.begin("ada", "10.0.0.1:1", kStart + std::chrono::hours{1}).has_value());
}

TEST_CASE("with ten thousand names under way the oldest is forgotten for the newest") {
    Throttle throttle;
    use_up(throttle, "ada", "10.0.0.1:1", kFreeTriesOfUser);
    for (std::size_t i = 0; i < kMostThrottled; ++i)
        CHECK_FALSE(
            throttle
                .begin("user" + std::to_string(i), "2001:db8:" + std::to_string(i % 9000) + "::1", kStart + seconds{1})
                .has_value());
    CHECK_FALSE(throttle.begin("ada", "10.0.0.3:1", kStart).has_value());
}

TEST_CASE("an address stands for its network, without its port") {
    CHECK(network_of("127.0.0.1:51234") == "127.0.0.1");
    CHECK(network_of("[2001:db8:1:2:3:4:5:6]:443") == "2001:db8:1:2::");
    CHECK(network_of("2001:db8:1:2::9") == "2001:db8:1:2::");
    CHECK(network_of("[::ffff:10.0.0.1]:80") == "10.0.0.1");
    CHECK(network_of("unix") == "unix");
}
