// Where outside events come from, as its runner sees it: a few blocking calls, all from one thread. What a source knows of
// servers, formats and positions stays behind this; reconnecting, delivering and telling how things are is the runner's.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scheduler/core/inputs.hpp"
#include "scheduler/model/result.hpp"

namespace weir::daemon::sources {

// No source asks its server more often without being woken, whatever weir.yaml says.
inline constexpr std::chrono::milliseconds kShortestLook{100};

struct Batch {
    std::vector<core::IncomingEvent> events;  // at most kMostEventsAtOnce; what could not be read is among them
    std::vector<model::SourcePosition> positions;
    std::vector<std::string> entries;  // for acknowledge(), where the server wants to be told
    std::string notice;  // of something that a person should know: positions that the server no longer has
};

// Up to where the committed batches go. Asked at each connect(): after a failure nobody knows what was committed.
using Positions = std::function<std::vector<model::SourcePosition>()>;

class Source {
   public:
    virtual ~Source() = default;
    // Anew, whatever was before. Blocks for ten seconds at most.
    [[nodiscard]] virtual model::Result<> connect() = 0;
    // What has come, or comes within `patience`. An error ends the connection.
    [[nodiscard]] virtual model::Result<Batch> poll(std::chrono::milliseconds patience) = 0;
    // The batch is on disk.
    [[nodiscard]] virtual model::Result<> acknowledge(const Batch& batch) = 0;
    // Events that are there and not yet taken; nullopt where nobody can tell.
    [[nodiscard]] virtual std::optional<std::int64_t> lag() = 0;
};

// What came in place of an event and could not be read: its beginning is kept, as text.
[[nodiscard]] core::IncomingEvent unreadable(std::string position, std::string fault, std::string_view raw);

// The clients speak to the authors of tasks: "…; see the server's log, then run the task again". A source does that itself.
[[nodiscard]] std::string without_task_words(std::string message);

}  // namespace weir::daemon::sources
