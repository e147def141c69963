// Heights within layers. What a slot wants is the mean of its neighbours'; what it gets is the nearest that keeps the layer's
// order and gaps.
#include <algorithm>

#include "web/layout/layers.hpp"

namespace weir::layout {

namespace {

constexpr int kPasses = 4;  // to and fro each

double distance(const Slot& upper, const Slot& lower) { return (upper.height + lower.height) / 2 + kNodeGap; }

void stack(Layers& all, const std::vector<int>& layer) {
    double total = -kNodeGap;
    for (const int slot : layer) total += all.slots[static_cast<std::size_t>(slot)].height + kNodeGap;
    double y = -total / 2;
    for (const int index : layer) {
        auto& slot = all.slots[static_cast<std::size_t>(index)];
        slot.y = y + slot.height / 2;
        y += slot.height + kNodeGap;
    }
}

// Least squares with the order kept, by pooling what would overlap: each pool goes to the mean of what its members want.
void settle(Layers& all, const std::vector<int>& layer, bool by_before) {
    struct Pool {
        double sum = 0;  // of what the members want, each moved up by the distances above it
        double members = 0;
        std::size_t first = 0;
        [[nodiscard]] double mean() const { return sum / members; }
    };
    std::vector<double> moved(layer.size(), 0);
    std::vector<Pool> pools;
    for (std::size_t i = 0; i < layer.size(); ++i) {
        const auto& slot = all.slots[static_cast<std::size_t>(layer[i])];
        if (i > 0) moved[i] = moved[i - 1] + distance(all.slots[static_cast<std::size_t>(layer[i - 1])], slot);
        const auto& neighbours = by_before ? slot.before : slot.after;
        double wanted = slot.y;
        if (!neighbours.empty()) {
            wanted = 0;
            for (const int other : neighbours) wanted += all.slots[static_cast<std::size_t>(other)].y;
            wanted /= static_cast<double>(neighbours.size());
        }
        pools.push_back({wanted - moved[i], 1, i});
        while (pools.size() > 1 && pools[pools.size() - 2].mean() > pools.back().mean()) {
            const auto last = pools.back();
            pools.pop_back();
            pools.back().sum += last.sum;
            pools.back().members += last.members;
        }
    }
    for (std::size_t p = 0; p < pools.size(); ++p) {
        const auto end = p + 1 < pools.size() ? pools[p + 1].first : layer.size();
        for (auto i = pools[p].first; i < end; ++i)
            all.slots[static_cast<std::size_t>(layer[i])].y = pools[p].mean() + moved[i];
    }
}

}  // namespace

void place_layers(Layers& all) {
    for (const auto& layer : all.layers) stack(all, layer);
    for (int pass = 0; pass < kPasses; ++pass) {
        for (std::size_t i = 1; i < all.layers.size(); ++i) settle(all, all.layers[i], true);
        for (std::size_t i = all.layers.size(); i-- > 1;) settle(all, all.layers[i - 1], false);
    }
}

}  // namespace weir::layout
