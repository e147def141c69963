// What most supervisor tests begin with: a folder, a supervisor in it, a daemon's connection, and launches that are
// easy to write.
#pragma once

#include <algorithm>

#include "executors/supervisor/proc.hpp"
#include "tests/executors/supervisor/harness.hpp"

namespace weir::testing {

struct Scene {
    Folder folder;
    SupervisorProcess supervisor{folder.path()};
    Client client{folder.path()};
    wire::Welcome welcome = client.hello();

    [[nodiscard]] wire::Launch command(std::int64_t try_id, std::vector<std::string> argv) const {
        wire::Launch launch;
        launch.try_id = try_id;
        launch.argv = std::move(argv);
        launch.env = {"PATH=/usr/local/bin:/usr/bin:/bin", "FOLDER=" + folder.path()};
        launch.cwd = folder.path();
        launch.log_path = folder.path("logs/" + std::to_string(try_id) + ".log");
        launch.output_path = folder.path("logs/" + std::to_string(try_id) + ".output");
        launch.grace = 10s;
        return launch;
    }
    [[nodiscard]] wire::Launch script(std::int64_t try_id, const std::string& text) const {
        return command(try_id, {"/bin/sh", "-e", "-c", text});
    }
    [[nodiscard]] std::string log(std::int64_t try_id) const {
        return folder.read("logs/" + std::to_string(try_id) + ".log");
    }
    wire::Exited run(const wire::Launch& launch) {
        client.send(launch);
        return client.await<wire::Exited>(launch.try_id);
    }
    wire::Refused refused(const wire::Launch& launch) {
        client.send(launch);
        return client.await<wire::Refused>(launch.try_id);
    }
    void wait_for_file(const std::string& name) const {
        wait_until(name + " exists", [this, &name] { return folder.has(name); });
    }
    // A PID that a task wrote into a file of the folder, line by line.
    [[nodiscard]] pid_t pid_in(const std::string& name) const {
        wait_until(name + " is written",
                   [this, &name] { return folder.has(name) && folder.read(name).ends_with('\n'); });
        return std::stoi(folder.read(name));
    }
};

inline bool is_alive(pid_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(stat, text);
    const auto name_end = text.rfind(')');
    return name_end != std::string::npos && text.substr(name_end + 2, 1) != "Z";
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace weir::testing
