#include "executors/process/process_executor.hpp"

#include <doctest/doctest.h>

#include "tests/executors/process/desk.hpp"

using namespace weir;
using namespace weir::testing;

TEST_CASE("an executor starts its supervisor and reports that it knows of no try") {
    Desk desk;
    Daemon daemon(desk.folder);
    const auto listed = daemon.await<core::ExecutorListed>();
    CHECK(listed.executor == "process");
    CHECK_FALSE(listed.epoch.empty());
    CHECK_FALSE(listed.boot_id.empty());
    CHECK(listed.known.empty());
}

TEST_CASE("a script runs in its folder with its environment, and its end is reported") {
    Desk desk;
    Daemon daemon(desk.folder);
    daemon.await<core::ExecutorListed>();
    auto launch = desk.script(1, "pwd; echo $GREETING; exit 3");
    launch.env["GREETING"] = "hello";
    daemon.launch(launch);
    const auto started = daemon.await<core::TryStarted>();
    const auto exited = daemon.await<core::TryExited>();
    CHECK(started.id == model::TryId{1});
    CHECK(started.pid.value_or(0) > 0);
    CHECK(exited.id == model::TryId{1});
    CHECK(exited.exit_code == 3);
    CHECK(exited.at >= started.at);
    CHECK(desk.log(1) == desk.folder.path() + "\nhello\n");
}

TEST_CASE("a script ends at its first failing command") {
    Desk desk;
    Daemon daemon(desk.folder);
    daemon.await<core::ExecutorListed>();
    daemon.launch(desk.script(1, "false\necho never"));
    CHECK(daemon.await<core::TryExited>().exit_code == 1);
    CHECK(desk.log(1).empty());
}

TEST_CASE("an operator gets its kind as argument, settings and connections as JSON") {
    Desk desk;
    Daemon daemon(desk.folder, [](process::ProcessOptions& options) {
        options.connections["cache"] = {{"kind", "redis"}, {"password", {{"env", "CACHE_PASSWORD"}}}};
    });
    daemon.await<core::ExecutorListed>();
    daemon.launch(desk.launch(1, model::OperatorCall{model::OperatorKind::check, {{"on", "x"}}}));
    CHECK(daemon.await<core::TryExited>().exit_code == 0);
    CHECK(desk.log(1) ==
          "check\n"
          R"({"connections":{"cache":{"kind":"redis","password":{"env":"CACHE_PASSWORD"}}},"settings":{"on":"x"}})");
}

TEST_CASE("what a task writes to WEIR_OUTPUT comes with its exit") {
    Desk desk;
    Daemon daemon(desk.folder);
    daemon.await<core::ExecutorListed>();
    daemon.launch(desk.script(1, "echo rows=12 >> $WEIR_OUTPUT; echo file=a b.csv >> $WEIR_OUTPUT"));
    CHECK(daemon.await<core::TryExited>().outputs == model::Json{{"rows", "12"}, {"file", "a b.csv"}});
}

TEST_CASE("a task that ended well fails when its outputs can't be used, and the reason is told") {
    Desk desk;
    Daemon daemon(desk.folder);
    daemon.await<core::ExecutorListed>();
    daemon.launch(desk.script(1, "echo '{\"rows\": 12' > $WEIR_OUTPUT"));
    const auto exited = daemon.await<core::TryExited>();
    CHECK(exited.exit_code == 65);
    CHECK(exited.detail == "WEIR_OUTPUT: begins with { but is not one JSON object in UTF-8");
    CHECK(exited.outputs.is_null());
}

TEST_CASE("a deadline is told apart from other ends") {
    Desk desk;
    Daemon daemon(desk.folder);
    daemon.await<core::ExecutorListed>();
    auto launch = desk.script(1, "exec sleep 60");
    launch.timeout = 50ms;
    daemon.launch(launch);
    const auto exited = daemon.await<core::TryExited>();
    CHECK(exited.timed_out);
    CHECK(exited.signal == SIGTERM);
    CHECK(exited.detail == "timed out after 50ms");
}

TEST_CASE("SIGKILL from nowhere is explained") {
    Desk desk;
    Daemon daemon(desk.folder);
    daemon.await<core::ExecutorListed>();
    daemon.launch(desk.script(1, "kill -KILL $$"));
    const auto exited = daemon.await<core::TryExited>();
    CHECK(exited.signal == SIGKILL);
    CHECK(exited.detail == "not sent by Weir; the kernel does this when memory runs out");
}

TEST_CASE("a running try can be killed") {
    Desk desk;
    Daemon daemon(desk.folder);
    daemon.await<core::ExecutorListed>();
    daemon.launch(desk.script(1, "exec sleep 60"));
    daemon.await<core::TryStarted>();
    daemon.kill(model::TryId{1});
    CHECK(daemon.await<core::TryExited>().signal == SIGTERM);
}

TEST_CASE("a program that does not exist is refused by name") {
    Desk desk;
    Daemon daemon(desk.folder);
    daemon.await<core::ExecutorListed>();
    daemon.launch(desk.launch(1, model::CommandLine{{"./anounce.sh"}}));
    const auto refused = daemon.await<core::TryRefused>();
    CHECK(refused.id == model::TryId{1});
    CHECK_FALSE(refused.shortage);
    CHECK(refused.reason == "no such program: ./anounce.sh");
}

