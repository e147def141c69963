// Named places, on the boundaries of the supervision protocol and of a turn, at which tests let this very process die or
// stand still: tests/crash. Passed by the daemon, by executors/process and by the supervisor; armed by an environment
// variable that `weir serve` and `weir supervise` read when they start, and that no task inherits.
//
//   WEIR_FAILPOINTS="turn.before_commit:3:kill:/tmp/x/hit;supervisor.after_spawn:1:stop:/tmp/x/hit2"
//
// At the third passage of turn.before_commit the process makes the file /tmp/x/hit, with its PID in it, and sends itself
// SIGKILL (or SIGSTOP; or, with `hold`, that one thread waits until the file is removed). Where the file exists already
// nothing happens: each fires once, however many processes have inherited the variable.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace weir {

inline constexpr const char* kFailpointVariable = "WEIR_FAILPOINTS";

inline constexpr std::array<std::string_view, 26> kFailpoints{
    // daemon/loop
    "turn.taken",          // the inbox is drained
    "turn.stepped",        // decided, not committed
    "turn.before_commit",  // of a turn that changes something
    "turn.committed",
    "turn.acknowledged",  // of the effects the acknowledgements are released, the launches and kills are not
    "turn.launched",      // and the launches
    "turn.released",
    // executors/process/session
    "session.welcomed",
    "session.listed",  // LISTED has come, and is not posted yet
    "session.before_launch", "session.after_launch", "session.started", "session.exited", "session.before_ack",
    "session.after_ack",
    // executors/supervisor
    "supervisor.recovering",  // the journal is read, nothing is done yet
    "supervisor.rewriting",   // the fresh journal is written, and not in the place of the old one
    "supervisor.recovered",
    "supervisor.launching",  // LAUNCH has come; nothing is on record
    "supervisor.recorded",   // the launch is on record; no process exists
    "supervisor.spawned",    // the process exists; which it is, is not on record
    "supervisor.begun",      // it is on record; STARTED is not sent
    "supervisor.reaped",     // the exit is known; it is not on record
    "supervisor.exited",     // it is on record; EXITED is not sent
    "supervisor.acknowledging",
    "supervisor.forgotten",  // what is acknowledged is off the record
};

// A name of the list above; another one does not compile.
class Failpoint {
   public:
    consteval Failpoint(const char* name)  // NOLINT(google-explicit-constructor): failpoint("turn.taken")
        : number_(
              static_cast<std::size_t>(std::ranges::find(kFailpoints, std::string_view(name)) - kFailpoints.begin())) {
        if (number_ == kFailpoints.size()) throw "no such failpoint";
    }
    [[nodiscard]] std::size_t number() const { return number_; }

   private:
    std::size_t number_;
};

// What $WEIR_FAILPOINTS has armed, for the log; empty where it is not set.
struct ArmedFailpoints {
    std::string names;
    std::string fault;  // what is wrong with it, in words; then nothing is armed and the process must not go on
};
// Once, before there is a second thread.
[[nodiscard]] ArmedFailpoints arm_failpoints();

namespace detail {
extern bool any_failpoint;
void pass(std::size_t number);
}  // namespace detail

inline void failpoint(Failpoint point) {
    if (detail::any_failpoint) [[unlikely]]
        detail::pass(point.number());
}

}  // namespace weir
