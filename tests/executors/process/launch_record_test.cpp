#include "executors/process/launch_record.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/temporary_folder.hpp"

using namespace weir;
using namespace weir::process;

namespace {

core::Launch a_launch() {
    core::Launch launch;
    launch.id = model::TryId{7};
    launch.dag_id = "etl";
    launch.run_id = "r1";
    launch.task_id = "load";
    launch.action = model::ShellScript{"true"};
    launch.env = {{"A", "1"}};
    launch.workdir = "/work";
    launch.log_path = "etl/r1/load/1.log";
    launch.timeout = std::chrono::milliseconds{1500};
    return launch;
}

}  // namespace

TEST_CASE("a script, a command and an operator are each recorded as what they are") {
    auto launch = a_launch();
    auto record = launch_record(launch);
    CHECK(record["script"] == "true");
    CHECK(record["timeout"] == 1.5);
    CHECK(record["env"] == model::Json{{"A", "1"}});
    launch.action = model::CommandLine{{"echo", "hello"}};
    launch.timeout = model::Duration{0};
    record = launch_record(launch);
    CHECK(record["command"] == model::Json{"echo", "hello"});
    CHECK(record["script"] == nullptr);
    CHECK(record["timeout"] == nullptr);
    launch.action = model::OperatorCall{model::OperatorKind::sql, {{"password", {{"env", "DB_PASSWORD"}}}}};
    record = launch_record(launch);
    CHECK(record["operator"] == "sql");
    CHECK(record["action"]["password"] == model::Json{{"env", "DB_PASSWORD"}});
}

TEST_CASE("the launches of a run stand in one file of its log folder, a line each") {
    const weir::test::TemporaryFolder logs;
    auto launch = a_launch();
    keep_launch_record(launch, logs.path());
    launch.id = model::TryId{8};
    launch.log_path = "etl/r1/load/2.log";
    keep_launch_record(launch, logs.path());
    std::ifstream file(logs.path() / ".launches");
    std::string first;
    std::string second;
    REQUIRE(std::getline(file, first));
    REQUIRE(std::getline(file, second));
    CHECK(first.starts_with("7 {"));
    CHECK(model::parse_json(second.substr(2)).value()["log_path"] == "etl/r1/load/2.log");
}

TEST_CASE("a launch whose record can't be written is none the worse for it") {
    keep_launch_record(a_launch(), "/proc/no/such/folder");
}