TEST_CASE("a launch larger than a frame is refused, and the next one runs") {
    Desk desk;
    Daemon daemon(desk.folder);
    daemon.await<core::ExecutorListed>();
    daemon.launch(desk.launch(1, model::OperatorCall{model::OperatorKind::load, std::string(17 << 20, 'x')}));
    CHECK(daemon.await<core::TryRefused>().reason == "its arguments, environment and settings take more than 16 MiB");
    daemon.launch(desk.script(2, "exit 0"));
    CHECK(daemon.await<core::TryExited>().exit_code == 0);
}

TEST_CASE("a launch that was decided for another supervisor is dropped") {
    Desk desk;
    Daemon daemon(desk.folder);
    const auto listed = daemon.await<core::ExecutorListed>();
    auto stale = desk.script(1, "touch stale");
    stale.epoch = "another";
    auto current = desk.script(2, "touch current");
    current.epoch = listed.epoch;
    daemon.launch(stale);
    daemon.launch(current);
    CHECK(daemon.await<core::TryExited>().id == model::TryId{2});
    CHECK_FALSE(desk.folder.has("stale"));
}

TEST_CASE("the next daemon finds the running try, and gets its exit") {
    Desk desk;
    std::string epoch;
    {
        Daemon first(desk.folder);
        epoch = first.await<core::ExecutorListed>().epoch;
        first.launch(desk.script(1, "while [ ! -e go ]; do sleep 0.01; done; echo rows=5 > $WEIR_OUTPUT"));
        first.await<core::TryStarted>();
    }
    Daemon second(desk.folder);
    const auto listed = second.await<core::ExecutorListed>();
    CHECK(listed.epoch == epoch);
    CHECK(listed.known == std::vector<model::TryId>{{1}});
    desk.folder.write("go", "");
    const auto exited = second.await<core::TryExited>();
    CHECK(exited.exit_code == 0);
    CHECK(exited.outputs == model::Json{{"rows", "5"}});
}

TEST_CASE("an exit comes again to each daemon until one acknowledges it") {
    Desk desk;
    {
        Daemon first(desk.folder);
        first.await<core::ExecutorListed>();
        first.launch(desk.script(1, "exit 3"));
        first.await<core::TryExited>();
    }
    {
        Daemon second(desk.folder);
        CHECK(second.await<core::TryExited>().exit_code == 3);
        second.acknowledge(model::TryId{1});
    }
    Daemon third(desk.folder);
    CHECK(third.await<core::ExecutorListed>().known.empty());
}

TEST_CASE("a supervisor that dies is replaced: its ends are recovered, its running tries are lost") {
    Desk desk;
    Daemon daemon(desk.folder);
    const auto before = daemon.await<core::ExecutorListed>();
    daemon.launch(desk.script(1, "exit 3"));
    daemon.await<core::TryExited>();
    daemon.launch(desk.script(2, "exec sleep 60"));
    daemon.await<core::TryStarted>();  // of 1
    daemon.await<core::TryStarted>();
    const auto supervisor = desk.supervisor();
    daemon.await<core::ExecutorListed>();  // again, after the test's own connection
    ::kill(supervisor, SIGKILL);

    core::ExecutorListed after;
    do after = daemon.await<core::ExecutorListed>();
    while (after.epoch == before.epoch);
    CHECK(after.known == std::vector<model::TryId>{{1}, {2}});
    CHECK(daemon.await<core::TryLost>().id == model::TryId{2});
    CHECK(daemon.await<core::TryExited>().exit_code == 3);
}

TEST_CASE("a supervisor that can't be started is told of, once") {
    Desk desk;
    Daemon daemon(desk.folder, [](process::ProcessOptions& options) { options.weir_program = "/nonexistent/weir"; });
    wait_until("it is noted", [&daemon] { return !daemon.notes().empty(); });
    CHECK(daemon.notes().front() == "can't start the supervisor /nonexistent/weir: No such file or directory");
}

TEST_CASE("a supervisor that ends with an error is told of, with the place of its words") {
    Desk desk;
    Daemon daemon(desk.folder, [](process::ProcessOptions& options) { options.weir_program = "/bin/false"; });
    wait_until("it is noted", [&daemon] { return !daemon.notes().empty(); });
    CHECK(daemon.notes().front() ==
          "the supervisor ended with exit code 1; see " + desk.folder.path("data/supervisor.log"));
}

TEST_CASE("shut_down ends the supervisor when nothing runs any more") {
    Desk desk;
    {
        Daemon daemon(desk.folder);
        daemon.await<core::ExecutorListed>();
        daemon.launch(desk.script(1, "exit 0"));
        daemon.await<core::TryExited>();
        daemon.acknowledge(model::TryId{1});
        daemon.executor().shut_down();
    }
    CHECK_FALSE(desk.folder.has("data/supervisor.sock"));
}

TEST_CASE("an executor that is stopped before it started leaves nothing to do") {
    Desk desk;
    boost::asio::io_context io(1);
    process::ProcessExecutor executor(io,
                                      {.data_folder = desk.folder.path("data"),
                                       .log_folder = desk.folder.path("logs"),
                                       .weir_program = STAND_IN_WEIR,
                                       .environment = {}},
                                      [](core::Input) {});
    executor.stop();
    executor.start();
    io.run();
    CHECK_FALSE(desk.folder.has("data/supervisor.sock"));
}
