// What the supervisor would need to know if it died now, in a file that the next one reads: which tries were
// launched, as which process, how they ended, which ends were acknowledged. Appended without fsync: the page cache
// outlives a killed process, and after a crash of the machine there is nothing left to adopt. A record that was cut
// short, or whose checksum is wrong, is the end of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "executors/supervisor/system.hpp"
#include "executors/wire/messages.hpp"

namespace weir::supervisor {

struct Begun {
    std::int64_t pid = 0;
    std::uint64_t start_ticks = 0;
    wire::Time at;
    bool operator==(const Begun&) const = default;
};

// All that is known of a try that isn't acknowledged.
struct TryRecord {
    std::int64_t try_id = 0;
    std::string token;
    std::string output_path;
    std::optional<Begun> begun;  // empty: launched, but the supervisor died before it could say as what process
    std::variant<std::monostate, wire::Exited, wire::Lost> end;
    bool operator==(const TryRecord&) const = default;
};
using TryRecords = std::map<std::int64_t, TryRecord>;

struct Replay {
    std::string pid_world;  // under which the PIDs were written
    TryRecords tries;
    bool whole = true;  // false: it ends in something that can't be read
};
[[nodiscard]] Replay replay(std::string_view journal);

class Journal {
   public:
    // `folder` stays open as long as the journal.
    explicit Journal(int folder) : folder_(folder) {}

    // Empty where there is no journal yet; nullopt with errno set where there is one that can't be read. A damaged one is
    // told of on stderr and kept under another name.
    [[nodiscard]] std::optional<Replay> read() const;
    // Starts the file anew with these tries alone. False with errno set, and the old file stays.
    [[nodiscard]] bool rewrite(const std::string& pid_world, const TryRecords& tries);

    // Each appends one record, whole or not at all: false with errno set. Only the first must succeed, before the
    // process exists: what a full disk keeps from the others is found out, or reported as lost, if the supervisor
    // then dies too.
    [[nodiscard]] bool launching(const TryRecord& record);
    bool begun(std::int64_t try_id, const Begun& begun);
    bool exited(const wire::Exited& exited);
    bool lost(const wire::Lost& lost);
    bool forgotten(std::int64_t try_id);

    // Mostly of what is acknowledged by now: worth a rewrite.
    [[nodiscard]] bool overgrown() const;

   private:
    bool append(const std::string& body);
    void keep_damaged(std::size_t tries) const;

    int folder_;
    UniqueFd file_;
    std::uint64_t size_ = 0;
    std::uint64_t rewritten_size_ = 0;
};

}  // namespace weir::supervisor
