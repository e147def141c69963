#include "executors/supervisor/system.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace weir::supervisor {

UniqueFd::~UniqueFd() {
    if (fd_ >= 0) ::close(fd_);
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

std::optional<std::string> read_all(int fd, std::size_t limit) {
    std::string text;
    while (text.size() < limit) {
        const auto before = text.size();
        text.resize(std::min(limit, before + 65536));
        const auto got = ::read(fd, text.data() + before, text.size() - before);
        text.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (got == 0) break;
        if (got < 0 && errno != EINTR) return std::nullopt;
    }
    return text;
}

bool make_folders_of(const std::string& path) {
    for (auto slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        const auto folder = path.substr(0, slash);
        if (::mkdir(folder.c_str(), 0750) == 0 || errno == EEXIST) continue;
        const int error = errno;
        struct stat found {};
        // A folder that exists may answer with another error than EEXIST, on a read-only file system for example.
        if (::stat(folder.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) continue;
        errno = error;
        return false;
    }
    return true;
}

bool is_shortage(int error) {
    switch (error) {
        case EAGAIN:
        case ENOMEM:
        case EMFILE:
        case ENFILE:
        case ENOSPC:
        case EDQUOT:
            return true;
        default:
            return false;
    }
}

std::string words_of_error(int error) { return std::strerror(error); }

std::string words_of(std::chrono::milliseconds length) {
    struct Unit {
        std::int64_t milliseconds;
        const char* name;
    };
    static constexpr Unit kUnits[] = {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1000, "s"}, {1, "ms"}};
    std::string words;
    auto left = length.count();
    for (const auto& [milliseconds, name] : kUnits) {
        if (left < milliseconds) continue;
        words += std::to_string(left / milliseconds) + name;
        left %= milliseconds;
    }
    return words.empty() ? "0s" : words;
}

std::string words_of_bytes(std::uint64_t bytes) {
    static constexpr const char* kNames[] = {" bytes", " KiB", " MiB", " GiB", " TiB"};
    std::size_t name = 0;
    while (bytes >= 1024 && bytes % 1024 == 0 && name + 1 < std::size(kNames)) {
        bytes /= 1024;
        ++name;
    }
    return std::to_string(bytes) + kNames[name];
}

}  // namespace weir::supervisor
