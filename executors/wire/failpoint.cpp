#include "executors/wire/failpoint.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <utility>

namespace weir {
namespace {

struct Armed {
    std::atomic<long> passages_left{0};  // 0: not armed, or fired
    int signal = 0;                      // 0: hold
    std::string file;
};
// Only tests ever write them; the process would have to hand them through every layer for nothing.
std::array<Armed, kFailpoints.size()> armed;

// NAME:PASSAGE:ACTION:FILE
std::optional<std::string> fault_of(std::string_view text) {
    std::array<std::string_view, 4> fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto colon = i + 1 < fields.size() ? text.find(':') : std::string_view::npos;
        fields[i] = text.substr(0, colon);
        text = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    }
    const auto [name, passage, action, file] = fields;
    const auto found = std::ranges::find(kFailpoints, name);
    if (found == kFailpoints.end()) return "there is no failpoint '" + std::string(name) + "'";
    long number = 0;
    const auto [end, error] = std::from_chars(passage.data(), passage.data() + passage.size(), number);
    if (error != std::errc{} || end != passage.data() + passage.size() || number < 1)
        return "'" + std::string(passage) + "' is no number of a passage; write 1 for the first";
    static constexpr std::array<std::pair<std::string_view, int>, 3> kActions{
        {{"kill", SIGKILL}, {"stop", SIGSTOP}, {"hold", 0}}};
    const auto known = std::ranges::find(kActions, action, &std::pair<std::string_view, int>::first);
    if (known == kActions.end()) return "'" + std::string(action) + "' is neither `kill` nor `stop` nor `hold`";
    if (!file.starts_with('/')) return "'" + std::string(file) + "' is no absolute path of a file to make";

    auto& point = armed[static_cast<std::size_t>(found - kFailpoints.begin())];
    if (point.passages_left != 0) return "'" + std::string(name) + "' is named twice";
    point.passages_left = number;
    point.signal = known->second;
    point.file = file;
    return std::nullopt;
}

}  // namespace

namespace detail {

bool any_failpoint = false;

void pass(std::size_t number) {
    auto& point = armed[number];
    if (point.passages_left <= 0 || --point.passages_left != 0) return;
    const int file = ::open(point.file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file < 0) return;
    const auto pid = std::to_string(::getpid());
    if (::write(file, pid.data(), pid.size()) < 0) std::abort();
    ::close(file);
    if (point.signal != 0) ::raise(point.signal);  // to this thread, so that it stops exactly here
    while (point.signal == 0 && ::access(point.file.c_str(), F_OK) == 0) ::usleep(1000);
}

}  // namespace detail

ArmedFailpoints arm_failpoints() {
    const char* value = std::getenv(kFailpointVariable);
    if (value == nullptr) return {};
    std::string_view left = value;
    while (true) {
        const auto end = left.find(';');
        if (const auto fault = fault_of(left.substr(0, end))) {
            std::string words = kFailpointVariable;
            words.append(": ").append(*fault).append(
                "; it is a list of NAME:PASSAGE:kill|stop|hold:FILE, separated by `;`");
            return {{}, words};
        }
        if (end == std::string_view::npos) break;
        left.remove_prefix(end + 1);
    }
    detail::any_failpoint = true;
    return {value, {}};
}

}  // namespace weir
