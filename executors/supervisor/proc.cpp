#include "executors/supervisor/proc.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <charconv>
#include <memory>
#include <string_view>

namespace weir::supervisor {
namespace {

constexpr std::size_t kMaxEnvironment = 4u << 20;  // of one process, looked through for its token

// glibc 2.36 declares pidfd_open() without extern "C", so that C++ can't link to it.
int open_pidfd(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

std::string read_file(const std::string& path, std::size_t limit) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return {};
    return read_all(file.get(), limit).value_or(std::string());
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
    Number number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<std::string> token_of(pid_t pid) {
    // A zero in front of the first variable, so that each is preceded by one.
    const std::string environment = '\0' + read_file("/proc/" + std::to_string(pid) + "/environ", kMaxEnvironment);
    const std::string name = '\0' + std::string(kTokenVariable) + '=';
    const auto found = environment.find(name);
    if (found == std::string::npos) return std::nullopt;
    const auto value = found + name.size();
    return environment.substr(value, environment.find('\0', value) - value);
}

// Calls `visit(token, session, pidfd)` for each living process, but ourselves, that carries a token.
template <class Visit>
void each_token(const Visit& visit) {
    const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), &::closedir);
    if (!proc) return;
    while (const dirent* entry = ::readdir(proc.get())) {
        const auto pid = parse_number<pid_t>(entry->d_name);
        if (!pid || *pid == ::getpid()) continue;
        UniqueFd pidfd(open_pidfd(*pid));
        auto token = pidfd ? token_of(*pid) : std::nullopt;
        const pid_t session = ::getsid(*pid);
        // Still alive after that was read: it was its own, not that of a PID's next owner.
        if (token && !is_dead(pidfd)) visit(std::move(*token), session, std::move(pidfd));
    }
}

}  // namespace

std::string boot_id() {
    auto id = read_file("/proc/sys/kernel/random/boot_id", 64);
    while (!id.empty() && id.back() == '\n') id.pop_back();
    return id;
}

std::string pid_world() {
    char name[64];
    const auto size = ::readlink("/proc/self/ns/pid", name, sizeof(name));
    return boot_id() + ' ' + std::string(name, static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
}

std::optional<std::uint64_t> start_ticks(pid_t pid) {
    const auto stat = read_file("/proc/" + std::to_string(pid) + "/stat", 4096);
    // The name, field 2, may hold blanks and parentheses: count from the last one. Field 22 is the start time.
    const auto name_end = stat.rfind(')');
    if (name_end == std::string::npos) return std::nullopt;
    std::string_view left = std::string_view(stat).substr(name_end + 1);
    for (int field = 3; field <= 22; ++field) {
        if (left.empty()) return std::nullopt;
        left.remove_prefix(1);
        const auto end = left.find_first_of(" \n");
        if (field == 22) return parse_number<std::uint64_t>(left.substr(0, end));
        left.remove_prefix(std::min(end, left.size()));
    }
    return std::nullopt;
}

UniqueFd open_process(pid_t pid, std::uint64_t started_at_ticks) {
    UniqueFd pidfd(open_pidfd(pid));
    // First the pidfd, then the comparison: the pidfd goes on naming the process that was compared.
    if (!pidfd || start_ticks(pid) != started_at_ticks || is_dead(pidfd)) return {};
    return pidfd;
}

bool is_dead(const UniqueFd& pidfd) {
    pollfd entry{pidfd.get(), POLLIN, 0};
    return ::poll(&entry, 1, 0) == 1;
}

void kill_process(const UniqueFd& pidfd) { ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0); }

std::string make_token(const std::string& folder, const std::string& epoch, std::int64_t try_id) {
    return folder + '.' + std::to_string(::getsid(0)) + '.' + epoch + '.' + std::to_string(try_id);
}

std::unordered_map<std::string, std::int64_t> find_tokens(const std::string& folder) {
    std::unordered_map<std::string, std::int64_t> found;
    each_token([&found, &folder](std::string token, pid_t session, UniqueFd) {
        if (!token.starts_with(folder + '.' + std::to_string(session) + '.')) return;
        const auto try_id = parse_number<std::int64_t>(std::string_view(token).substr(token.rfind('.') + 1));
        if (try_id) found.emplace(std::move(token), *try_id);
    });
    return found;
}

std::vector<Bearer> find_bearers(const std::unordered_map<std::string, std::int64_t>& try_of_token) {
    std::vector<Bearer> bearers;
    each_token([&bearers, &try_of_token](const std::string& token, pid_t, UniqueFd pidfd) {
        const auto found = try_of_token.find(token);
        if (found != try_of_token.end()) bearers.push_back({found->second, std::move(pidfd)});
    });
    return bearers;
}

}  // namespace weir::supervisor
