// Servers that tests start themselves: a child process that dies with the test.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace weir::test {

class ServerProcess {
   public:
    // `user`: whom to run as when the test runs as root; empty: as we are. Output goes to `log`.
    ServerProcess(const std::vector<std::string>& argv, const std::string& log, const std::string& user = "");
    ~ServerProcess() { stop(); }
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    void stop();  // SIGKILL: nothing of it is kept
    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] bool running();
    // Waits until `ready` holds; throws with the log's end when the process ends or 30 seconds pass before.
    void wait_until(const std::function<bool()>& ready);

   private:
    std::string log_;
    pid_t pid_ = -1;
};

// Runs a program to its end; throws unless it exits with 0.
void run_program(const std::vector<std::string>& argv, const std::string& log, const std::string& user = "");

// Waits for a condition, 20 seconds at most.
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

[[nodiscard]] std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& text);

}  // namespace weir::test
