// Messages to frames and back. A frame is a length (4 bytes, little-endian, of what follows), a type byte and the
// message's fields in order. Pure functions over bytes; both ends of the socket use them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "executors/wire/messages.hpp"

namespace weir::wire {

inline constexpr std::size_t kMaxFrame = 16u << 20;  // of type byte and fields

// Appends a whole frame. False, and nothing appended, when it would be larger than kMaxFrame.
[[nodiscard]] bool append_frame(std::string& out, const Command& command);
[[nodiscard]] bool append_frame(std::string& out, const Report& report);

// `body` is a frame without its length. nullopt for anything that append_frame doesn't write.
[[nodiscard]] std::optional<Command> decode_command(std::string_view body);
[[nodiscard]] std::optional<Report> decode_report(std::string_view body);

// Cuts a stream of bytes into frames.
class FrameBuffer {
   public:
    void add(std::string_view bytes) { bytes_.append(bytes); }
    // The next whole body, valid until the next call; nullopt when there is none yet or the stream is broken.
    [[nodiscard]] std::optional<std::string_view> next();
    // A length was zero or over the bound: nothing after it can be trusted, close the connection.
    [[nodiscard]] bool broken() const { return broken_; }

   private:
    std::string bytes_;
    std::size_t read_ = 0;  // of bytes_, handed out already
    bool broken_ = false;
};

}  // namespace weir::wire
