#include "executors/supervisor/spawn.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string_view>
#include <vector>

#include "executors/supervisor/proc.hpp"

namespace weir::supervisor {
namespace {

constexpr std::string_view kDefaultPath = "/usr/local/bin:/usr/bin:/bin";

Refusal refuse(int error, const std::string& what) { return {is_shortage(error), what + ": " + words_of_error(error)}; }

bool is_folder(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}
bool is_file(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode);
}
bool is_executable(const std::string& path) { return is_file(path) && ::access(path.c_str(), X_OK) == 0; }

std::string below(const std::string& folder, const std::string& path) {
    return path.starts_with('/') ? path : folder + '/' + path;
}

std::string_view variable(const wire::Launch& launch, std::string_view name, std::string_view fallback) {
    for (const std::string_view entry : launch.env)
        if (entry.starts_with(name) && entry.substr(name.size()).starts_with('=')) return entry.substr(name.size() + 1);
    return fallback;
}

// As a shell would find it, but in the task's PATH and from the task's folder. nullopt: nowhere.
std::optional<std::string> find_program(const wire::Launch& launch) {
    const auto& name = launch.argv[0];
    if (name.find('/') != std::string::npos) return name;
    std::optional<std::string> not_executable;
    for (std::string_view left = variable(launch, "PATH", kDefaultPath);;) {
        const auto end = left.find(':');
        const std::string folder(left.substr(0, end));
        const auto program = below(launch.cwd, folder.empty() ? "." : folder) + '/' + name;
        if (is_executable(program)) return program;
        if (is_file(program) && !not_executable) not_executable = program;
        if (end == std::string_view::npos) return not_executable;
        left.remove_prefix(end + 1);
    }
}

// execve and chdir fail with the same numbers: look which of them it was, and say what to do.
Refusal explain(int error, const wire::Launch& launch, const std::string& program) {
    if (is_shortage(error)) return refuse(error, "can't start " + program);
    if (!is_folder(launch.cwd)) return {false, "no such folder: " + launch.cwd + " (the task's workdir)"};
    if (::access(launch.cwd.c_str(), X_OK) != 0)
        return {false, "no permission to enter the folder " + launch.cwd + " (the task's workdir)"};
    const auto path = below(launch.cwd, program);
    if (error == ENOENT && is_file(path))
        return {false, "the interpreter that the first line of " + program + " names does not exist"};
    if (error == ENOENT || error == ENOTDIR) return {false, "no such program: " + program};
    if (error == EACCES && is_folder(path)) return {false, program + " is a folder, not a program"};
    if (error == EACCES) return {false, "not executable: " + program + "; `chmod +x` makes it so"};
    if (error == ENOEXEC) return {false, program + " is not a program; a script needs a first line such as #!/bin/sh"};
    if (error == E2BIG)
        return {false, "the arguments and environment of " + program + " are larger than the system allows"};
    return refuse(error, "can't start " + program);
}

bool has_zero(const std::vector<std::string>& texts) {
    return std::ranges::any_of(texts, [](const std::string& text) { return text.find('\0') != std::string::npos; });
}

UniqueFd open_input(const std::string& bytes) {
    if (bytes.empty()) return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    UniqueFd input(::memfd_create("stdin", MFD_CLOEXEC));
    if (!input || !write_all(input.get(), bytes) || ::lseek(input.get(), 0, SEEK_SET) != 0) return {};
    return input;
}

UniqueFd open_log(const std::string& path) {
    // Readable too, so that append_line can see how the last line ends.
    constexpr int kFlags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY;
    UniqueFd log(::open(path.c_str(), kFlags, 0640));
    if (log || errno != ENOENT || !make_folders_of(path)) return log;
    return UniqueFd(::open(path.c_str(), kFlags, 0640));
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (const auto& text : texts) result.push_back(const_cast<char*>(text.c_str()));
    result.push_back(nullptr);
    return result;
}

// The launch's environment with the token in it, and no token of a Weir around this one.
std::vector<std::string> environment_of(const wire::Launch& launch, const std::string& token) {
    const std::string name = std::string(kTokenVariable) + '=';
    std::vector<std::string> environment{name + token};
    for (const auto& entry : launch.env)
        if (!entry.starts_with(name)) environment.push_back(entry);
    return environment;
}

// posix_spawn runs the child on the parent's memory until it execs, so it costs the same however large we are.
int start(const wire::Launch& launch, const std::string& program, const std::vector<std::string>& environment,
          int input, int log, pid_t& pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, log, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, log, STDERR_FILENO);
    ::posix_spawn_file_actions_addchdir_np(&actions, launch.cwd.c_str());
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    sigset_t signals;
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes, &signals);
    // What the supervisor ignores; exec resets only what is caught.
    ::sigaddset(&signals, SIGPIPE);
    ::sigaddset(&signals, SIGXFSZ);
    ::posix_spawnattr_setsigdefault(&attributes, &signals);
    const int error = ::posix_spawn(&pid, program.c_str(), &actions, &attributes, pointers(launch.argv).data(),
                                    pointers(environment).data());
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    return error;
}

}  // namespace

std::variant<Spawned, Refusal> spawn(const wire::Launch& launch, const std::string& token, const rlimit& files) {
    if (launch.argv.empty() || launch.argv[0].empty()) return Refusal{false, "the task names no program"};
    if (has_zero(launch.argv) || has_zero(launch.env))
        return Refusal{false, "a zero byte in an argument or environment variable"};

    auto log = open_log(launch.log_path);
    if (!log) return refuse(errno, "can't write the log " + launch.log_path);
    auto refused = [&log](Refusal refusal) {
        append_line(log, refusal.reason);
        return refusal;
    };
    ::unlink(launch.output_path.c_str());
    const auto input = open_input(launch.stdin_bytes);
    if (!input) return refused(refuse(errno, "can't prepare the task's input"));
    const auto program = find_program(launch);
    if (!program)
        return refused({false, is_folder(launch.cwd)
                                   ? "no such program: " + launch.argv[0] + " (looked for in the PATH " +
                                         std::string(variable(launch, "PATH", kDefaultPath)) + ")"
                                   : "no such folder: " + launch.cwd + " (the task's workdir)"});

    rlimit own{};
    ::getrlimit(RLIMIT_NOFILE, &own);
    ::setrlimit(RLIMIT_NOFILE, &files);
    pid_t pid = 0;
    const int error = start(launch, *program, environment_of(launch, token), input.get(), log.get(), pid);
    ::setrlimit(RLIMIT_NOFILE, &own);
    if (error != 0) return refused(explain(error, launch, *program));
    return Spawned{pid, std::move(log)};
}

void append_line(const UniqueFd& log, const std::string& line) {
    struct stat status {};
    char last = '\n';
    if (::fstat(log.get(), &status) == 0 && status.st_size > 0 && ::pread(log.get(), &last, 1, status.st_size - 1) != 1)
        last = '\n';
    // A log that can't be written is no reason to treat the task differently.
    (void)write_all(log.get(), (last == '\n' ? "weir: " : "\nweir: ") + line + '\n');
}

}  // namespace weir::supervisor
