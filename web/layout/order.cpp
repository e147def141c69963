// The order within layers: barycenter sweeps to and fro, of which the one with the fewest crossings is kept.
#include <algorithm>

#include "web/layout/layers.hpp"

namespace weir::layout {

namespace {

constexpr int kSweeps = 4;  // to and fro each

std::vector<int> positions(const Layers& all) {
    std::vector<int> position(all.slots.size(), 0);
    for (const auto& layer : all.layers)
        for (std::size_t i = 0; i < layer.size(); ++i)
            position[static_cast<std::size_t>(layer[i])] = static_cast<int>(i);
    return position;
}

// Slots without neighbours on that side keep their place.
void sort_layer(const Layers& all, std::vector<int>& layer, std::vector<int>& position, bool by_before) {
    std::vector<std::pair<double, int>> keyed;
    keyed.reserve(layer.size());
    for (const int slot : layer) {
        const auto& neighbours = by_before ? all.slots[static_cast<std::size_t>(slot)].before
                                           : all.slots[static_cast<std::size_t>(slot)].after;
        double sum = 0;
        for (const int other : neighbours) sum += position[static_cast<std::size_t>(other)];
        keyed.emplace_back(neighbours.empty() ? position[static_cast<std::size_t>(slot)]
                                              : sum / static_cast<double>(neighbours.size()),
                           slot);
    }
    std::stable_sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t i = 0; i < layer.size(); ++i) {
        layer[i] = keyed[i].second;
        position[static_cast<std::size_t>(layer[i])] = static_cast<int>(i);
    }
}

// Of the edges between a layer and the next: pairs in the wrong order, counted in a tree of sums.
std::int64_t crossings_after(const Layers& all, const std::vector<int>& layer, std::size_t next_size,
                             const std::vector<int>& position) {
    std::vector<std::int64_t> tree(next_size + 1, 0);
    std::int64_t crossings = 0;
    std::int64_t seen = 0;
    for (const int slot : layer) {
        std::vector<int> targets;
        for (const int other : all.slots[static_cast<std::size_t>(slot)].after)
            targets.push_back(position[static_cast<std::size_t>(other)]);
        std::sort(targets.begin(), targets.end());
        for (const int target : targets) {
            std::int64_t not_below = 0;
            for (auto i = static_cast<std::size_t>(target) + 1; i > 0; i &= i - 1) not_below += tree[i];
            crossings += seen - not_below;
        }
        for (const int target : targets) {
            for (auto i = static_cast<std::size_t>(target) + 1; i <= next_size; i += i & (~i + 1)) ++tree[i];
            ++seen;
        }
    }
    return crossings;
}

std::int64_t crossings(const Layers& all, const std::vector<int>& position) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i + 1 < all.layers.size(); ++i)
        sum += crossings_after(all, all.layers[i], all.layers[i + 1].size(), position);
    return sum;
}

}  // namespace

void order_layers(Layers& all) {
    auto position = positions(all);
    auto best = all.layers;
    auto fewest = crossings(all, position);
    for (int sweep = 0; sweep < kSweeps && fewest > 0; ++sweep) {
        for (std::size_t i = 1; i < all.layers.size(); ++i) sort_layer(all, all.layers[i], position, true);
        for (std::size_t i = all.layers.size(); i-- > 1;) sort_layer(all, all.layers[i - 1], position, false);
        const auto now = crossings(all, position);
        if (now >= fewest) continue;
        fewest = now;
        best = all.layers;
    }
    all.layers = std::move(best);
}

}  // namespace weir::layout
