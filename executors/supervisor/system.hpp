// Wrappers of the few system calls that the supervisor makes in several places: EINTR and close-on-exec are handled
// here.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weir::supervisor {

// Timeouts count while the machine is awake: a task sleeps with it, too.
using Clock = std::chrono::steady_clock;

class UniqueFd {
   public:
    UniqueFd() = default;
    explicit UniqueFd(int fd) : fd_(fd) {}
    UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    UniqueFd& operator=(UniqueFd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~UniqueFd();

    [[nodiscard]] int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }

   private:
    int fd_ = -1;
};

// The whole text, or false with errno set.
[[nodiscard]] bool write_all(int fd, std::string_view text);
// At most `limit` bytes of what is left in the file; nullopt with errno set.
[[nodiscard]] std::optional<std::string> read_all(int fd, std::size_t limit);
// Makes the folders above `path` that are missing. False with errno set.
[[nodiscard]] bool make_folders_of(const std::string& path);

// Too little of something that comes back by itself or with an administrator's help; not the task's fault.
[[nodiscard]] bool is_shortage(int error);

// Words for people: "No space left on device", "1m30s", "256 MiB".
[[nodiscard]] std::string words_of_error(int error);
[[nodiscard]] std::string words_of(std::chrono::milliseconds length);
[[nodiscard]] std::string words_of_bytes(std::uint64_t bytes);

}  // namespace weir::supervisor
