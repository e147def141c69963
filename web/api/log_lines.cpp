#include "web/api/log_lines.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace weir::api {

namespace {

constexpr std::uint64_t kPiece = 128 << 10;

// As many bytes as there are from `at`, up to `count`; nullopt on an error.
std::optional<std::string> read_at(int fd, std::uint64_t at, std::uint64_t count) {
    std::string text(count, '\0');
    std::size_t filled = 0;
    while (filled < text.size()) {
        const auto got = ::pread(fd, text.data() + filled, text.size() - filled, static_cast<off_t>(at + filled));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::nullopt;
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    text.resize(filled);
    return text;
}

bool continues_a_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// The largest cut up to `most` that tears no UTF-8 character. In bytes that aren't UTF-8 any cut is as good.
std::size_t character_boundary(std::string_view text, std::size_t most) {
    auto cut = most;
    while (cut > 0 && most - cut < 4 && cut < text.size() && continues_a_character(text[cut])) --cut;
    return cut == 0 || most - cut == 4 ? most : cut;
}

bool stays_below(const std::filesystem::path& path) {
    return !path.empty() && path.is_relative() &&
           std::none_of(path.begin(), path.end(), [](const auto& part) { return part == ".."; });
}

}  // namespace

std::optional<LogFile> open_log(const std::filesystem::path& folder, const std::string& path) {
    if (!stays_below(path)) return std::nullopt;
    LogFile log;
    // Without O_NONBLOCK a task that makes a FIFO of its log would hang a thread of the server.
    log.fd = http::UniqueFd{::open((folder / path).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
    struct stat status {};
    if (!log.fd || ::fstat(log.fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    log.size = static_cast<std::uint64_t>(status.st_size);
    return log;
}

std::uint64_t end_of_lines(const LogFile& log, std::uint64_t start, std::uint64_t end) {
    const auto from = end - std::min(end - start, kLongestLine);
    const auto tail = read_at(log.fd.get(), from, end - from);
    if (!tail) return end;  // whoever reads the lines will meet the error
    if (const auto line_break = tail->rfind('\n'); line_break != std::string::npos) return from + line_break + 1;
    return end - start < kLongestLine ? start : from + character_boundary(*tail, tail->size());
}

std::optional<std::vector<std::string>> LogLines::next() {
    std::vector<std::string> lines;
    while (lines.empty() && at_ < end_) {
        const auto piece = read_at(log_.fd.get(), at_, std::min(kPiece, end_ - at_));
        if (!piece || piece->empty()) return std::nullopt;
        at_ += piece->size();
        begun_ += *piece;
        std::size_t taken = 0;
        while (true) {
            const auto line_break = begun_.find('\n', taken);
            const auto length = std::min(line_break, begun_.size()) - taken;
            if (length > kLongestLine) {
                const auto cut = character_boundary(std::string_view{begun_}.substr(taken), kLongestLine);
                lines.push_back(begun_.substr(taken, cut));
                taken += cut;
            } else if (line_break != std::string::npos) {
                lines.push_back(begun_.substr(taken, length));
                if (lines.back().ends_with('\r')) lines.back().pop_back();
                taken = line_break + 1;
            } else {
                break;
            }
        }
        begun_.erase(0, taken);
    }
    if (lines.empty() && !begun_.empty()) lines.push_back(std::exchange(begun_, {}));
    return lines;
}

}  // namespace weir::api
