// Deterministic bits where randomness is wanted: retry jitter, trace ids. Not for secrets.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::core {

// The finaliser of splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t value) {
    value += 0x9e3779b97f4a7c15ULL;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
}

[[nodiscard]] constexpr std::uint64_t mix(std::string_view text, std::uint64_t seed) {
    auto hash = mix(seed);
    for (const char letter : text) hash = mix(hash ^ static_cast<unsigned char>(letter));
    return hash;
}

}  // namespace weir::core
