// The task's log: plain lines with a UTC time, secrets masked. Loads note their progress in it every few seconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace weir::operators {

class Log {
   public:
    explicit Log(std::function<void(std::string_view)> write_line) : write_line_(std::move(write_line)) {}
    // From now on `secret` is written as ***, wherever it comes from.
    void hide(const std::string& secret);
    // Every line of `text` becomes one line of the log. From any thread.
    void line(std::string_view text);

   private:
    std::function<void(std::string_view)> write_line_;
    std::mutex mutex_;  // notices of a server may come from the reading thread
    std::vector<std::string> secrets_;
};

class Progress {
   public:
    explicit Progress(Log& log) : log_(log), start_(Clock::now()), noted_(start_) {}
    // Notes "120,000 rows read, 61,000 rows/s" when the last note is some seconds old.
    void rows(std::uint64_t read);
    [[nodiscard]] double seconds() const;

   private:
    using Clock = std::chrono::steady_clock;
    Log& log_;
    Clock::time_point start_;
    Clock::time_point noted_;
};

// 1234567 -> "1,234,567"
[[nodiscard]] std::string with_commas(std::uint64_t number);
// A value as it can stand in a line: valid UTF-8, control characters as \n, \t, \x01, at most so many bytes.
inline constexpr std::size_t kShownBytes = 80;
[[nodiscard]] std::string shown(std::string_view value, std::size_t most = kShownBytes);

}  // namespace weir::operators
