// The database's schema as numbered steps, compiled in from the .sql files of this folder. scheduler/store applies them.
#pragma once

#include <span>
#include <string_view>

namespace weir::migrations {

struct Migration {
    int number = 0;  // PRAGMA user_version after it
    std::string_view name;
    std::string_view sql;
};

// Ascending and without gaps, from 1.
[[nodiscard]] std::span<const Migration> all();

}  // namespace weir::migrations
