// The newest messages of the live stream, written once and shared by all streams. Bounded by number and bytes: who was away
// for longer than it reaches back is told to read everything again. The feed fills it, on the IO thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "web/live/change.hpp"

namespace weir::live {

inline constexpr std::size_t kMostMessages = 2048;
inline constexpr std::size_t kMostRingBytes = 1 << 20;
// A message is ended by the first change that takes it past this; a filtered stream's answer likewise.
inline constexpr std::size_t kMessageBytes = 64 << 10;

// The ids of DAGs that a stream is asked for; none: everything.
using DagFilter = std::set<std::string, std::less<>>;

class Ring {
   public:
    // `epoch` tells the serials of this ring from those of another life of the daemon.
    explicit Ring(std::string epoch) : epoch_(std::move(epoch)) {}

    // In the order of their serials, each greater than all before. Their runs are named.
    void add(std::span<const Change> changes);
    // Changes up to this one were never written: nobody can go on from before it.
    void lose(std::uint64_t through);

    // "<epoch>-<n>", as `id:` of messages.
    [[nodiscard]] std::string id_of(std::uint64_t serial) const;
    // nullopt: not an id of this ring.
    [[nodiscard]] std::optional<std::uint64_t> parse_id(std::string_view id) const;

    struct Read {
        std::shared_ptr<const std::string> text;  // null: nothing (of the filter) since
        std::uint64_t through = 0;                // read on from here
        bool lost = false;                        // what came since is not known any more
    };
    [[nodiscard]] Read read(std::uint64_t after, const DagFilter& filter) const;

    [[nodiscard]] std::size_t bytes() const { return bytes_; }        // that it holds
    [[nodiscard]] std::uint64_t written() const { return written_; }  // bytes, ever

   private:
    // A change in its message's text.
    struct Part {
        std::string dag_id;
        bool for_every_filter = false;
        std::size_t at = 0;
        std::size_t length = 0;
    };
    struct Message {
        std::uint64_t through = 0;
        std::shared_ptr<const std::string> text;
        std::vector<Part> parts;
    };
    void end_message();
    void drop_oldest();

    std::string epoch_;
    std::deque<Message> messages_;
    std::uint64_t lost_through_ = 0;
    std::size_t bytes_ = 0;
    std::uint64_t written_ = 0;
    // The message that is being written.
    Message open_;
    std::string open_text_;
};

}  // namespace weir::live
