#include "scheduler/yaml/encoding.hpp"

#include "scheduler/yaml/problems.hpp"

namespace weir::yaml {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Bytes of the character that `text` starts with; 0 where that is not UTF-8 (overlong and surrogates included).
std::size_t character_length(std::string_view text) {
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(i < text.size() ? text[i] : 0); };
    const auto follows = [&byte](std::size_t i, unsigned least = 0x80, unsigned most = 0xBF) {
        return byte(i) >= least && byte(i) <= most;
    };
    const unsigned lead = byte(0);
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF)
        return follows(1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF) && follows(2) ? 3 : 0;
    if (lead >= 0xF0 && lead <= 0xF4)
        return follows(1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF) && follows(2) && follows(3) ? 4 : 0;
    return 0;
}

}  // namespace

std::optional<std::string> decode(std::string_view bytes, Problems& problems) {
    if (bytes.size() > kLargestFile) {
        problems.add(Place{0, 0, 0}, "the file has {} bytes; at most {} are read: split it", bytes.size(),
                     kLargestFile);
        return std::nullopt;
    }
    if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
        problems.add(Place{0, 0, 0}, "the file is in UTF-16; save it as UTF-8");
        return std::nullopt;
    }
    if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());

    std::string text;
    text.reserve(bytes.size());
    Place place;
    while (!bytes.empty()) {
        const auto length = character_length(bytes);
        const auto lead = static_cast<unsigned char>(bytes.front());
        if (length == 0) {
            problems.add(place, "byte 0x{:02X} is not UTF-8; save the file as UTF-8", lead);
            return std::nullopt;
        }
        // yaml-cpp takes the character 0x04 for the end of the file: what stands after it would be lost.
        if ((lead < 0x20 && lead != '\t' && lead != '\n' && lead != '\r') || lead == 0x7F) {
            problems.add(place,
                         "control character 0x{:02X}; YAML files hold none (in a \"quoted\" text write \\x{:02x})",
                         lead, lead);
            return std::nullopt;
        }
        if (lead == '\r') {
            bytes.remove_prefix(bytes.starts_with("\r\n") ? 2 : 1);
            text += '\n';
        } else {
            text.append(bytes.substr(0, length));
            bytes.remove_prefix(length);
        }
        place.column += static_cast<int>(length);
        if (text.back() == '\n') place = {place.line + 1, 1, 0};
    }
    return text;
}

}  // namespace weir::yaml
