// One supervisor, one daemon: what becomes of a task.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <map>

#include "tests/executors/supervisor/scene.hpp"

using namespace weir;
using namespace weir::testing;

TEST_CASE("what a task prints on either stream is in its log, in order") {
    Scene scene;
    scene.run(scene.script(1, "echo one; echo two >&2; echo three"));
    CHECK(scene.log(1) == "one\ntwo\nthree\n");
}

TEST_CASE("a task that ends well exits with 0") {
    Scene scene;
    const auto exited = scene.run(scene.command(1, {"true"}));
    CHECK(exited.exit_code == 0);
    CHECK(exited.signal == 0);
    CHECK(exited.ended_by == wire::EndedBy::itself);
}

TEST_CASE("an exit code is reported as it is") {
    Scene scene;
    CHECK(scene.run(scene.script(1, "exit 3")).exit_code == 3);
}

TEST_CASE("a signal that ends a task is reported as it is") {
    Scene scene;
    const auto exited = scene.run(scene.script(1, "kill -USR1 $$"));
    CHECK(exited.signal == SIGUSR1);
    CHECK(exited.ended_by == wire::EndedBy::itself);
}

TEST_CASE("STARTED names the process and comes before EXITED") {
    Scene scene;
    scene.client.send(scene.script(1, "echo $$ > pid"));
    const auto started = scene.client.await<wire::Started>(1);
    scene.client.await<wire::Exited>(1);
    CHECK(started.pid == scene.pid_in("pid"));
}

