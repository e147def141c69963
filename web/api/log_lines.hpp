// A log file as lines. Tasks write their files themselves, at any rate and in any encoding, and a file may be larger than
// memory: everything here reads pieces of bounded size.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "web/http/unique_fd.hpp"

namespace weir::api {

inline constexpr std::uint64_t kLongestLine = 64 << 10;  // longer lines are shown in parts

struct LogFile {
    http::UniqueFd fd;
    std::uint64_t size = 0;  // when it was opened
};
// nullopt when there is no such regular file below the folder. `path` is relative and may not leave the folder.
[[nodiscard]] std::optional<LogFile> open_log(const std::filesystem::path& folder, const std::string& path);

// Where to stop reading at most at `end`, so that no line is torn that is still being written: after the last line break
// since `start`; `end` itself where a line is longer than kLongestLine. A log that has ended needs none of this.
[[nodiscard]] std::uint64_t end_of_lines(const LogFile& log, std::uint64_t start, std::uint64_t end);

// Reads the lines from `start` to `end`, some at a time.
class LogLines {
   public:
    LogLines(LogFile log, std::uint64_t start, std::uint64_t end) : log_(std::move(log)), at_(start), end_(end) {}

    // The next lines, without their breaks; none at the end. nullopt when the file can't be read (any more).
    [[nodiscard]] std::optional<std::vector<std::string>> next();

   private:
    LogFile log_;
    std::uint64_t at_;
    std::uint64_t end_;
    std::string begun_;  // the start of a line whose end is not read yet
};

}  // namespace weir::api
