// All chance in a simulation: the same seed, the same throws.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace weir::sim {

class Dice {
   public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}

    [[nodiscard]] int below(int bound) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(bound)); }
    [[nodiscard]] int between(int least, int most) { return least + below(most - least + 1); }
    [[nodiscard]] bool one_in(int chances) { return below(chances) == 0; }
    template <class Row>
    [[nodiscard]] const Row& one_of(const std::vector<Row>& rows) {
        return rows[static_cast<std::size_t>(below(static_cast<int>(rows.size())))];
    }

   private:
    std::mt19937_64 engine_;
};

}  // namespace weir::sim
