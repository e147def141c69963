#include "executors/connectors/redis.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "executors/connectors/redis_source.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/result.hpp"

using namespace weir::connectors;
using weir::test::RedisServer;

namespace {

RedisEndpoint endpoint_of(const RedisServer& server) {
    RedisEndpoint endpoint;
    endpoint.name = "cache";
    endpoint.socket = server.socket();
    return endpoint;
}

std::string connect_error(const RedisEndpoint& endpoint) {
    const auto connection = RedisConnection::connect(endpoint);
    return connection ? "" : connection.error().message;
}

RedisRead read_of(const std::string& match, std::vector<Column> columns = {}) {
    return {match, std::move(columns), std::filesystem::temp_directory_path(), [](std::string_view) {}};
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// All rows in the order of their first cell: "a|b|∅"; bad rows after them as "place: reason".
std::string rows_of(RedisSource& source) {
    std::vector<std::string> rows, bad;
    Batch batch;
    while (*source.next(batch)) {
        for (std::size_t row = 0; row < batch.rows(); ++row) {
            std::string line;
            for (std::size_t i = 0; i < batch.columns(); ++i)
                line += (i > 0 ? "|" : "") + std::string(batch.cell(row, i).value_or("∅"));
            rows.push_back(line);
        }
        for (const auto& row : batch.bad) bad.push_back(row.place + ": " + row.reason);
    }
    std::sort(rows.begin(), rows.end());
    std::string all;
    for (const auto& row : rows) all += row + "\n";
    for (const auto& row : bad) all += row + "\n";
    return all;
}

}  // namespace

TEST_CASE("a server that isn't there is told in words, with the socket") {
    RedisEndpoint endpoint;
    endpoint.name = "cache";
    endpoint.socket = "/no/such/redis.sock";
    CHECK(connect_error(endpoint) ==
          "cannot connect to redis 'cache' (/no/such/redis.sock): No such file or directory; there is no such socket: "
          "is the "
          "server running with `unixsocket /no/such/redis.sock`?");
}

TEST_CASE("a port where nothing listens is told in words") {
    RedisEndpoint endpoint;
    endpoint.name = "cache";
    endpoint.port = 1;
    CHECK(contains(connect_error(endpoint), "Connection refused; is the server running, and are host and port right?"));
}

TEST_CASE("a missing and a wrong password are told apart, and the password isn't") {
    RedisServer server({"--requirepass", "right-password"}, "right-password");
    auto endpoint = endpoint_of(server);
    CHECK(contains(connect_error(endpoint), "set `password` in this connection"));
    endpoint.password = "wrong-password";
    const auto message = connect_error(endpoint);
    CHECK(contains(message, "the password (or username) of this connection is wrong"));
    CHECK(!contains(message, "wrong-password"));
    endpoint.password = "right-password";
    CHECK(connect_error(endpoint) == "");
}

TEST_CASE("a user of the server's access list logs in with name and password") {
    RedisServer server;
    server.command({"ACL", "SETUSER", "reader", "on", ">secret", "~views:*", "+ping", "+select", "+scan"});
    auto endpoint = endpoint_of(server);
    endpoint.username = "reader";
    endpoint.password = "secret";
    auto connection = RedisConnection::connect(endpoint);
    REQUIRE(connection);
    const std::array<std::string_view, 2> get{"GET", "views:1"};
    const auto refused = connection->command(get);
    REQUIRE(!refused);
    CHECK(contains(refused.error().message, "let the user run this command"));
}

TEST_CASE("the database of the connection is selected, and one that isn't there is told") {
    RedisServer server;
    server.command({"SELECT", "3"});
    server.command({"SET", "k", "three"});
    auto endpoint = endpoint_of(server);
    endpoint.db = 3;
    auto connection = RedisConnection::connect(endpoint);
    REQUIRE(connection);
    const std::array<std::string_view, 2> get{"GET", "k"};
    CHECK(connection->command(get)->text() == "three");
    endpoint.db = 99;
    CHECK(contains(connect_error(endpoint), "the server has fewer databases than `db` of this connection says"));
}

TEST_CASE("a server that dies between two commands is told by its name") {
    RedisServer server;
    auto connection = RedisConnection::connect(endpoint_of(server));
    REQUIRE(connection);
    server.stop();
    const std::array<std::string_view, 1> ping{"PING"};
    const auto reply = connection->command(ping);
    REQUIRE(!reply);
    CHECK(contains(reply.error().message, "lost redis 'cache'"));
}

TEST_CASE("hashes give the named fields and the key, and a missing field is null") {
    RedisServer server;
    server.command({"HSET", "v:1", "product", "p1", "views", "7", "other", "x"});
    server.command({"HSET", "v:2", "product", "p2"});
    server.command({"HSET", "elsewhere", "product", "p3"});
    auto source = RedisSource::open(endpoint_of(server), read_of("v:*", {{"key"}, {"product"}, {"views"}}));
    REQUIRE(source);
    CHECK(rows_of(**source) == "v:1|p1|7\nv:2|p2|∅\n");
}

TEST_CASE("a hash that has none of the fields is a row of nulls, and a key that is gone is none") {
    RedisServer server;
    server.command({"HSET", "v:1", "other", "x"});
    server.command({"HSET", "v:2", "a", "1"});
    server.command({"HSET", "v:3", "a", "1"});
    auto source = RedisSource::open(endpoint_of(server), read_of("v:*", {{"key"}, {"a"}}));
    REQUIRE(source);
    server.command({"DEL", "v:3"});
    CHECK(rows_of(**source) == "v:1|∅\nv:2|1\n");
}

TEST_CASE("without columns the fields of the first hashes are the columns") {
    RedisServer server;
    server.command({"HSET", "v:1", "a", "1"});
    server.command({"HSET", "v:2", "a", "2"});
    auto source = RedisSource::open(endpoint_of(server), read_of("v:*"));
    REQUIRE(source);
    CHECK(names_of((*source)->columns()) == std::vector<std::string>{"key", "a"});
    server.command({"HSET", "v:2", "b", "3"});
    CHECK(rows_of(**source) ==
          "v:1|1\nkey 'v:2': is a field that the first keys do not have; name the fields to load in `columns`\n");
}

TEST_CASE("strings give key and value, byte for byte") {
    RedisServer server;
    server.command({"SET", "s:1", "a\nb\t\\ 'c' ü"});
    server.command({"SET", "s:2", ""});
    auto source = RedisSource::open(endpoint_of(server), read_of("s:*"));
    REQUIRE(source);
    CHECK(rows_of(**source) == "s:1|a\nb\t\\ 'c' ü\ns:2|\n");
}

TEST_CASE("a key of another kind than the first is a bad row that names it") {
    RedisServer server;
    server.command({"HSET", "v:1", "a", "1"});
    server.command({"SET", "v:2", "x"});
    auto source = RedisSource::open(endpoint_of(server), read_of("v:*", {{"a"}}));
    REQUIRE(source);
    CHECK(rows_of(**source) == "1\nkey 'v:2': is not a hash like the first key; narrow `match`\n");
}

TEST_CASE("lists and their kin are refused by name") {
    RedisServer server;
    server.command({"RPUSH", "v:1", "a"});
    const auto source = RedisSource::open(endpoint_of(server), read_of("v:*", {{"a"}}));
    REQUIRE(!source);
    CHECK(contains(source.error().message, "key 'v:1' is a list; load reads hashes and strings"));
}

TEST_CASE("thousands of keys come once each, through several pipelines") {
    RedisServer server;
    constexpr int kKeys = 5'000;
    server.command(
        {"EVAL", "for i = 1, ARGV[1] do redis.call('HSET', 'v:' .. i, 'a', i) end", "0", std::to_string(kKeys)});
    auto source = RedisSource::open(endpoint_of(server), read_of("v:*", {{"a"}}));
    REQUIRE(source);
    Batch batch;
    long sum = 0;
    while (*(*source)->next(batch))
        for (std::size_t row = 0; row < batch.rows(); ++row) sum += std::stol(std::string(*batch.cell(row, 0)));
    CHECK(sum == static_cast<long>(kKeys) * (kKeys + 1) / 2);
}

TEST_CASE("a server that dies in the midst of the reading is told") {
    RedisServer server;
    server.command({"EVAL", "for i = 1, 20000 do redis.call('HSET', 'v:' .. i, 'a', i) end", "0"});
    auto source = RedisSource::open(endpoint_of(server), read_of("v:*", {{"a"}}));
    REQUIRE(source);
    server.stop();
    Batch batch;
    auto more = (*source)->next(batch);
    while (more && *more) more = (*source)->next(batch);
    REQUIRE(!more);
    CHECK(contains(more.error().message, "lost redis 'cache'"));
}
