// One look of `wait`, with real files, servers and databases; and the delivery of a notification.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "executors/operators/notify.hpp"
#include "scheduler/model/waits.hpp"
#include "tests/executors/operators/task.hpp"

using namespace weir;
using namespace weir::operators;
using model::kNotYetExitCode;

namespace {

// Answers each connection with the same bytes and keeps what it was asked. Its end wakes the thread by closing the socket.
class HttpServer {
   public:
    explicit HttpServer(std::string answer) : answer_(std::move(answer)) {
        socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(socket_, 8) == 0);
        REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~HttpServer() {
        ::shutdown(socket_, SHUT_RDWR);
        thread_.join();
        ::close(socket_);
    }
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    [[nodiscard]] std::string url(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(port_) + path;
    }
    std::string asked;  // read it once the request has been answered

   private:
    void serve() {
        while (true) {
            const int connection = ::accept(socket_, nullptr, nullptr);
            if (connection < 0) return;
            read_request(connection);
            (void)!::write(connection, answer_.data(), answer_.size());
            ::close(connection);
        }
    }
    void read_request(int connection) {
        std::string request;
        char buffer[4096];
        while (true) {
            const auto end = request.find("\r\n\r\n");
            const auto length = request.find("Content-Length: ");
            if (end != std::string::npos &&
                (length == std::string::npos || request.size() >= end + 4 + std::stoul(request.substr(length + 16))))
                break;
            const auto got = ::read(connection, buffer, sizeof buffer);
            if (got <= 0) break;
            request.append(buffer, static_cast<std::size_t>(got));
        }
        asked = request;
    }

