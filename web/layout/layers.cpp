#include "web/layout/layers.hpp"

#include <algorithm>
#include <queue>

namespace weir::layout {

namespace {

// More points than this for each item and edge, and the longest edges go straight.
constexpr std::size_t kPointsEach = 4;

struct Neighbours {
    std::vector<std::vector<int>> after;
    std::vector<int> before;  // how many
};

Neighbours neighbours_of(std::size_t items, const std::vector<Edge>& edges) {
    Neighbours all{std::vector<std::vector<int>>(items), std::vector<int>(items, 0)};
    for (const auto& edge : edges) {
        all.after[static_cast<std::size_t>(edge.from)].push_back(edge.to);
        ++all.before[static_cast<std::size_t>(edge.to)];
    }
    return all;
}

// A place for each item so that edges lead to later ones, but for those that close a cycle.
std::vector<int> places(std::size_t items, const std::vector<Edge>& edges) {
    auto [after, waiting] = neighbours_of(items, edges);
    std::vector<int> place(items, kNone);
    std::priority_queue<int, std::vector<int>, std::greater<>> ready;
    for (std::size_t i = 0; i < items; ++i)
        if (waiting[i] == 0) ready.push(static_cast<int>(i));
    int next = 0;
    std::size_t first_left = 0;
    while (next < static_cast<int>(items)) {
        // Only items of a cycle are left: the first of them goes on.
        if (ready.empty()) {
            while (place[first_left] != kNone) ++first_left;
            ready.push(static_cast<int>(first_left));
        }
        const auto item = static_cast<std::size_t>(ready.top());
        ready.pop();
        if (place[item] != kNone) continue;
        place[item] = next++;
        for (const int other : after[item])
            if (--waiting[static_cast<std::size_t>(other)] == 0) ready.push(other);
    }
    return place;
}

// The longest path from the left; what nothing leads to stands right before what it leads to.
std::vector<int> layers_of(std::size_t items, const std::vector<Edge>& edges, const std::vector<int>& place) {
    const auto neighbours = neighbours_of(items, edges);
    std::vector<int> order(items);
    for (std::size_t i = 0; i < items; ++i) order[static_cast<std::size_t>(place[i])] = static_cast<int>(i);
    std::vector<int> layer(items, 0);
    std::vector<bool> led_to(items, false);
    for (const int item : order)
        for (const int other : neighbours.after[static_cast<std::size_t>(item)]) {
            if (place[static_cast<std::size_t>(other)] < place[static_cast<std::size_t>(item)]) continue;
            auto& target = layer[static_cast<std::size_t>(other)];
            target = std::max(target, layer[static_cast<std::size_t>(item)] + 1);
            led_to[static_cast<std::size_t>(other)] = true;
        }
    for (std::size_t i = 0; i < items; ++i) {
        if (led_to[i] || neighbours.after[i].empty()) continue;
        int nearest = kNone;
        for (const int other : neighbours.after[i]) {
            if (place[static_cast<std::size_t>(other)] < place[i]) continue;
            const int there = layer[static_cast<std::size_t>(other)];
            nearest = nearest == kNone ? there : std::min(nearest, there);
        }
        if (nearest > 0) layer[i] = nearest - 1;
    }
    return layer;
}

// The longest edge that still goes through points.
int longest_with_points(const std::vector<Edge>& edges, const std::vector<int>& layer) {
    std::vector<int> lengths;
    for (const auto& edge : edges)
        lengths.push_back(layer[static_cast<std::size_t>(edge.to)] - layer[static_cast<std::size_t>(edge.from)]);
    std::sort(lengths.begin(), lengths.end());
    std::size_t points = 0;
    const auto most = kPointsEach * (layer.size() + edges.size());
    for (const int length : lengths) {
        if (length > 1) points += static_cast<std::size_t>(length - 1);
        if (points > most) return length - 1;
    }
    return lengths.empty() ? 0 : lengths.back();
}

void link(Layers& all, int from, int to) {
    all.slots[static_cast<std::size_t>(from)].after.push_back(to);
    all.slots[static_cast<std::size_t>(to)].before.push_back(from);
}

void thread_edge(Layers& all, const Edge& edge, std::vector<int>& points) {
    int from = edge.from;
    const int first = all.layer_of[static_cast<std::size_t>(edge.from)] + 1;
    for (int layer = first; layer < all.layer_of[static_cast<std::size_t>(edge.to)]; ++layer) {
        const auto point = static_cast<int>(all.slots.size());
        all.slots.emplace_back();
        all.layers[static_cast<std::size_t>(layer)].push_back(point);
        points.push_back(point);
        link(all, from, point);
        from = point;
    }
    link(all, from, edge.to);
}

}  // namespace

Layers make_layers(const std::vector<double>& heights, const std::vector<Edge>& edges) {
    Layers all;
    const auto place = places(heights.size(), edges);
    all.layer_of = layers_of(heights.size(), edges, place);
    all.slots.resize(heights.size());
    for (std::size_t i = 0; i < heights.size(); ++i) {
        all.slots[i].item = static_cast<int>(i);
        all.slots[i].height = heights[i];
        const auto layer = static_cast<std::size_t>(all.layer_of[i]);
        if (all.layers.size() <= layer) all.layers.resize(layer + 1);
        all.layers[layer].push_back(static_cast<int>(i));
    }
    all.edge_slots.resize(edges.size());
    const int longest = longest_with_points(edges, all.layer_of);
    for (std::size_t i = 0; i < edges.size(); ++i) {
        const int length =
            all.layer_of[static_cast<std::size_t>(edges[i].to)] - all.layer_of[static_cast<std::size_t>(edges[i].from)];
        if (length > 0 && length <= std::max(longest, 1)) thread_edge(all, edges[i], all.edge_slots[i]);
    }
    return all;
}

}  // namespace weir::layout
