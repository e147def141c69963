#include "web/layout/layout.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <random>

#include "web/layout/layers.hpp"

using namespace weir::layout;

namespace {

Graph flat(std::size_t nodes, std::vector<Edge> edges) {
    return {std::vector<int>(nodes, kNone), {}, std::move(edges)};
}

bool overlap(const Box& a, const Box& b) {
    return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

bool contains(const Box& outer, const Box& inner) {
    return outer.x <= inner.x && outer.y <= inner.y && inner.x + inner.width <= outer.x + outer.width &&
           inner.y + inner.height <= outer.y + outer.height;
}

int overlaps(const std::vector<Box>& boxes) {
    int count = 0;
    for (std::size_t i = 0; i < boxes.size(); ++i)
        for (std::size_t j = i + 1; j < boxes.size(); ++j) count += overlap(boxes[i], boxes[j]) ? 1 : 0;
    return count;
}

// Each node from up to three of the forty before it, the same in every run.
Graph random_graph(std::size_t nodes, unsigned seed) {
    std::mt19937 random(seed);
    auto graph = flat(nodes, {});
    for (std::size_t i = 1; i < nodes; ++i) {
        std::vector<int> from;
        for (unsigned k = random() % 4; k > 0; --k) {
            const auto back = 1 + random() % std::min<std::size_t>(i, 40);
            const auto node = static_cast<int>(i - back);
            if (std::find(from.begin(), from.end(), node) == from.end()) from.push_back(node);
        }
        for (const int node : from) graph.edges.push_back({node, static_cast<int>(i)});
    }
    return graph;
}

}  // namespace

TEST_CASE("nothing is an empty drawing") {
    const auto drawing = lay_out({});
    CHECK(drawing.width == 0);
    CHECK(drawing.height == 0);
}

TEST_CASE("a chain is a row from left to right") {
    const auto drawing = lay_out(flat(3, {{0, 1}, {1, 2}}));
    CHECK(drawing.nodes[1].x == kNodeWidth + kLayerGap);
    CHECK(drawing.nodes[2].x == 2 * (kNodeWidth + kLayerGap));
    CHECK(drawing.nodes[0].y == drawing.nodes[2].y);
    CHECK(drawing.width == 3 * kNodeWidth + 2 * kLayerGap);
    CHECK(drawing.height == kNodeHeight);
}

TEST_CASE("a node stands behind the longest path to it") {
    const auto drawing = lay_out(flat(4, {{0, 1}, {1, 2}, {2, 3}, {0, 3}}));
    CHECK(drawing.nodes[3].x == 3 * (kNodeWidth + kLayerGap));
}

TEST_CASE("what nothing leads to stands right before what it leads to") {
    const auto drawing = lay_out(flat(4, {{0, 1}, {1, 2}, {3, 2}}));
    CHECK(drawing.nodes[3].x == drawing.nodes[1].x);
}

TEST_CASE("a fan is centred on the node that it comes from") {
    const auto drawing = lay_out(flat(4, {{0, 1}, {0, 2}, {0, 3}}));
    CHECK(drawing.nodes[0].y == doctest::Approx(drawing.nodes[2].y));
}

TEST_CASE("an edge begins at the right of its node and ends at the left of the other") {
    const auto drawing = lay_out(flat(2, {{0, 1}}));
    const auto& points = drawing.edges[0];
    REQUIRE(points.size() == 2);
    CHECK(points[0].x == drawing.nodes[0].x + kNodeWidth);
    CHECK(points[0].y == drawing.nodes[0].y + kNodeHeight / 2);
    CHECK(points[1].x == drawing.nodes[1].x);
}

TEST_CASE("a long edge goes around the nodes of the layers between") {
    const auto drawing = lay_out(flat(3, {{0, 1}, {1, 2}, {0, 2}}));
    const auto& points = drawing.edges[2];
    REQUIRE(points.size() == 3);
    CHECK_FALSE(overlap(drawing.nodes[1], {points[1].x, points[1].y, 0.1, 0.1}));
}

TEST_CASE("edges that cross in the order of the file are untangled") {
    auto layers = make_layers({40, 40, 40, 40}, {{0, 3}, {1, 2}});
    order_layers(layers);
    const auto at = [&layers](int item) {
        const auto& layer = layers.layers[1];
        return std::find(layer.begin(), layer.end(), item) - layer.begin();
    };
    const bool first_above = layers.layers[0].front() == 0;
    CHECK((at(3) < at(2)) == first_above);
}

TEST_CASE("nodes never overlap") {
    for (unsigned seed = 1; seed <= 20; ++seed) CHECK(overlaps(lay_out(random_graph(120, seed)).nodes) == 0);
}

TEST_CASE("every edge leads to the right") {
    const auto graph = random_graph(200, 7);
    const auto drawing = lay_out(graph);
    for (const auto& points : drawing.edges)
        for (std::size_t i = 1; i < points.size(); ++i) CHECK(points[i - 1].x < points[i].x);
}

TEST_CASE("nodes without edges stand in rows, below the rest") {
    const auto drawing = lay_out(flat(102, {{0, 1}}));
    CHECK(overlaps(drawing.nodes) == 0);
    for (std::size_t i = 2; i < 102; ++i) CHECK(drawing.nodes[i].y >= kNodeHeight + kNodeGap);
    CHECK(drawing.height < 30 * (kNodeHeight + kNodeGap));
}

TEST_CASE("a group is a box around its nodes, with room for its header") {
    const auto drawing = lay_out({{kNone, 0, 0, kNone}, {kNone}, {{0, 1}, {1, 2}, {2, 3}}});
    CHECK(contains(drawing.groups[0], drawing.nodes[1]));
    CHECK(contains(drawing.groups[0], drawing.nodes[2]));
    CHECK_FALSE(overlap(drawing.groups[0], drawing.nodes[0]));
    CHECK_FALSE(overlap(drawing.groups[0], drawing.nodes[3]));
    CHECK(drawing.nodes[1].y - drawing.groups[0].y >= kHeader);
}

TEST_CASE("groups stand within groups") {
    const auto drawing = lay_out({{1, 1, 0, kNone}, {kNone, 0}, {{0, 1}, {1, 2}, {2, 3}}});
    CHECK(contains(drawing.groups[0], drawing.groups[1]));
    CHECK(contains(drawing.groups[1], drawing.nodes[0]));
    CHECK(contains(drawing.groups[0], drawing.nodes[2]));
    CHECK_FALSE(overlap(drawing.groups[1], drawing.nodes[2]));
}

TEST_CASE("an edge into a group crosses its border at the height of its end") {
    const auto drawing = lay_out({{kNone, 0}, {kNone}, {{0, 1}}});
    const auto& points = drawing.edges[0];
    REQUIRE(points.size() == 3);
    CHECK(points[1].x == drawing.groups[0].x);
    CHECK(points[1].y == points[2].y);
}

TEST_CASE("two groups that lead to each other are drawn all the same") {
    const auto drawing = lay_out({{0, 1, 0, 1}, {kNone, kNone}, {{0, 1}, {1, 2}, {2, 3}}});
    CHECK_FALSE(overlap(drawing.groups[0], drawing.groups[1]));
    CHECK(overlaps(drawing.nodes) == 0);
}

TEST_CASE("a group without nodes is an empty box") {
    const auto drawing = lay_out({{kNone}, {kNone}, {}});
    CHECK(drawing.groups[0].width > 0);
    CHECK_FALSE(overlap(drawing.groups[0], drawing.nodes[0]));
}

TEST_CASE("ten thousand nodes are drawn in a moment") {
    const auto graph = random_graph(10'000, 3);
    const auto start = std::chrono::steady_clock::now();
    const auto drawing = lay_out(graph);
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
    MESSAGE("10,000 nodes, ", graph.edges.size(), " edges: ", taken.count(), " ms");
    CHECK(drawing.nodes.size() == 10'000);
    CHECK(taken.count() < 5'000);  // 100 on an idle machine; the tests' may be busy, and under a sanitizer
}

TEST_CASE("a thousand nodes that all lead to a thousand others cost no more than their edges") {
    auto graph = flat(2'000, {});
    for (int i = 0; i < 1'000; ++i)
        for (int j = 0; j < 100; ++j) graph.edges.push_back({i, 1'000 + (i + j * 7) % 1'000});
    CHECK(lay_out(graph).edges.size() == 100'000);
}

TEST_CASE("a chain whose first node leads to all others keeps its points few") {
    auto graph = flat(5'000, {});
    for (int i = 1; i < 5'000; ++i) {
        graph.edges.push_back({i - 1, i});
        if (i > 1) graph.edges.push_back({0, i});
    }
    std::size_t points = 0;
    for (const auto& edge : lay_out(graph).edges) points += edge.size();
    CHECK(points < 100'000);
}
