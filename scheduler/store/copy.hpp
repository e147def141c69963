// A whole, consistent copy of a database in one file, made while it is in use. For backups and before migrations.
#pragma once

#include <string>

#include "scheduler/model/result.hpp"
#include "scheduler/store/connection.hpp"

namespace weir::store {

enum class IfExists { refuse, replace };

// Written beside `to`, synced, then moved there: `to` is whole or isn't there.
[[nodiscard]] model::Result<> copy_database(SQLite::Database& from, const std::string& to, IfExists if_exists);

}  // namespace weir::store