TEST_CASE("a task reads its standard input to the end") {
    Scene scene;
    auto launch = scene.command(1, {"cat"});
    launch.stdin_bytes = std::string(300'000, 'x') + "\nend\n";
    scene.run(launch);
    CHECK(scene.log(1) == launch.stdin_bytes);
}

TEST_CASE("a task has the priority that the supervisor was given, not the one that it took") {
    Scene scene;
    scene.run(scene.command(1, {"nice"}));
    CHECK(scene.log(1) == std::to_string(::getpriority(PRIO_PROCESS, 0)) + '\n');
}

TEST_CASE("without input a task reads nothing") {
    Scene scene;
    scene.run(scene.command(1, {"cat"}));
    CHECK(scene.log(1).empty());
}

TEST_CASE("a task runs in its folder, and a program with a slash is looked for there") {
    Scene scene;
    scene.folder.write("hello.sh", "#!/bin/sh\npwd\n");
    ::chmod(scene.folder.path("hello.sh").c_str(), 0755);
    scene.run(scene.command(1, {"./hello.sh"}));
    CHECK(scene.log(1) == scene.folder.path() + '\n');
}

TEST_CASE("a program without slash is looked for in the task's own PATH") {
    Scene scene;
    scene.folder.write("hello", "#!/bin/sh\necho found\n");
    ::chmod(scene.folder.path("hello").c_str(), 0755);
    auto launch = scene.command(1, {"hello"});
    launch.env = {"PATH=/nonexistent:" + scene.folder.path()};
    scene.run(launch);
    CHECK(scene.log(1) == "found\n");
}

TEST_CASE("a task has exactly its environment, and the supervisor's token") {
    Scene scene;
    auto launch = scene.command(1, {"/usr/bin/env"});
    launch.env = {"A=1", "WEIR_SUPERVISED=of another Weir around this one", "B=two words"};
    scene.run(launch);
    CHECK(scene.log(1).starts_with("WEIR_SUPERVISED="));
    CHECK(scene.log(1).ends_with('.' + scene.welcome.epoch + ".1\nA=1\nB=two words\n"));
    CHECK(std::ranges::count(scene.log(1), '\n') == 3);
}

TEST_CASE("a task inherits no open file but its three") {
    Scene scene;
    scene.run(scene.command(1, {"ls", "/proc/self/fd"}));
    CHECK(scene.log(1) == "0\n1\n2\n3\n");  // 3 is the folder that ls reads
}

TEST_CASE("a task ignores and blocks no signal and has the usual limit of open files") {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    Scene scene;
    scene.run(scene.script(1, "grep -E 'Sig(Blk|Ign)' /proc/self/status | cut -f 2; ulimit -S -n"));
    std::istringstream log(scene.log(1));
    std::string blocked, ignored, limit;
    log >> blocked >> ignored >> limit;
    const unsigned long kOfThreadLibrary = 3UL << 31;  // 32 and 33: glibc leaves them ignored when it spawns
    CHECK(std::stoul(blocked, nullptr, 16) == 0);
    CHECK((std::stoul(ignored, nullptr, 16) & ~kOfThreadLibrary) == 0);
    CHECK(limit == (files.rlim_cur == RLIM_INFINITY ? "unlimited" : std::to_string(files.rlim_cur)));
}

TEST_CASE("an output file of an earlier start is gone before the task begins") {
    Scene scene;
    std::filesystem::create_directory(scene.folder.path("logs"));
    scene.folder.write("logs/1.output", "old=1\n");
    const auto exited = scene.run(scene.script(1, "test ! -e logs/1.output"));
    CHECK(exited.exit_code == 0);
    CHECK(exited.output_path == scene.folder.path("logs/1.output"));
}

TEST_CASE("at its deadline a task gets SIGTERM") {
    Scene scene;
    auto launch = scene.script(1, "exec sleep 60");
    launch.timeout = 100ms;
    const auto exited = scene.run(launch);
    CHECK(exited.signal == SIGTERM);
    CHECK(exited.ended_by == wire::EndedBy::timeout);
    CHECK(exited.detail == "timed out after 100ms");
    CHECK(scene.log(1) == "weir: timed out after 100ms; sent SIGTERM\n");
}

TEST_CASE("what Weir has to say in a log begins a line of its own") {
    Scene scene;
    scene.client.send(scene.script(1, "printf unfinished; touch ready; exec sleep 60"));
    scene.wait_for_file("ready");
    scene.client.send(wire::Kill{1});
    scene.client.await<wire::Exited>(1);
    CHECK(scene.log(1) == "unfinished\nweir: killed on request; sent SIGTERM\n");
}

TEST_CASE("a task that ignores SIGTERM gets SIGKILL after its grace") {
    Scene scene;
    auto launch = scene.script(1, "trap '' TERM; touch ready; while :; do sleep 0.01; done");
    launch.grace = 100ms;
    scene.client.send(launch);
    scene.wait_for_file("ready");
    scene.client.send(wire::Kill{1});
    const auto exited = scene.client.await<wire::Exited>(1);
    CHECK(exited.signal == SIGKILL);
    CHECK(exited.ended_by == wire::EndedBy::kill);
    CHECK(contains(scene.log(1), "weir: still running 100ms after SIGTERM; sent SIGKILL\n"));
}

TEST_CASE("a task may clean up within its grace, and its own exit code counts") {
    Scene scene;
    auto launch = scene.script(1, "trap 'echo cleaned; exit 4' TERM; touch ready; while :; do sleep 0.01; done");
    scene.client.send(launch);
    scene.wait_for_file("ready");
    scene.client.send(wire::Kill{1});
    const auto exited = scene.client.await<wire::Exited>(1);
    CHECK(exited.exit_code == 4);
    CHECK(exited.ended_by == wire::EndedBy::kill);
    CHECK(contains(scene.log(1), "cleaned"));
}

TEST_CASE("a stopped task can be killed") {
    Scene scene;
    scene.client.send(scene.script(1, "kill -STOP $$"));
    const auto pid = static_cast<pid_t>(scene.client.await<wire::Started>(1).pid);
    wait_until("it is stopped", [pid] {
        std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
        std::string text;
        std::getline(stat, text);
        return contains(text, ") T ");
    });
    scene.client.send(wire::Kill{1});
    CHECK(scene.client.await<wire::Exited>(1).signal == SIGTERM);
}

TEST_CASE("KILL of an unknown try changes nothing") {
    Scene scene;
    scene.client.send(wire::Kill{99});
    CHECK(scene.run(scene.command(1, {"true"})).exit_code == 0);
}

TEST_CASE("what a task leaves in the background is dead when its exit is reported") {
    Scene scene;
    const auto exited = scene.run(scene.script(1,
                                               "sh -c 'trap \"\" TERM HUP; echo $$ > pid; exec sleep 60' &\n"
                                               "while [ ! -s pid ]; do sleep 0.01; done; exit 5"));
    CHECK(exited.exit_code == 5);
    CHECK_FALSE(is_alive(scene.pid_in("pid")));
}

TEST_CASE("a background process that holds the log open doesn't hold up the exit") {
    Scene scene;
    CHECK(scene.run(scene.script(1, "sleep 60 & exit 0")).exit_code == 0);
}

TEST_CASE("a process that left for a session of its own outlives its task") {
    // A task that detaches something on purpose may; only the group is ended with it.
    Scene scene;
    scene.run(scene.script(1, "setsid sh -c 'echo $$ > pid; exec sleep 60' & while [ ! -s pid ]; do sleep 0.01; done"));
    const auto pid = scene.pid_in("pid");
    CHECK(is_alive(pid));
    ::kill(pid, SIGKILL);
}

TEST_CASE("a log over its limit ends the task, and is cut to the limit") {
    Scene scene;
    auto launch = scene.script(1, "yes");
    launch.log_limit = 64 << 10;
    const auto exited = scene.run(launch);
    CHECK(exited.signal == SIGKILL);
    CHECK(exited.ended_by == wire::EndedBy::log_limit);
    CHECK(exited.detail == "log limit of 64 KiB reached");
    const auto log = scene.log(1);
    CHECK(log.ends_with("weir: log limit of 64 KiB reached; the rest is cut off; sent SIGKILL\n"));
    CHECK(log.size() < (64 << 10) + 100);
}

TEST_CASE("a task that ended before its log was looked at keeps its exit, and its log is cut") {
    Scene scene;
    auto launch = scene.script(1, "head -c 100000 /dev/zero");
    launch.log_limit = 1000;
    const auto exited = scene.run(launch);
    if (exited.ended_by == wire::EndedBy::itself) CHECK(exited.exit_code == 0);
    CHECK(scene.log(1).size() < 1100);
}

TEST_CASE("LAUNCH of a running try starts nothing, but STARTED comes again") {
    Scene scene;
    const auto launch = scene.script(1, "echo started >> count; exec sleep 60");
    scene.client.send(launch);
    const auto first = scene.client.await<wire::Started>(1);
    scene.client.send(launch);
    CHECK(scene.client.await<wire::Started>(1) == first);
    scene.wait_for_file("count");
    CHECK(scene.folder.read("count") == "started\n");
}

TEST_CASE("LAUNCH of a try that ended starts nothing, but its exit comes again") {
    Scene scene;
    const auto launch = scene.script(1, "echo started >> count; exit 3");
    const auto first = scene.run(launch);
    CHECK(scene.run(launch) == first);
    CHECK(scene.folder.read("count") == "started\n");
}

TEST_CASE("200 tasks at once all run and report") {
    Scene scene;
    REQUIRE(::mkfifo(scene.folder.path("go").c_str(), 0600) == 0);
    for (int id = 1; id <= 200; ++id) {
        auto launch = scene.script(id, "touch here.$ID; read line < go; exit $((ID % 7))");
        launch.env.push_back("ID=" + std::to_string(id));
        scene.client.send(launch);
    }
    for (int id = 1; id <= 200; ++id) scene.wait_for_file("here." + std::to_string(id));
    const supervisor::UniqueFd go(::open(scene.folder.path("go").c_str(), O_RDWR | O_CLOEXEC));
    REQUIRE(supervisor::write_all(go.get(), std::string(200, '\n')));
    std::map<std::int64_t, int> codes;
    while (codes.size() < 200) {
        const auto exited = scene.client.await<wire::Exited>();
        codes[exited.try_id] = exited.exit_code;
    }
    CHECK(std::ranges::all_of(codes, [](const auto& entry) { return entry.second == entry.first % 7; }));
}
