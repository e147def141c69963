#include "scheduler/store/copy.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace weir::store {

namespace {

bool sync(const std::string& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    const bool synced = fsync(fd) == 0;
    close(fd);
    return synced;
}

// link() unlike rename() fails when the name is taken, and leaves no moment between the look and the move.
bool move_to(const std::string& from, const std::string& to, IfExists if_exists) {
    if (if_exists == IfExists::replace) return std::rename(from.c_str(), to.c_str()) == 0;
    return link(from.c_str(), to.c_str()) == 0 && unlink(from.c_str()) == 0;
}

model::Error failed(const std::string& to, const std::string& why) {
    return {model::ErrorKind::unavailable, fmt::format("cannot write the copy {}: {}", to, why)};
}

model::Error taken(const std::string& to) {
    return {model::ErrorKind::conflict, fmt::format("{} exists already; name a new file", to)};
}

}  // namespace

model::Result<> copy_database(SQLite::Database& from, const std::string& to, IfExists if_exists) {
    std::error_code ignored;
    if (if_exists == IfExists::refuse && std::filesystem::exists(to, ignored)) return taken(to);
    const std::string part = fmt::format("{}.part-{}", to, getpid());
    std::filesystem::remove(part, ignored);
    try {
        SQLite::Statement vacuum(from, "VACUUM INTO ?");
        vacuum.bind(1, part);
        vacuum.exec();
    } catch (const SQLite::Exception& failure) {
        std::filesystem::remove(part, ignored);
        return failed(to, failure.what());
    }
    if (!sync(part) || !move_to(part, to, if_exists)) {
        const int number = errno;
        std::filesystem::remove(part, ignored);
        if (number == EEXIST) return taken(to);
        return failed(to, std::strerror(number));
    }
    const std::string folder = std::filesystem::absolute(to, ignored).parent_path();
    if (!sync(folder)) return failed(to, std::strerror(errno));
    return {};
}

}  // namespace weir::store
