// Ends what is left of tries whose supervisor died: their processes are nobody's children of ours, so there is no exit
// status to wait for, only their death. A PID is signalled only after its start time was compared; what left its
// process group, or lost its leader, is found by the token in its environment.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "executors/supervisor/journal.hpp"
#include "executors/supervisor/proc.hpp"

namespace weir::supervisor {

class Survivors {
   public:
    // Kills the try's process group at once, if its leader still is who it was.
    void add(const TryRecord& record);
    [[nodiscard]] bool empty() const { return try_of_token_.empty(); }
    // The tries of which nothing lives any more; each is returned once. Call it again after kTick while not empty().
    [[nodiscard]] std::vector<std::int64_t> collect();

    static constexpr std::chrono::milliseconds kTick{20};

   private:
    std::unordered_map<std::string, std::int64_t> try_of_token_;
    std::vector<Bearer> dying_;  // killed, not yet seen dead
};

}  // namespace weir::supervisor
