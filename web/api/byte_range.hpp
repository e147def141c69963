// The header Range: bytes=… of a request for something whose length is known (RFC 9110, 14.1.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace weir::api {

struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;  // included
    bool operator==(const ByteRange&) const = default;
};
struct WholeThing {  // no range, several of them, or another unit: the answer is 200 with everything
    bool operator==(const WholeThing&) const = default;
};
struct BadRange {  // 416
    bool operator==(const BadRange&) const = default;
};
using AskedRange = std::variant<WholeThing, ByteRange, BadRange>;

[[nodiscard]] AskedRange parse_range(std::string_view header, std::uint64_t size);

}  // namespace weir::api
