#include "executors/supervisor/survivors.hpp"

#include <signal.h>

#include <unordered_set>

namespace weir::supervisor {

void Survivors::add(const TryRecord& record) {
    try_of_token_.emplace(record.token, record.try_id);
    if (!record.begun) return;
    const auto pid = static_cast<pid_t>(record.begun->pid);
    auto leader = open_process(pid, record.begun->start_ticks);
    if (!leader) return;
    // The leader lives, so the group's number is its own.
    ::kill(-pid, SIGKILL);
    kill_process(leader);
    dying_.push_back({record.try_id, std::move(leader)});
}

std::vector<std::int64_t> Survivors::collect() {
    std::erase_if(dying_, [](const Bearer& bearer) { return is_dead(bearer.pidfd); });
    if (!dying_.empty()) return {};

    // Look again after each round of deaths: a process may have forked while its siblings were being killed.
    std::unordered_set<std::int64_t> alive;
    for (auto& bearer : find_bearers(try_of_token_)) {
        kill_process(bearer.pidfd);
        alive.insert(bearer.try_id);
        dying_.push_back(std::move(bearer));
    }
    std::vector<std::int64_t> gone;
    std::erase_if(try_of_token_, [&alive, &gone](const auto& entry) {
        if (alive.contains(entry.second)) return false;
        gone.push_back(entry.second);
        return true;
    });
    return gone;
}

}  // namespace weir::supervisor
