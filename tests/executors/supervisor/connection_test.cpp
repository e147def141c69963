// Who may speak to the supervisor, and when it ends.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <random>

#include "tests/executors/supervisor/scene.hpp"

using namespace weir;
using namespace weir::testing;

TEST_CASE("WELCOME names the supervisor's process and this boot") {
    Scene scene;
    CHECK(scene.welcome.pid == scene.supervisor.pid());
    CHECK(scene.welcome.boot_id == supervisor::boot_id());
    CHECK(scene.welcome.version == wire::kVersion);
}

TEST_CASE("the socket is for this user alone") {
    Scene scene;
    struct stat status {};
    REQUIRE(::stat(scene.folder.path("supervisor.sock").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("a data folder with a path longer than a socket address is served") {
    Folder folder;
    const auto deep = folder.path(std::string(100, 'a') + '/' + std::string(100, 'b'));
    std::filesystem::create_directories(deep);
    SupervisorProcess supervisor(deep);
    Client client(deep);
    CHECK(client.hello().pid == supervisor.pid());
}

TEST_CASE("a second supervisor leaves the folder to the first") {
    Scene scene;
    SupervisorProcess second(scene.folder.path());
    CHECK(second.wait() == 0);
    CHECK(scene.run(scene.command(1, {"true"})).exit_code == 0);
}

TEST_CASE("a supervisor without data folder says so and ends") {
    SupervisorProcess supervisor("/nonexistent/weir");
    CHECK(supervisor.wait() == 1);
}

TEST_CASE("a newer daemon displaces an older one") {
    Scene scene;
    Client newer(scene.folder.path());
    newer.hello(2);
    CHECK_FALSE([&scene] {
        scene.client.await<wire::Listed>();
        return scene.client.next();
    }());
}

TEST_CASE("an older daemon is not let in beside a newer one") {
    Scene scene;
    Client newer(scene.folder.path());
    newer.hello(5);
    Client older(scene.folder.path());
    older.send(wire::Hello{wire::kVersion, 4});
    CHECK_FALSE(older.next());
    newer.send(scene.command(1, {"true"}));
    CHECK(newer.await<wire::Exited>(1).exit_code == 0);
}

TEST_CASE("a daemon of another version learns the supervisor's version and is closed") {
    Scene scene;
    Client other(scene.folder.path());
    other.send(wire::Hello{wire::kVersion + 1, 9});
    CHECK(other.await<wire::Welcome>().version == wire::kVersion);
    CHECK_FALSE(other.next());
    CHECK(scene.run(scene.command(1, {"true"})).exit_code == 0);
}

TEST_CASE("commands before HELLO are not obeyed") {
    Scene scene;
    Client stranger(scene.folder.path());
    stranger.send(scene.command(1, {"touch", "made"}));
    stranger.hello(2);
    CHECK(stranger.await<wire::Listed>().tries.empty());
}

TEST_CASE("a frame that is no command closes that connection only") {
    Scene scene;
    Client broken(scene.folder.path());
    broken.send_bytes(std::string("\x02\x00\x00\x00\x63\x63", 6));
    CHECK_FALSE(broken.next());
    CHECK(scene.run(scene.command(1, {"true"})).exit_code == 0);
}

TEST_CASE("an impossible length closes that connection only") {
    Scene scene;
    Client broken(scene.folder.path());
    broken.send_bytes("\xff\xff\xff\xff");
    CHECK_FALSE(broken.next());
    CHECK(scene.run(scene.command(1, {"true"})).exit_code == 0);
}

TEST_CASE("random bytes from many connections leave the supervisor at work") {
    Scene scene;
    std::mt19937 random(20261122);
    for (int round = 0; round < 100; ++round) {
        Client noise(scene.folder.path());
        std::string bytes(random() % 2000, '\0');
        for (auto& byte : bytes) byte = static_cast<char>(random());
        try {
            noise.send_bytes(bytes);
        } catch (const std::runtime_error&) {
            // It was closed before all was sent.
        }
    }
    CHECK(scene.run(scene.command(1, {"true"})).exit_code == 0);
}

TEST_CASE("a supervisor without daemon and running task ends by itself") {
    Folder folder;
    SupervisorProcess supervisor(folder.path(), 1ms);
    CHECK(supervisor.wait() == 0);
    CHECK_FALSE(folder.has("supervisor.sock"));
}

TEST_CASE("a supervisor that ends without daemon leaves an exit that nobody acknowledged to the next one") {
    Folder folder;
    {
        SupervisorProcess supervisor(folder.path());
        {
            Client client(folder.path());
            client.hello();
            wire::Launch launch;
            launch.try_id = 1;
            launch.argv = {"/bin/sh", "-c", "exit 3"};
            launch.cwd = folder.path();
            launch.log_path = folder.path("1.log");
            client.send(launch);
            client.await<wire::Exited>(1);
            client.send(wire::Shutdown{});
        }
        CHECK(supervisor.wait() == 0);
    }
    SupervisorProcess next(folder.path());
    Client client(folder.path());
    client.hello();
    CHECK(client.await<wire::Exited>(1).exit_code == 3);
}

TEST_CASE("SHUTDOWN waits for the running task and for the acknowledgement of its exit") {
    Scene scene;
    scene.client.send(scene.script(1, "while [ ! -e go ]; do sleep 0.01; done"));
    scene.client.await<wire::Started>(1);
    scene.client.send(wire::Shutdown{});
    scene.folder.write("go", "");
    scene.client.await<wire::Exited>(1);
    scene.client.send(wire::List{});
    CHECK(scene.client.await<wire::Listed>().tries == std::vector<std::int64_t>{1});
    scene.client.send(wire::Ack{1});
    CHECK(scene.supervisor.wait() == 0);
}
