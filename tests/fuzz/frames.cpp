// What comes over the socket between daemon and supervisor: a frame that is understood is one that would be sent.
#include "executors/wire/codec.hpp"
#include "tests/fuzz/target.hpp"

using namespace weir;

namespace {

template <class Message>
void check_round_trip(const Message& message, std::string_view body) {
    std::string again;
    fuzz::must(wire::append_frame(again, message), "what was read fits a frame");
    fuzz::must(std::string_view(again).substr(4) == body, "a message has one form only");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::text_of(data, size);
    wire::FrameBuffer buffer;
    buffer.add(bytes.substr(0, size / 2));
    buffer.add(bytes.substr(size / 2));
    while (const auto body = buffer.next()) {
        if (const auto command = wire::decode_command(*body)) check_round_trip(*command, *body);
        if (const auto report = wire::decode_report(*body)) check_round_trip(*report, *body);
    }
    return 0;
}
