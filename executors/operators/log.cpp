#include "executors/operators/log.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "executors/connectors/values.hpp"
#include "scheduler/model/time.hpp"

namespace weir::operators {
namespace {

constexpr std::chrono::seconds kProgressEvery{5};

std::string now_text() {
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    return model::format_rfc3339(std::chrono::time_point_cast<std::chrono::microseconds>(now));
}

}  // namespace

void Log::hide(const std::string& secret) {
    const std::lock_guard lock(mutex_);
    if (!secret.empty()) secrets_.push_back(secret);
    // The longest first: of two secrets one of which begins the other, nothing may be left over.
    std::ranges::sort(secrets_, [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

void Log::line(std::string_view text) {
    const std::lock_guard lock(mutex_);
    std::string masked{text};
    for (const auto& secret : secrets_)
        for (auto at = masked.find(secret); at != std::string::npos; at = masked.find(secret, at + 3))
            masked.replace(at, secret.size(), "***");
    std::string_view rest = masked;
    while (true) {
        const auto end = rest.find('\n');
        write_line_(fmt::format("{} {}\n", now_text(), rest.substr(0, end)));
        if (end == std::string_view::npos) return;
        rest.remove_prefix(end + 1);
    }
}

void Progress::rows(std::uint64_t read) {
    const auto now = Clock::now();
    if (now - noted_ < kProgressEvery) return;
    noted_ = now;
    log_.line(fmt::format("{} rows read, {} rows/s", with_commas(read),
                          with_commas(static_cast<std::uint64_t>(static_cast<double>(read) / seconds()))));
}

double Progress::seconds() const {
    const std::chrono::duration<double> elapsed = Clock::now() - start_;
    return std::max(elapsed.count(), 1e-6);
}

std::string with_commas(std::uint64_t number) {
    auto digits = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
        digits.insert(static_cast<std::size_t>(at), 1, ',');
    return digits;
}

std::string shown(std::string_view value, std::size_t most) {
    std::string text;
    bool cut = false;
    for (std::size_t i = 0; i < value.size();) {
        if (text.size() >= most) {
            cut = true;
            break;
        }
        std::size_t length = 1;  // of the UTF-8 sequence here
        while (i + length < value.size() && length < 4 &&
               (static_cast<unsigned char>(value[i + length]) & 0xC0) == 0x80)
            ++length;
        const auto piece = value.substr(i, length);
        const auto byte = static_cast<unsigned char>(value[i]);
        i += length;
        if (byte == '\n')
            text += "\\n";
        else if (byte == '\r')
            text += "\\r";
        else if (byte == '\t')
            text += "\\t";
        else if (byte < 0x20 || byte == 0x7F || !connectors::is_utf8(piece))
            for (const char c : piece) text += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
        else
            text += piece;
    }
    return cut ? text + "…" : text;
}

}  // namespace weir::operators
