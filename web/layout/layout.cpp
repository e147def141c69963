#include "web/layout/layout.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "web/layout/layers.hpp"

namespace weir::layout {

namespace {

// Where a thing stands that is a node or a group.
struct Thing {
    int node = kNone;
    int group = kNone;
};

// An edge as it looks to the level in which its ends, or the groups around them, stand side by side.
struct LevelEdge {
    Edge items;
    int original = 0;
};

// What stands directly in one group (or, at the top, in none), and the edges between these.
struct Level {
    std::vector<Thing> things;
    std::vector<LevelEdge> edges;
    std::vector<Box> boxes;                   // of the things, from the level's own corner
    std::vector<std::vector<Point>> through;  // of the edges
    double width = 0, height = 0;
};

// Level 0 is the top; that of group g is g + 1.
std::size_t level_of(int group) { return static_cast<std::size_t>(group + 1); }

class Drawer {
   public:
    explicit Drawer(const Graph& graph)
        : graph_(graph),
          levels_(graph.parent_of.size() + 1),
          index_of_node_(graph.group_of.size()),
          index_of_group_(graph.parent_of.size()),
          depth_(graph.parent_of.size(), 1) {}

    Drawing draw() {
        fill_levels();
        // Inner groups first: their sizes are needed.
        for (auto level = levels_.size(); level-- > 0;) draw_level(levels_[level]);
        return collect();
    }

   private:
    void fill_levels() {
        for (std::size_t group = 0; group < graph_.parent_of.size(); ++group) {
            const int parent = graph_.parent_of[group];
            if (parent != kNone) depth_[group] = depth_[static_cast<std::size_t>(parent)] + 1;
        }
        // Nodes before groups would put all boxes last: a group stands where its first node does.
        std::vector<bool> stands(graph_.parent_of.size(), false);
        for (std::size_t node = 0; node < graph_.group_of.size(); ++node) {
            stand_groups(graph_.group_of[node], stands);
            index_of_node_[node] = add(graph_.group_of[node], {static_cast<int>(node), kNone});
        }
        for (std::size_t group = 0; group < stands.size(); ++group) stand_groups(static_cast<int>(group), stands);
        for (std::size_t edge = 0; edge < graph_.edges.size(); ++edge) lift(static_cast<int>(edge));
    }

    void stand_groups(int group, std::vector<bool>& stands) {
        for (; group != kNone && !stands[static_cast<std::size_t>(group)]; group = parent(group)) {
            stands[static_cast<std::size_t>(group)] = true;
            index_of_group_[static_cast<std::size_t>(group)] = add(parent(group), {kNone, group});
        }
    }

    int add(int group, Thing thing) {
        auto& things = levels_[level_of(group)].things;
        things.push_back(thing);
        return static_cast<int>(things.size()) - 1;
    }

    [[nodiscard]] int parent(int group) const { return graph_.parent_of[static_cast<std::size_t>(group)]; }
    [[nodiscard]] int depth(int group) const { return group == kNone ? 0 : depth_[static_cast<std::size_t>(group)]; }

    // To the innermost group that both ends are in.
    void lift(int edge) {
        const auto& [from, to] = graph_.edges[static_cast<std::size_t>(edge)];
        int from_item = index_of_node_[static_cast<std::size_t>(from)];
        int to_item = index_of_node_[static_cast<std::size_t>(to)];
        int from_group = graph_.group_of[static_cast<std::size_t>(from)];
        int to_group = graph_.group_of[static_cast<std::size_t>(to)];
        while (from_group != to_group) {
            auto& deeper = depth(from_group) > depth(to_group) ? from_group : to_group;
            (&deeper == &from_group ? from_item : to_item) = index_of_group_[static_cast<std::size_t>(deeper)];
            deeper = parent(deeper);
        }
        levels_[level_of(from_group)].edges.push_back({{from_item, to_item}, edge});
    }

