#include "executors/process/render.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace weir;
using namespace weir::process;

namespace {

ProcessOptions options() {
    return {.data_folder = "/data",
            .log_folder = "/var/log/weir/",
            .weir_program = "/opt/weir",
            .environment = {{"PATH", "/bin"}, {"PG_PASSWORD", "secret"}, {"HOME", "/home/w"}},
            .connections = {{"warehouse", {{"kind", "postgres"}, {"password", {{"env", "PG_PASSWORD"}}}}}}};
}

core::Launch launch(model::Action action) {
    core::Launch launch;
    launch.id = model::TryId{7};
    launch.action = std::move(action);
    launch.workdir = "/dags";
    launch.log_path = "dag/run/task/1.log";
    launch.timeout = std::chrono::minutes(30);
    launch.grace = std::chrono::seconds(10);
    launch.log_limit = 1000;
    return launch;
}

wire::Launch render(const core::Launch& launch) {
    const auto rendered = Renderer(options()).render(launch);
    REQUIRE(rendered.has_value());
    return *rendered;
}

bool has(const wire::Launch& launch, const std::string& entry) { return std::ranges::count(launch.env, entry) == 1; }
bool names(const wire::Launch& launch, const std::string& name) {
    return std::ranges::any_of(launch.env, [&name](const auto& entry) { return entry.starts_with(name + '='); });
}

}  // namespace

TEST_CASE("a script becomes sh -e -c") {
    CHECK(render(launch(model::ShellScript{"echo hello"})).argv ==
          std::vector<std::string>{"/bin/sh", "-e", "-c", "echo hello"});
}

TEST_CASE("a command line stays as it is") {
    CHECK(render(launch(model::CommandLine{{"python3", "job.py"}})).argv ==
          std::vector<std::string>{"python3", "job.py"});
}

TEST_CASE("an operator becomes weir task, with its input on stdin") {
    const auto rendered = render(launch(model::OperatorCall{model::OperatorKind::sql, {{"query", "select 1"}}}));
    CHECK(rendered.argv == std::vector<std::string>{"/opt/weir", "task", "sql"});
    CHECK(
        rendered.stdin_bytes ==
        R"({"connections":{"warehouse":{"kind":"postgres","password":{"env":"PG_PASSWORD"}}},"settings":{"query":"select 1"}})");
}

TEST_CASE("times, limits, folder and paths are handed on") {
    const auto rendered = render(launch(model::ShellScript{":"}));
    CHECK(rendered.try_id == 7);
    CHECK(rendered.cwd == "/dags");
    CHECK(rendered.log_path == "/var/log/weir/dag/run/task/1.log");
    CHECK(rendered.output_path == "/var/log/weir/dag/run/task/1.output");
    CHECK(rendered.timeout == std::chrono::minutes(30));
    CHECK(rendered.grace == std::chrono::seconds(10));
    CHECK(rendered.log_limit == 1000);
    CHECK(has(rendered, "WEIR_OUTPUT=/var/log/weir/dag/run/task/1.output"));
    CHECK(has(rendered, "WEIR_LOG_FILE=/var/log/weir/dag/run/task/1.log"));
}

TEST_CASE("the task's variables stand over the daemon's") {
    auto request = launch(model::ShellScript{":"});
    request.env = {{"HOME", "/elsewhere"}};
    const auto rendered = render(request);
    CHECK(has(rendered, "HOME=/elsewhere"));
    CHECK(has(rendered, "PATH=/bin"));
}

TEST_CASE("a variable that holds a connection's secret is withheld from commands") {
    CHECK_FALSE(names(render(launch(model::ShellScript{":"})), "PG_PASSWORD"));
    CHECK_FALSE(names(render(launch(model::CommandLine{{"true"}})), "PG_PASSWORD"));
}

TEST_CASE("a variable that holds a connection's secret is there for operators") {
    CHECK(has(render(launch(model::OperatorCall{model::OperatorKind::load, {}})), "PG_PASSWORD=secret"));
}

TEST_CASE("a task that asks for such a variable by its own env has it") {
    auto request = launch(model::ShellScript{":"});
    request.env = {{"PG_PASSWORD", "given"}};
    CHECK(has(render(request), "PG_PASSWORD=given"));
}

TEST_CASE("secrets are found at any depth, and nothing else is taken for one") {
    const std::map<std::string, model::Json> connections{
        {"a", {{"kind", "x"}, {"tls", {{"key", {{"env", "KEY"}}}, {"list", {{{"env", "IN_LIST"}}}}}}}},
        {"b", {{"kind", "x"}, {"env", "PLAIN"}, {"password", {{"file", "/run/secret"}}}}},
        {"c", "text"}};
    CHECK(secret_variables(connections) == std::set<std::string>{"IN_LIST", "KEY"});
}

TEST_CASE("a log path that leads out of the log folder is refused") {
    for (const std::string path : {"../1.log", "dag/../../1.log", "/etc/1.log", "dag/1.txt", "", ".log", "dag/.log",
                                   "dag//1.log", "./1.log", "..", "dag/./1.log"}) {
        CAPTURE(path);
        auto request = launch(model::ShellScript{":"});
        request.log_path = path;
        CHECK_FALSE(Renderer(options()).render(request).has_value());
    }
}

TEST_CASE("a workdir that is not absolute is refused") {
    auto request = launch(model::ShellScript{":"});
    request.workdir = "dags";
    CHECK_FALSE(Renderer(options()).render(request).has_value());
}

TEST_CASE("a name that can't be a variable's is refused") {
    auto request = launch(model::ShellScript{":"});
    request.env = {{"A=B", "c"}};
    const auto rendered = Renderer(options()).render(request);
    REQUIRE_FALSE(rendered.has_value());
    CHECK(rendered.error().message == "'A=B' can't be the name of an environment variable");
}
