// One level of a drawing: items of any size in layers, in an order with few crossings. layout.cpp makes one for each group.
#pragma once

#include <vector>

#include "web/layout/layout.hpp"

namespace weir::layout {

// What stands in a layer: an item, or a point that a long edge goes through.
struct Slot {
    int item = kNone;  // kNone: a point
    double height = 0;
    double y = 0;             // of its middle
    std::vector<int> before;  // slots of the layer before that lead here
    std::vector<int> after;   // and of the one after
};

struct Layers {
    std::vector<Slot> slots;
    std::vector<std::vector<int>> layers;      // slots from top to bottom
    std::vector<int> layer_of;                 // of each item
    std::vector<std::vector<int>> edge_slots;  // of each edge the points that it goes through
};

// Edges among items, each once. Those that close a cycle are left out of the layers.
[[nodiscard]] Layers make_layers(const std::vector<double>& heights, const std::vector<Edge>& edges);

// Sorts each layer, so that few edges cross.
void order_layers(Layers& layers);

// Gives each slot its y: near to its neighbours', in the order of its layer, and not nearer to one another than the gap.
void place_layers(Layers& layers);

}  // namespace weir::layout