    [[nodiscard]] Box size_of(const Thing& thing) const {
        if (thing.group == kNone) return {0, 0, kNodeWidth, kNodeHeight};
        const auto& inside = levels_[level_of(thing.group)];
        return {0, 0, std::max(inside.width, kNodeWidth) + 2 * kPadding, inside.height + 2 * kPadding + kHeader};
    }

    void draw_level(Level& level) {
        level.boxes.resize(level.things.size());
        level.through.resize(level.edges.size());
        std::vector<bool> linked(level.things.size(), false);
        for (const auto& edge : level.edges)
            linked[static_cast<std::size_t>(edge.items.from)] = linked[static_cast<std::size_t>(edge.items.to)] = true;
        std::vector<int> connected;
        std::vector<int> alone;
        for (std::size_t i = 0; i < level.things.size(); ++i) {
            level.boxes[i] = size_of(level.things[i]);
            (linked[i] ? connected : alone).push_back(static_cast<int>(i));
        }
        draw_connected(level, connected);
        draw_alone(level, alone);
    }

    static void draw_connected(Level& level, const std::vector<int>& connected) {
        if (connected.empty()) return;
        std::vector<int> item_of(level.things.size(), kNone);
        std::vector<double> heights;
        for (const int thing : connected) {
            item_of[static_cast<std::size_t>(thing)] = static_cast<int>(heights.size());
            heights.push_back(level.boxes[static_cast<std::size_t>(thing)].height);
        }
        // Several edges between the same groups are one here.
        struct Lifted {
            Edge items;
            std::size_t of = 0;
        };
        std::vector<Lifted> lifted;
        for (std::size_t i = 0; i < level.edges.size(); ++i) {
            const auto& items = level.edges[i].items;
            lifted.push_back(
                {{item_of[static_cast<std::size_t>(items.from)], item_of[static_cast<std::size_t>(items.to)]}, i});
        }
        std::stable_sort(lifted.begin(), lifted.end(), [](const Lifted& a, const Lifted& b) {
            return std::pair(a.items.from, a.items.to) < std::pair(b.items.from, b.items.to);
        });
        std::vector<Edge> edges;
        std::vector<std::size_t> unique_of(level.edges.size());
        for (const auto& edge : lifted) {
            if (edges.empty() || edges.back() != edge.items) edges.push_back(edge.items);
            unique_of[edge.of] = edges.size() - 1;
        }
        auto layers = make_layers(heights, edges);
        order_layers(layers);
        place_layers(layers);
        take_places(level, connected, layers, unique_of);
    }

    static void take_places(Level& level, const std::vector<int>& connected, const Layers& layers,
                            const std::vector<std::size_t>& unique_of) {
        double top = 0;
        for (const auto& slot : layers.slots) top = std::min(top, slot.y - slot.height / 2);
        std::vector<Point> place(layers.slots.size());
        double x = 0;
        for (const auto& layer : layers.layers) {
            double width = 0;
            for (const int slot : layer) {
                const auto& [item, height, y, before, after] = layers.slots[static_cast<std::size_t>(slot)];
                place[static_cast<std::size_t>(slot)] = {x, y - top};
                level.height = std::max(level.height, y - top + height / 2);
                if (item == kNone) continue;
                auto& box = level.boxes[static_cast<std::size_t>(connected[static_cast<std::size_t>(item)])];
                box.x = x;
                box.y = y - top - height / 2;
                width = std::max(width, box.width);
            }
            // Points in the middle of their layer.
            for (const int slot : layer)
                if (layers.slots[static_cast<std::size_t>(slot)].item == kNone)
                    place[static_cast<std::size_t>(slot)].x += width / 2;
            x += width + kLayerGap;
        }
        level.width = x - kLayerGap;
        for (std::size_t i = 0; i < level.edges.size(); ++i)
            for (const int slot : layers.edge_slots[unique_of[i]])
                level.through[i].push_back(place[static_cast<std::size_t>(slot)]);
    }

