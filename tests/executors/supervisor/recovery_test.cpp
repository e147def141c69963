// What survives when the daemon, the supervisor or the machine dies.
#include <doctest/doctest.h>
#include <fcntl.h>

#include "executors/supervisor/journal.hpp"
#include "executors/supervisor/proc.hpp"
#include "tests/executors/supervisor/scene.hpp"

using namespace weir;
using namespace weir::testing;

namespace {

// A process of the test's own, which no supervisor started.
class Bystander {
   public:
    Bystander() {
        pid_ = ::fork();
        if (pid_ == 0) {
            ::setpgid(0, 0);
            ::execl("/bin/sleep", "sleep", "60", nullptr);
            ::_exit(127);
        }
        ::setpgid(pid_, pid_);
    }
    Bystander(const Bystander&) = delete;
    Bystander& operator=(const Bystander&) = delete;
    ~Bystander() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    [[nodiscard]] pid_t pid() const { return pid_; }

   private:
    pid_t pid_ = 0;
};

void write_journal(const Folder& folder, const std::string& world, const supervisor::TryRecord& record) {
    const supervisor::UniqueFd handle(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    supervisor::Journal journal(handle.get());
    REQUIRE(journal.rewrite(world, {{record.try_id, record}}));
}

}  // namespace

TEST_CASE("the death of the daemon disturbs no task, and the next daemon gets its exit") {
    Scene scene;
    {
        Client first(scene.folder.path());
        first.hello(2);
        first.send(scene.script(1, "while [ ! -e go ]; do echo line; sleep 0.01; done; exit 3"));
        first.await<wire::Started>(1);
    }
    scene.folder.write("go", "");
    Client second(scene.folder.path());
    second.hello(3);
    CHECK(second.await<wire::Exited>(1).exit_code == 3);
}

TEST_CASE("a daemon that connects is told of running tries: listed, then started") {
    Scene scene;
    scene.client.send(scene.script(1, "exec sleep 60"));
    const auto started = scene.client.await<wire::Started>(1);
    Client second(scene.folder.path());
    second.hello(2);
    CHECK(second.await<wire::Listed>().tries == std::vector<std::int64_t>{1});
    CHECK(second.await<wire::Started>() == started);
}

TEST_CASE("an exit comes again after every HELLO until it is acknowledged") {
    Scene scene;
    const auto exited = scene.run(scene.script(1, "exit 3"));
    for (std::uint64_t epoch = 2; epoch < 5; ++epoch) {
        Client daemon(scene.folder.path());
        daemon.hello(epoch);
        CHECK(daemon.await<wire::Exited>(1) == exited);
    }
}

TEST_CASE("an acknowledged exit is forgotten") {
    Scene scene;
    scene.run(scene.script(1, "exit 3"));
    scene.client.send(wire::Ack{1});
    scene.client.send(wire::List{});
    CHECK(scene.client.await<wire::Listed>().tries.empty());
}

TEST_CASE("ACK of a running try changes nothing") {
    Scene scene;
    scene.client.send(scene.script(1, "while [ ! -e go ]; do sleep 0.01; done"));
    scene.client.await<wire::Started>(1);
    scene.client.send(wire::Ack{1});
    scene.folder.write("go", "");
    CHECK(scene.client.await<wire::Exited>(1).exit_code == 0);
}

TEST_CASE("a supervisor that was killed: the next one has the exits, ends the running tries and calls them lost") {
    Scene scene;
    const auto exited = scene.run(scene.script(1, "echo out > logs/1.output; exit 3"));
    scene.run(scene.script(2, "exit 0"));
    scene.client.send(wire::Ack{2});
    scene.client.send(scene.script(3, "trap '' TERM; echo $$ > pid; sleep 60 & wait"));
    scene.client.await<wire::Started>(3);
    const auto pid = scene.pid_in("pid");
    scene.supervisor.kill();
    CHECK(is_alive(pid));

    SupervisorProcess next(scene.folder.path());
    Client client(scene.folder.path());
    const auto welcome = client.hello(2);
    CHECK(welcome.epoch != scene.welcome.epoch);
    CHECK(client.await<wire::Listed>().tries == std::vector<std::int64_t>{1, 3});
    CHECK(client.await<wire::Exited>(1) == exited);
    CHECK(contains(client.await<wire::Lost>(3).reason, "the supervisor died while it ran"));
    CHECK_FALSE(is_alive(pid));
}

TEST_CASE("a lost try stays lost over further supervisors until it is acknowledged") {
    Scene scene;
    scene.client.send(scene.script(1, "exec sleep 60"));
    scene.client.await<wire::Started>(1);
    scene.supervisor.kill();
    std::optional<wire::Lost> lost;
    for (int round = 0; round < 2; ++round) {
        SupervisorProcess next(scene.folder.path());
        Client client(scene.folder.path());
        client.hello();
        const auto report = client.await<wire::Lost>(1);
        if (lost) CHECK(report == *lost);
        lost = report;
    }
    SupervisorProcess last(scene.folder.path());
    Client client(scene.folder.path());
    client.hello();
    client.await<wire::Lost>(1);
    client.send(wire::Ack{1});
    client.send(wire::Shutdown{});
    CHECK(last.wait() == 0);
}

TEST_CASE("a process of a lost try that left its group is ended by its token") {
    Scene scene;
    scene.client.send(scene.script(1, "setsid sh -c 'echo $$ > pid; exec sleep 60' & wait"));
    const auto pid = scene.pid_in("pid");
    scene.supervisor.kill();
    SupervisorProcess next(scene.folder.path());
    Client client(scene.folder.path());
    client.hello();
    client.await<wire::Lost>(1);
    CHECK_FALSE(is_alive(pid));
}

TEST_CASE("a group whose leader is gone is ended by its token") {
    Scene scene;
    scene.client.send(scene.script(1, "sh -c 'echo $$ > pid; exec sleep 60' & wait"));
    const auto leader = static_cast<pid_t>(scene.client.await<wire::Started>(1).pid);
    const auto pid = scene.pid_in("pid");
    scene.supervisor.kill();
    ::kill(leader, SIGKILL);
    wait_until("the leader is gone", [leader] { return !is_alive(leader); });
    SupervisorProcess next(scene.folder.path());
    Client client(scene.folder.path());
    client.hello();
    client.await<wire::Lost>(1);
    CHECK_FALSE(is_alive(pid));
}

TEST_CASE("a running try that no journal tells of is ended, and what left an ended task on purpose stays") {
    Scene scene;
    scene.run(
        scene.script(1, "setsid sh -c 'echo $$ > left; exec sleep 60' & while [ ! -s left ]; do sleep 0.01; done"));
    scene.client.send(wire::Ack{1});
    scene.client.send(scene.script(2, "echo $$ > pid; sleep 60 & wait"));
    const auto left = scene.pid_in("left");
    const auto pid = scene.pid_in("pid");
    scene.supervisor.kill();
    std::filesystem::remove(scene.folder.path("supervisor.journal"));

    SupervisorProcess next(scene.folder.path());
    Client client(scene.folder.path());
    client.hello();
    CHECK(client.await<wire::Listed>().tries == std::vector<std::int64_t>{2});
    client.await<wire::Lost>(2);
    CHECK_FALSE(is_alive(pid));
    CHECK(is_alive(left));
    ::kill(left, SIGKILL);
}

TEST_CASE("a PID that belongs to another process by now is not signalled") {
    Folder folder;
    Bystander bystander;
    const auto ticks = supervisor::start_ticks(bystander.pid());
    REQUIRE(ticks);
    write_journal(folder, supervisor::pid_world(),
                  {7, "token.7", "", supervisor::Begun{bystander.pid(), *ticks + 1, {}}, {}});
    SupervisorProcess supervisor(folder.path());
    Client client(folder.path());
    client.hello();
    client.await<wire::Lost>(7);
    CHECK(is_alive(bystander.pid()));
}

TEST_CASE("after a restart of the machine open tries are lost and nothing is signalled") {
    Folder folder;
    Bystander bystander;
    const auto ticks = supervisor::start_ticks(bystander.pid());
    REQUIRE(ticks);
    write_journal(folder, "another boot", {7, "token.7", "", supervisor::Begun{bystander.pid(), *ticks, {}}, {}});
    SupervisorProcess supervisor(folder.path());
    Client client(folder.path());
    client.hello();
    CHECK(contains(client.await<wire::Lost>(7).reason, "restarted"));
    CHECK(is_alive(bystander.pid()));
}

TEST_CASE("a process that the supervisor had no time to write down is found by its token and ended") {
    Folder folder;
    Bystander bystander;  // not this one
    write_journal(folder, supervisor::pid_world(), {7, "token.7", "", {}, {}});
    const pid_t child = ::fork();
    if (child == 0) {
        ::setenv("WEIR_SUPERVISED", "token.7", 1);
        ::execl("/bin/sleep", "sleep", "60", nullptr);
        ::_exit(127);
    }
    wait_until("it has its environment", [child] {
        return supervisor::find_bearers({{"token.7", 7}}).size() == 1 && is_alive(child);
    });
    SupervisorProcess supervisor(folder.path());
    Client client(folder.path());
    client.hello();
    CHECK(contains(client.await<wire::Lost>(7).reason, "don't tell of its process"));
    int status = 0;
    CHECK(::waitpid(child, &status, 0) == child);
    CHECK(WTERMSIG(status) == SIGKILL);
    CHECK(is_alive(bystander.pid()));
}

TEST_CASE("a supervisor told to stop ends its tasks, and the next one has their exits") {
    Scene scene;
    scene.client.send(scene.script(1, "trap 'exit 9' TERM; touch ready; while :; do sleep 0.01; done"));
    scene.wait_for_file("ready");
    scene.supervisor.send(SIGTERM);
    CHECK(scene.supervisor.wait() == 0);
    SupervisorProcess next(scene.folder.path());
    Client client(scene.folder.path());
    client.hello();
    const auto exited = client.await<wire::Exited>(1);
    CHECK(exited.exit_code == 9);
    CHECK(exited.detail == "the supervisor is being stopped");
}
