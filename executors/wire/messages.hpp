// What the daemon (executors/process) and the supervisor say to each other, over the unix socket in the data folder.
//
//   daemon                     supervisor
//   HELLO                 ->
//                         <-   WELCOME, LISTED, then for each known try: STARTED, and EXITED or LOST where it ended
//   LAUNCH                ->
//                         <-   STARTED, later EXITED; or REFUSED
//   KILL                  ->   (its end comes as EXITED)
//   ACK                   ->   (EXITED and LOST are repeated after every HELLO until this)
//
// LAUNCH is idempotent per try: for a known one STARTED, and EXITED where it ended, come again.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weir::wire {

// Raised when any message but HELLO and WELCOME changes; these two never do.
inline constexpr std::uint8_t kVersion = 1;

// Names inside the data folder.
inline constexpr std::string_view kSocketName = "supervisor.sock";
inline constexpr std::string_view kLockName = "supervisor.lock";
inline constexpr std::string_view kJournalName = "supervisor.journal";
inline constexpr std::string_view kSupervisorLogName = "supervisor.log";

using Time = std::chrono::sys_time<std::chrono::microseconds>;

// --- commands --------------------------------------------------------------------------------------------------------

struct Hello {
    std::uint8_t version = kVersion;
    std::uint64_t daemon_epoch = 0;  // a later one displaces an earlier one's connection
    bool operator==(const Hello&) const = default;
};
struct Launch {
    std::int64_t try_id = 0;
    std::vector<std::string> argv;         // a name without slash is looked up in the PATH of `env`
    std::vector<std::string> env;          // "NAME=value", all of it: nothing is inherited
    std::string cwd;                       // absolute
    std::string stdin_bytes;               // empty: /dev/null
    std::string log_path;                  // absolute; its folders are made
    std::string output_path;               // absolute; removed before the start, named again in EXITED
    std::chrono::milliseconds timeout{0};  // 0: none
    std::chrono::milliseconds grace{0};    // between SIGTERM and SIGKILL
    std::uint64_t log_limit = 0;           // bytes; 0: none
    bool operator==(const Launch&) const = default;
};
struct Kill {
    std::int64_t try_id = 0;
    bool operator==(const Kill&) const = default;
};
struct Ack {
    std::int64_t try_id = 0;
    bool operator==(const Ack&) const = default;
};
struct List {
    bool operator==(const List&) const = default;
};
// End as soon as nothing runs and nothing awaits its ACK, instead of waiting for the next daemon.
struct Shutdown {
    bool operator==(const Shutdown&) const = default;
};
using Command = std::variant<Hello, Launch, Kill, Ack, List, Shutdown>;

// --- reports ---------------------------------------------------------------------------------------------------------

struct Welcome {
    std::uint8_t version = kVersion;
    std::string epoch;  // another supervisor process has another one
    std::string boot_id;
    std::int64_t pid = 0;  // of the supervisor
    bool operator==(const Welcome&) const = default;
};
struct Started {
    std::int64_t try_id = 0;
    std::int64_t pid = 0;
    Time at;
    bool operator==(const Started&) const = default;
};
enum class EndedBy : std::uint8_t { itself, kill, timeout, log_limit, last = log_limit };
struct Exited {
    std::int64_t try_id = 0;
    Time at;
    std::int32_t exit_code = 0;  // when signal is 0
    std::int32_t signal = 0;
    EndedBy ended_by = EndedBy::itself;
    std::string detail;  // for people: "timed out after 30m"
    std::string output_path;
    bool operator==(const Exited&) const = default;
};
// It never started.
struct Refused {
    std::int64_t try_id = 0;
    bool shortage = false;  // of processes, memory, file descriptors or disk: trying again later makes sense
    std::string reason;
    bool operator==(const Refused&) const = default;
};
// An earlier supervisor died while it ran. Its processes are gone now; how it ended is not known.
struct Lost {
    std::int64_t try_id = 0;
    std::string reason;
    bool operator==(const Lost&) const = default;
};
struct Listed {
    std::vector<std::int64_t> tries;  // running, ended and not acknowledged, lost and not acknowledged
    bool operator==(const Listed&) const = default;
};
using Report = std::variant<Welcome, Started, Exited, Refused, Lost, Listed>;

}  // namespace weir::wire
