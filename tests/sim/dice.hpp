// All chance in a simulation: the same seed, the same throws.
#pragma once

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "scheduler/model/states.hpp"

namespace weir::sim {

class Dice {
   public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}

    [[nodiscard]] int below(int bound) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(bound)); }
    [[nodiscard]] int between(int least, int most) { return least + below(most - least + 1); }
    [[nodiscard]] bool one_in(int chances) { return below(chances) == 0; }
    template <class Row>
    [[nodiscard]] const Row& one_of(const std::vector<Row>& rows) {
        return rows[index_below(rows.size())];
    }
    template <class Enum>
    [[nodiscard]] Enum any() {
        const auto names = model::enum_names<Enum>();
        return names[index_below(names.size())].value;
    }
    template <class Row>
    void shuffle(std::vector<Row>& rows) {
        for (auto left = rows.size(); left > 1; --left) std::swap(rows[left - 1], rows[index_below(left)]);
    }
    [[nodiscard]] std::size_t index_below(std::size_t bound) {
        return static_cast<std::size_t>(below(static_cast<int>(bound)));
    }

   private:
    std::mt19937_64 engine_;
};

}  // namespace weir::sim
