#include "tests/support/server_process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace weir::test {
namespace {

constexpr std::chrono::seconds kStartLimit{30};
constexpr std::chrono::seconds kEventually{20};
constexpr std::chrono::milliseconds kPoll{10};

pid_t spawn(const std::vector<std::string>& argv, const std::string& log, const std::string& user) {
    std::vector<char*> words;
    for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    const passwd* account = user.empty() || ::geteuid() != 0 ? nullptr : ::getpwnam(user.c_str());
    const pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error("cannot fork");
    if (pid > 0) return pid;
    const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    if (account != nullptr &&
        (::setgroups(0, nullptr) != 0 || ::setgid(account->pw_gid) != 0 || ::setuid(account->pw_uid) != 0))
        ::_exit(126);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // after setuid, which would clear it: a test that crashes leaves no server
    ::execvp(words[0], words.data());
    ::_exit(127);
}

}  // namespace

ServerProcess::ServerProcess(const std::vector<std::string>& argv, const std::string& log, const std::string& user)
    : log_(log), pid_(spawn(argv, log, user)) {}

void ServerProcess::stop() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

bool ServerProcess::running() {
    if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
    return pid_ > 0;
}

void ServerProcess::wait_until(const std::function<bool()>& ready) {
    const auto limit = std::chrono::steady_clock::now() + kStartLimit;
    while (!ready()) {
        if (!running() || std::chrono::steady_clock::now() > limit)
            throw std::runtime_error("a server of the test did not start; its log:\n" + read_file(log_));
        std::this_thread::sleep_for(kPoll);
    }
}

void run_program(const std::vector<std::string>& argv, const std::string& log, const std::string& user) {
    int status = 0;
    if (::waitpid(spawn(argv, log, user), &status, 0) < 0 || status != 0)
        throw std::runtime_error(argv.front() + " failed:\n" + read_file(log));
}

bool eventually(const std::function<bool()>& condition) {
    const auto limit = std::chrono::steady_clock::now() + kEventually;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > limit) return false;
        std::this_thread::sleep_for(kPoll);
    }
    return true;
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

}  // namespace weir::test
