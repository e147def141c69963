// Draws a graph from left to right: nodes in layers, groups as boxes around what is in them, long edges through points of
// their own. Pure; the API calls it for the graph of a DAG. Lengths are pixels.
//
// After Sugiyama, Tagawa and Toda (1981): layers by the longest path, a few barycenter sweeps for the order within them, and for
// each layer the least squares distance to the neighbours' heights (pool adjacent violators). Each group is drawn by itself, and
// stands in the group around it as one large node. Everything is in O(n log n) for n nodes, edges and their points.
#pragma once

#include <vector>

namespace weir::layout {

inline constexpr double kNodeWidth = 176;
inline constexpr double kNodeHeight = 40;
inline constexpr double kHeader = 28;    // of a group's box, above what is in it
inline constexpr double kPadding = 16;   // within a group's box
inline constexpr double kLayerGap = 64;  // between layers: room for edges
inline constexpr double kNodeGap = 16;   // between nodes of a layer

inline constexpr int kNone = -1;

struct Edge {
    int from = 0;  // nodes
    int to = 0;
    bool operator==(const Edge&) const = default;
};

struct Graph {
    std::vector<int> group_of;   // of each node its innermost group, or kNone
    std::vector<int> parent_of;  // of each group the one around it, or kNone; an outer group comes before those in it
    std::vector<Edge> edges;     // of a cycle one leads back; none from a node to itself
};

struct Box {
    double x = 0, y = 0, width = 0, height = 0;
};

struct Point {
    double x = 0, y = 0;
};

struct Drawing {
    double width = 0, height = 0;
    std::vector<Box> nodes;
    std::vector<Box> groups;
    std::vector<std::vector<Point>> edges;  // at least two points each, from the right of a node to the left of another
};

[[nodiscard]] Drawing lay_out(const Graph& graph);

}  // namespace weir::layout
