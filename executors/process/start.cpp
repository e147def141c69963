#include "executors/process/start.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "executors/wire/messages.hpp"

namespace weir::process {

model::Result<pid_t> start_supervisor(const std::filesystem::path& weir_program,
                                      const std::filesystem::path& data_folder) {
    std::error_code made;
    std::filesystem::create_directories(data_folder, made);
    if (made)
        return model::Error{model::ErrorKind::unavailable,
                            "can't make the data folder " + data_folder.string() + ": " + made.message()};

    std::string program = weir_program.string();
    std::string verb = "supervise";
    std::string option = "--data";
    std::string folder = data_folder.string();
    char* const argv[] = {program.data(), verb.data(), option.data(), folder.data(), nullptr};
    const std::string log = (data_folder / wire::kSupervisorLogName).string();

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    // Out of the daemon's session from its first instruction: a Ctrl-C at the terminal is not for it.
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    pid_t pid = 0;
    const int error = ::posix_spawn(&pid, program.c_str(), &actions, &attributes, argv, environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        return model::Error{model::ErrorKind::unavailable,
                            "can't start the supervisor " + program + ": " + std::strerror(error)};
    return pid;
}

}  // namespace weir::process
