#include "daemon/cli/password.hpp"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

namespace weir::daemon::cli {

namespace {

// The terminal shows nothing of what is typed, until this is gone.
class NoEcho {
   public:
    NoEcho() {
        if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
        auto quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
    }
    ~NoEcho() {
        if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;

   private:
    termios before_{};
    bool changed_ = false;
};

std::string read_line() {
    std::string line;
    std::getline(std::cin, line);
    return line;
}

std::string ask(const std::string& words) {
    fmt::print(stderr, "{}", words);
    const NoEcho quiet;
    auto line = read_line();
    fmt::print(stderr, "\n");
    return line;
}

}  // namespace

model::Result<std::string> ask_password(const std::string& user) {
    if (::isatty(STDIN_FILENO) == 0) return read_line();
    auto password = ask(fmt::format("Password for {} (10 bytes or more): ", user));
    if (ask("Once more: ") != password)
        return model::Error{model::ErrorKind::invalid, "these are two different passwords; nothing was changed"};
    return password;
}

}  // namespace weir::daemon::cli