    std::string answer_;
    int socket_ = -1;
    int port_ = 0;
    std::thread thread_;
};

std::string answer(const std::string& status, const std::string& body) {
    return "HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("a file that is not there is not yet, and then it is there") {
    Task task;
    const Json settings{{"file", task.folder.file("ready")}, {"interval", "30s"}, {"soft_fail", false}};
    CHECK(task.run(OperatorKind::wait, settings) == kNotYetExitCode);
    CHECK(contains(task.outputs[model::kWaitingFor].get<std::string>(), "is not there"));
    test::write_file(task.folder.file("ready"), "");
    CHECK(task.run(OperatorKind::wait, settings) == kSucceeded);
}

TEST_CASE("an address that answers otherwise is not yet") {
    const HttpServer server(answer("503 Busy", ""));
    Task task;
    CHECK(task.run(OperatorKind::wait, {{"http", {{"url", server.url("/ready")}}}}) == kNotYetExitCode);
    CHECK(contains(task.log, "answers with 503, not 200"));
    CHECK(task.run(OperatorKind::wait, {{"http", {{"url", server.url("/")}, {"expect_status", {"503"}}}}}) ==
          kSucceeded);
}

TEST_CASE("an answer must hold the text that is waited for") {
    const HttpServer server(answer("200 OK", "state: running"));
    Task task;
    const auto look = [&server](const char* text) {
        return Json{{"http", {{"url", server.url("/")}, {"expect_status", {200}}, {"expect", text}}}};
    };
    CHECK(task.run(OperatorKind::wait, look("done")) == kNotYetExitCode);
    CHECK(task.run(OperatorKind::wait, look("running")) == kSucceeded);
}

TEST_CASE("a server that is down is not yet") {
    std::string url;
    { url = HttpServer(answer("200 OK", "")).url("/"); }
    Task task;
    CHECK(task.run(OperatorKind::wait, {{"http", {{"url", url}}}}) == kNotYetExitCode);
}

TEST_CASE("a body is sent as JSON with its headers") {
    Task task;
    HttpServer server(answer("200 OK", ""));
    const Json http{
        {"url", server.url("/q")}, {"method", "POST"}, {"headers", {{"X-Key", "k"}}}, {"body", {{"day", 1}}}};
    CHECK(task.run(OperatorKind::wait, {{"http", http}}) == kSucceeded);
    CHECK(contains(server.asked, "POST /q HTTP/1.1"));
    CHECK(contains(server.asked, "X-Key: k"));
    CHECK(contains(server.asked, "Content-Type: application/json"));
    CHECK(contains(server.asked, R"({"day":1})"));
}

TEST_CASE("a redirect to a file of this machine is refused") {
    const HttpServer server("HTTP/1.1 302 Found\r\nLocation: file:///etc/hostname\r\nContent-Length: 0\r\n\r\n");
    Task task;
    CHECK(task.run(OperatorKind::wait, {{"http", {{"url", server.url("/")}}}}) != kSucceeded);
}

TEST_CASE("a query is waited for until its first value is true") {
    Task task;
    const auto look = [&task](const char* query) {
        return task.run(OperatorKind::wait, {{"sql", {{"sqlite", task.folder.file("x.db")}, {"query", query}}}});
    };
    CHECK(task.run(OperatorKind::sql, {{"sqlite", task.folder.file("x.db")}, {"query", "create table t (a)"}}) ==
          kSucceeded);
    CHECK(look("select a from t") == kNotYetExitCode);
    CHECK(look("select count(*) from t") == kNotYetExitCode);
    CHECK(look("select null") == kNotYetExitCode);
    CHECK(look("select 'false'") == kNotYetExitCode);
    CHECK(look("select count(*) = 0 from t") == kSucceeded);
    CHECK(look("select nonsense") == kFailed);
}

TEST_CASE("a query of PostgreSQL and a key of Redis are waited for") {
    CacheTask task;
    const Json query{
        {"sql", {{"postgres", "warehouse"}, {"query", "select count(*) > 0 from pg_tables where tablename = 't'"}}}};
    CHECK(task.run(OperatorKind::wait, query) == kNotYetExitCode);
    task.query("create table t (a int)");
    CHECK(task.run(OperatorKind::wait, query) == kSucceeded);
    const Json key{{"redis", {{"connection", "cache"}, {"key", "ready"}}}};
    CHECK(task.run(OperatorKind::wait, key) == kNotYetExitCode);
}

TEST_CASE("a setting that is wrong is no wait") {
    Task task;
    CHECK(task.run(OperatorKind::wait, {{"http", {{"url", "ftp://example.org"}}}}) == kFailed);
    CHECK(task.run(OperatorKind::wait, Json::object()) == kBadSettings);
}

TEST_CASE("a notification is posted, and the secret address stands in no line of the log") {
    HttpServer server(answer("204 No Content", ""));
    Task task;
    test::write_file(task.folder.file("hook"), server.url("/secret-token") + "\n");
    std::string log;
    task.environment.write_line = [&log](std::string_view line) { log += line; };
    const Json input{
        {"notifier",
         {{"kind", "webhook"}, {"webhook", {{"file", task.folder.file("hook")}}}, {"headers", {{"X-To", "team"}}}}},
        {"message", {{"text", "etl r failed"}}}};
    CHECK(run_notify(model::to_text(input), task.environment) == kSucceeded);
    CHECK(contains(server.asked, "POST /secret-token"));
    CHECK(contains(server.asked, "X-To: team"));
    CHECK(contains(server.asked, R"({"text":"etl r failed"})"));
    CHECK_FALSE(contains(log, "secret-token"));
}

TEST_CASE("a webhook that answers with an error says so in the outputs") {
    const HttpServer server(answer("500 Oh", "no such channel"));
    Task task;
    task.environment.output_file = task.folder.file("outputs");
    task.environment.write_line = [](std::string_view) {};
    const Json input{{"notifier", {{"kind", "webhook"}, {"webhook", server.url("/secret-token")}}},
                     {"message", Json::object()}};
    CHECK(run_notify(model::to_text(input), task.environment) == kFailed);
    const auto outputs = test::read_file(task.folder.file("outputs"));
    CHECK(contains(outputs, "answers with 500: no such channel"));
    CHECK_FALSE(contains(outputs, "secret-token"));
}
