#include "executors/wire/codec.hpp"

#include <tuple>
#include <utility>

#include "executors/wire/bytes.hpp"

namespace weir::wire {
namespace {

// The fields of each message, in the order of the wire: one table for both directions.
template <class Message>
constexpr auto kFields = std::tuple<>{};
template <>
constexpr auto kFields<Hello> = std::tuple{&Hello::version, &Hello::daemon_epoch};
template <>
constexpr auto kFields<Launch> =
    std::tuple{&Launch::try_id,   &Launch::argv,        &Launch::env,     &Launch::cwd,   &Launch::stdin_bytes,
               &Launch::log_path, &Launch::output_path, &Launch::timeout, &Launch::grace, &Launch::log_limit};
template <>
constexpr auto kFields<Kill> = std::tuple{&Kill::try_id};
template <>
constexpr auto kFields<Ack> = std::tuple{&Ack::try_id};
template <>
constexpr auto kFields<Welcome> = std::tuple{&Welcome::version, &Welcome::epoch, &Welcome::boot_id, &Welcome::pid};
template <>
constexpr auto kFields<Started> = std::tuple{&Started::try_id, &Started::pid, &Started::at};
template <>
constexpr auto kFields<Exited> = std::tuple{&Exited::try_id,   &Exited::at,     &Exited::exit_code,  &Exited::signal,
                                            &Exited::ended_by, &Exited::detail, &Exited::output_path};
template <>
constexpr auto kFields<Refused> = std::tuple{&Refused::try_id, &Refused::shortage, &Refused::reason};
template <>
constexpr auto kFields<Lost> = std::tuple{&Lost::try_id, &Lost::reason};
template <>
constexpr auto kFields<Listed> = std::tuple{&Listed::tries};

constexpr std::size_t kLengthBytes = 4;

template <class Variant>
bool append(std::string& out, const Variant& message) {
    const auto start = out.size();
    Writer writer(out);
    writer.put(std::uint32_t{0});
    writer.put(static_cast<std::uint8_t>(message.index()));
    std::visit(
        [&writer]<class Message>(const Message& fields) {
            std::apply([&writer, &fields](auto... member) { (writer.put(fields.*member), ...); }, kFields<Message>);
        },
        message);
    auto length = out.size() - start - kLengthBytes;
    if (length > kMaxFrame) {
        out.resize(start);
        return false;
    }
    for (std::size_t i = 0; i < kLengthBytes; ++i, length >>= 8) out[start + i] = static_cast<char>(length & 0xff);
    return true;
}

template <class Variant, std::size_t... Index>
std::optional<Variant> decode(std::string_view body, std::index_sequence<Index...>) {
    Reader reader(body);
    std::uint8_t type = 0;
    reader.get(type);
    Variant message;
    auto read = [&reader, &message, type]<std::size_t I>(std::integral_constant<std::size_t, I>) {
        if (type != I) return false;
        auto& fields = message.template emplace<I>();
        std::apply([&reader, &fields](auto... member) { (reader.get(fields.*member), ...); },
                   kFields<std::variant_alternative_t<I, Variant>>);
        return true;
    };
    const bool known = (read(std::integral_constant<std::size_t, Index>{}) || ...);
    if (!known || !reader.finished()) return std::nullopt;
    return message;
}

}  // namespace

bool append_frame(std::string& out, const Command& command) { return append(out, command); }
bool append_frame(std::string& out, const Report& report) { return append(out, report); }

std::optional<Command> decode_command(std::string_view body) {
    return decode<Command>(body, std::make_index_sequence<std::variant_size_v<Command>>{});
}
std::optional<Report> decode_report(std::string_view body) {
    return decode<Report>(body, std::make_index_sequence<std::variant_size_v<Report>>{});
}

std::optional<std::string_view> FrameBuffer::next() {
    if (broken_) return std::nullopt;
    std::string_view left = std::string_view(bytes_).substr(read_);
    std::uint32_t length = 0;
    if (left.size() >= kLengthBytes) {
        Reader(left.substr(0, kLengthBytes)).get(length);
        broken_ = length == 0 || length > kMaxFrame;
        if (broken_) return std::nullopt;
        if (left.size() - kLengthBytes >= length) {
            read_ += kLengthBytes + length;
            return left.substr(kLengthBytes, length);
        }
    }
    // Nothing whole is left: move the rest to the front, once per batch instead of once per frame.
    bytes_.erase(0, read_);
    read_ = 0;
    return std::nullopt;
}

}  // namespace weir::wire
