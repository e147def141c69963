#include "scheduler/store/lock_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

namespace weir::store {

namespace {

template <class Call>
auto retry_eintr(Call call) {
    auto result = call();
    while (result < 0 && errno == EINTR) result = call();
    return result;
}

// "pid 1234", or "unknown pid" in the moment between its lock and its write.
std::string owner(int fd) {
    std::array<char, 32> text{};
    const auto size = retry_eintr([fd, &text] { return pread(fd, text.data(), text.size() - 1, 0); });
    const long pid = size > 0 ? std::strtol(text.data(), nullptr, 10) : 0;
    return pid > 0 ? fmt::format("pid {}", pid) : "unknown pid";
}

// A daemon that was killed while it started a process leaves its lock to that one until the exec: a moment, not an owner.
constexpr std::chrono::milliseconds kPatience{500};
constexpr std::chrono::milliseconds kPause{10};

bool lock_soon(int fd) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (retry_eintr([fd] { return flock(fd, LOCK_EX | LOCK_NB); }) != 0) {
        if (errno != EWOULDBLOCK || std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(kPause);
    }
    return true;
}

}  // namespace

model::Result<LockFile> LockFile::acquire(const std::string& database) {
    const std::string path = database + ".lock";
    LockFile lock(retry_eintr([&path] { return open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644); }));
    if (lock.fd_ < 0)
        return model::Error{model::ErrorKind::unavailable,
                            fmt::format("cannot open {}: {}", path, std::strerror(errno))};
    if (!lock_soon(lock.fd_)) {
        if (errno == EWOULDBLOCK)
            return model::Error{model::ErrorKind::conflict,
                                fmt::format("{} is in use by another weir ({}): stop it first, or talk to it instead",
                                            database, owner(lock.fd_))};
        return model::Error{model::ErrorKind::unavailable,
                            fmt::format("cannot lock {}: {}", path, std::strerror(errno))};
    }
    // The pid is only for people; a full disk must not keep the daemon from starting.
    const std::string pid = fmt::format("{}\n", getpid());
    const bool written = retry_eintr([&lock] { return ftruncate(lock.fd_, 0); }) == 0 &&
                         retry_eintr([&lock, &pid] { return pwrite(lock.fd_, pid.data(), pid.size(), 0); }) > 0;
    static_cast<void>(written);
    return lock;
}

LockFile::~LockFile() {
    if (fd_ >= 0) close(fd_);  // the file stays: removing it would race with the next owner's open
}

LockFile::LockFile(LockFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

}  // namespace weir::store
