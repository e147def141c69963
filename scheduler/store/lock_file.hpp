// One daemon per database: an flock on a file beside it, which holds the owner's pid. The lock ends with its process.
#pragma once

#include <string>

#include "scheduler/model/result.hpp"

namespace weir::store {

class LockFile {
   public:
    // kind conflict when another process (or another store of this one) has it and keeps it for half a second. `database`
    // is what is locked.
    [[nodiscard]] static model::Result<LockFile> acquire(const std::string& database);

    LockFile() = default;  // holds nothing
    ~LockFile();
    LockFile(LockFile&& other) noexcept;
    LockFile& operator=(LockFile&& other) noexcept;

   private:
    explicit LockFile(int fd) : fd_(fd) {}
    int fd_ = -1;
};

}  // namespace weir::store
