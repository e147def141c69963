#include "executors/connectors/endpoint.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

#include "tests/support/server_process.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace weir::connectors;
using weir::model::Json;

TEST_CASE("a secret is read from the environment or from a file without its last line end") {
    const weir::test::TemporaryFolder folder;
    weir::test::write_file(folder.file("secret"), "from file\n");
    ::setenv("WEIR_TEST_ENDPOINT_SECRET", "from env", 1);
    CHECK(redis_endpoint("cache", Json::parse(R"({"kind": "redis", "password": {"env": "WEIR_TEST_ENDPOINT_SECRET"}})"))
              ->password == "from env");
    const Json file{{"kind", "postgres"}, {"password", {{"file", folder.file("secret")}}}};
    CHECK(postgres_endpoint("warehouse", file)->password == "from file");
}

TEST_CASE("a secret that isn't there is told by its variable's name") {
    const auto endpoint = redis_endpoint("cache", Json::parse(R"({"password": {"env": "WEIR_TEST_NOT_SET"}})"));
    REQUIRE(!endpoint);
    CHECK(endpoint.error().message ==
          "connection 'cache': 'password' is in environment variable WEIR_TEST_NOT_SET, which is not set; set it where "
          "Weir runs");
}

TEST_CASE("a secret written as text is refused without being repeated") {
    const auto endpoint = redis_endpoint("cache", Json::parse(R"({"password": "hunter2"})"));
    REQUIRE(!endpoint);
    CHECK(endpoint.error().message == "connection 'cache': 'password' must be {env: NAME} or {file: path}");
}

TEST_CASE("an unknown key names the nearest known one") {
    const auto endpoint = postgres_endpoint("warehouse", Json::parse(R"({"databse": "x"})"));
    REQUIRE(!endpoint);
    CHECK(endpoint.error().message == "connection 'warehouse': has unknown key 'databse'; did you mean 'database'?");
}

TEST_CASE("a port out of range is refused") {
    CHECK(!redis_endpoint("cache", Json::parse(R"({"port": 70000})")));
    CHECK(!redis_endpoint("cache", Json::parse(R"({"port": "6379"})")));
}
