// Launches that can't be: what the user is told, in the report and in the log.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/executors/supervisor/scene.hpp"

using namespace weir;
using namespace weir::testing;

namespace {

void check_refused(const wire::Refused& refused, const std::string& reason) {
    CHECK(refused.reason == reason);
    CHECK_FALSE(refused.shortage);
}

}  // namespace

TEST_CASE("a program that does not exist is named") {
    Scene scene;
    check_refused(scene.refused(scene.command(1, {"./anounce.sh"})), "no such program: ./anounce.sh");
    CHECK(scene.log(1) == "weir: no such program: ./anounce.sh\n");
}

TEST_CASE("a program that is nowhere in the PATH is named with the PATH") {
    Scene scene;
    check_refused(scene.refused(scene.command(1, {"pyhton3"})),
                  "no such program: pyhton3 (looked for in the PATH /usr/local/bin:/usr/bin:/bin)");
}

TEST_CASE("a workdir that does not exist is told apart from a program that does not") {
    Scene scene;
    for (const std::string program : {"/bin/true", "true", "./true"}) {
        auto launch = scene.command(1, {program});
        launch.cwd = scene.folder.path("missing");
        check_refused(scene.refused(launch), "no such folder: " + launch.cwd + " (the task's workdir)");
    }
}

TEST_CASE("a program that is not executable says how to make it so") {
    Scene scene;
    scene.folder.write("job.sh", "#!/bin/sh\n");
    check_refused(scene.refused(scene.command(1, {"./job.sh"})), "not executable: ./job.sh; `chmod +x` makes it so");
}

TEST_CASE("a folder is no program") {
    Scene scene;
    std::filesystem::create_directory(scene.folder.path("job"));
    check_refused(scene.refused(scene.command(1, {"./job"})), "./job is a folder, not a program");
}

TEST_CASE("a script without first line says what is missing") {
    Scene scene;
    scene.folder.write("job", "echo hello\n");
    ::chmod(scene.folder.path("job").c_str(), 0755);
    check_refused(scene.refused(scene.command(1, {"./job"})),
                  "./job is not a program; a script needs a first line such as #!/bin/sh");
}

TEST_CASE("a script whose interpreter does not exist says so") {
    Scene scene;
    scene.folder.write("job", "#!/usr/bin/pyhton3\n");
    ::chmod(scene.folder.path("job").c_str(), 0755);
    check_refused(scene.refused(scene.command(1, {"./job"})),
                  "the interpreter that the first line of ./job names does not exist");
}

TEST_CASE("arguments larger than the system allows are refused") {
    Scene scene;
    check_refused(scene.refused(scene.command(1, {"/bin/true", std::string(8 << 20, 'x')})),
                  "the arguments and environment of /bin/true are larger than the system allows");
}

TEST_CASE("a zero byte in an argument is refused instead of cutting the argument short") {
    Scene scene;
    check_refused(scene.refused(scene.command(1, {"/bin/echo", std::string("a\0b", 3)})),
                  "a zero byte in an argument or environment variable");
}

TEST_CASE("a log that can't be made is named with the reason") {
    Scene scene;
    scene.folder.write("file", "");
    auto launch = scene.command(1, {"true"});
    launch.log_path = scene.folder.path("file/1.log");
    check_refused(scene.refused(launch), "can't write the log " + launch.log_path + ": Not a directory");
}

TEST_CASE("a refused try is not known afterwards, and may be launched again") {
    Scene scene;
    scene.refused(scene.command(1, {"./later.sh"}));
    scene.folder.write("later.sh", "#!/bin/sh\nexit 6\n");
    ::chmod(scene.folder.path("later.sh").c_str(), 0755);
    CHECK(scene.run(scene.command(1, {"./later.sh"})).exit_code == 6);
}

TEST_CASE("while the journal can't be written, launches are refused as a shortage and running tasks go on") {
    Folder folder;
    SupervisorProcess supervisor(folder.path(), 60s, [] {
        const rlimit limit{2000, 2000};  // stands for a full disk
        ::setrlimit(RLIMIT_FSIZE, &limit);
    });
    Client client(folder.path());
    client.hello();
    wire::Launch launch;
    launch.cwd = folder.path();
    launch.env = {"PATH=/usr/bin:/bin"};
    launch.argv = {"/bin/sh", "-c", "while [ ! -e go ]; do sleep 0.01; done; exit 7"};
    launch.try_id = 1;
    launch.log_path = folder.path("1.log");
    client.send(launch);
    client.await<wire::Started>(1);

    std::optional<wire::Refused> refused;
    launch.argv = {"/bin/true"};
    for (launch.try_id = 2; launch.try_id < 100 && !refused; ++launch.try_id) {
        client.send(launch);
        for (bool answered = false; !answered;) {
            const auto report = client.next();
            REQUIRE(report);
            if (const auto* answer = std::get_if<wire::Refused>(&*report)) refused = *answer;
            answered = refused || std::holds_alternative<wire::Exited>(*report);
        }
    }
    REQUIRE(refused);
    CHECK(refused->shortage);
    CHECK(contains(refused->reason, "can't write the supervisor's journal"));

    folder.write("go", "");
    CHECK(client.await<wire::Exited>(1).exit_code == 7);
}