    // What has no edges here stands below the rest, in rows.
    static void draw_alone(Level& level, const std::vector<int>& alone) {
        if (alone.empty()) return;
        const auto columns = std::max<std::size_t>(
            1, static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(alone.size()) / 4))));
        double y = level.height > 0 ? level.height + kNodeGap : 0;
        for (std::size_t row = 0; row < alone.size(); row += columns) {
            double x = 0;
            double height = 0;
            for (auto i = row; i < std::min(row + columns, alone.size()); ++i) {
                auto& box = level.boxes[static_cast<std::size_t>(alone[i])];
                box.x = x;
                box.y = y;
                x += box.width + kNodeGap;
                height = std::max(height, box.height);
            }
            level.width = std::max(level.width, x - kNodeGap);
            y += height + kNodeGap;
        }
        level.height = y - kNodeGap;
    }

    Drawing collect() {
        Drawing drawing;
        drawing.width = levels_[0].width;
        drawing.height = levels_[0].height;
        drawing.nodes.resize(graph_.group_of.size());
        drawing.groups.resize(graph_.parent_of.size());
        drawing.edges.resize(graph_.edges.size());
        // Outer groups first: an inner one stands at a place in them.
        for (std::size_t index = 0; index < levels_.size(); ++index) {
            const auto corner = corner_of(drawing, index);
            const auto& level = levels_[index];
            for (std::size_t i = 0; i < level.things.size(); ++i) {
                auto box = level.boxes[i];
                box.x += corner.x;
                box.y += corner.y;
                const auto& thing = level.things[i];
                (thing.group == kNone ? drawing.nodes[static_cast<std::size_t>(thing.node)]
                                      : drawing.groups[static_cast<std::size_t>(thing.group)]) = box;
            }
        }
        for (std::size_t index = 0; index < levels_.size(); ++index) collect_edges(drawing, index);
        return drawing;
    }

    static Point corner_of(const Drawing& drawing, std::size_t level) {
        if (level == 0) return {};
        const auto& box = drawing.groups[level - 1];
        return {box.x + kPadding, box.y + kPadding + kHeader};
    }

    // From the node to the edge of the outermost group that the other end is not in, through the points, and the same again.
    void collect_edges(Drawing& drawing, std::size_t index) const {
        const auto corner = corner_of(drawing, index);
        const auto& level = levels_[index];
        for (std::size_t i = 0; i < level.edges.size(); ++i) {
            const auto& edge = graph_.edges[static_cast<std::size_t>(level.edges[i].original)];
            const auto& from = drawing.nodes[static_cast<std::size_t>(edge.from)];
            const auto& to = drawing.nodes[static_cast<std::size_t>(edge.to)];
            const auto& from_box = level.boxes[static_cast<std::size_t>(level.edges[i].items.from)];
            const auto& to_box = level.boxes[static_cast<std::size_t>(level.edges[i].items.to)];
            const double leaves = corner.x + from_box.x + from_box.width;
            const double enters = corner.x + to_box.x;
            auto& points = drawing.edges[static_cast<std::size_t>(level.edges[i].original)];
            points.push_back({from.x + from.width, from.y + from.height / 2});
            if (leaves > points.back().x) points.push_back({leaves, points.back().y});
            for (const auto& point : level.through[i]) points.push_back({corner.x + point.x, corner.y + point.y});
            if (enters < to.x) points.push_back({enters, to.y + to.height / 2});
            points.push_back({to.x, to.y + to.height / 2});
        }
    }

    const Graph& graph_;
    std::vector<Level> levels_;
    std::vector<int> index_of_node_;   // in its level's things
    std::vector<int> index_of_group_;  // the same
    std::vector<int> depth_;           // of groups; 1 at the top
};

}  // namespace

Drawing lay_out(const Graph& graph) { return Drawer(graph).draw(); }

}  // namespace weir::layout
