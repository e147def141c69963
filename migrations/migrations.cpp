#include "migrations/migrations.hpp"

#include "migrations/embedded.hpp"

namespace weir::migrations {

std::span<const Migration> all() { return kEmbedded; }

}  // namespace weir::migrations
