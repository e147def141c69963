#include "web/api/byte_range.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace weir::api {

namespace {

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    // A number that is too great for us is past every end.
    if (error == std::errc::result_out_of_range) return UINT64_MAX;
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

AskedRange parse_range(std::string_view header, std::uint64_t size) {
    constexpr std::string_view kUnit = "bytes=";
    if (!header.starts_with(kUnit) || header.find(',') != std::string_view::npos) return WholeThing{};
    header.remove_prefix(kUnit.size());
    const auto dash = header.find('-');
    if (dash == std::string_view::npos) return BadRange{};
    const auto from = header.substr(0, dash);
    const auto to = header.substr(dash + 1);
    if (from.empty()) {  // so many bytes at the end
        const auto count = number(to);
        if (!count || *count == 0 || size == 0) return BadRange{};
        return ByteRange{size - std::min(*count, size), size - 1};
    }
    const auto first = number(from);
    const auto last = to.empty() ? std::optional<std::uint64_t>(UINT64_MAX) : number(to);
    if (!first || !last || *last < *first || *first >= size) return BadRange{};
    return ByteRange{*first, std::min(*last, size - 1)};
}

}  // namespace weir::api
