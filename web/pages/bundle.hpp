// The browser's files, as they were embedded at build time: see pages.cmake and pack.mjs. pages.cpp serves them.
#pragma once

#include <span>
#include <string_view>

namespace weir::pages {

struct File {
    std::string_view path;  // "/index.html"
    std::string_view type;  // its Content-Type
    std::string_view hash;  // of its content
    bool immutable;         // its name holds a hash: the file at this path never changes
    std::string_view plain;
    std::string_view gzip;    // empty: no smaller than plain
    std::string_view brotli;  // the same
};

// By path. Always holds "/index.html".
[[nodiscard]] std::span<const File> bundle();

}  // namespace weir::pages
