// What /proc and pidfds tell about processes: who is who, and who is left of a try whose supervisor died.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "executors/supervisor/system.hpp"

namespace weir::supervisor {

// Of this boot of the machine.
[[nodiscard]] std::string boot_id();
// The boot and the PID namespace: a PID written under another one names nobody here.
[[nodiscard]] std::string pid_world();

// When the process began, in clock ticks since boot; with the PID it names one process for good. nullopt: no such
// process.
[[nodiscard]] std::optional<std::uint64_t> start_ticks(pid_t pid);

// A pidfd of this very process; empty when it is gone, even where its PID is in use again.
[[nodiscard]] UniqueFd open_process(pid_t pid, std::uint64_t started_at_ticks);
[[nodiscard]] bool is_dead(const UniqueFd& pidfd);
void kill_process(const UniqueFd& pidfd);

// Every task has this variable, with a token of its own, and passes it on to what it starts.
inline constexpr const char* kTokenVariable = "WEIR_SUPERVISED";

struct Bearer {
    std::int64_t try_id;
    UniqueFd pidfd;
};
// "FOLDER.SESSION.EPOCH.TRY": the data folder, by device and inode; the supervisor's session, in which its tasks are, and
// its epoch; the try.
[[nodiscard]] std::string make_token(const std::string& folder, const std::string& epoch, std::int64_t try_id);
// The tokens of this folder, with their tries, that living processes carry in their environment; but for those that left
// the supervisor's session, which outlive their tasks on purpose.
[[nodiscard]] std::unordered_map<std::string, std::int64_t> find_tokens(const std::string& folder);
// The living processes that carry one of these tokens in their environment.
[[nodiscard]] std::vector<Bearer> find_bearers(const std::unordered_map<std::string, std::int64_t>& try_of_token);

}  // namespace weir::supervisor
