// A table of keys with, for each, where its value goes: the one place that knows an object of the file.
#pragma once

#include <utility>
#include <vector>

#include "scheduler/yaml/shape.hpp"

namespace weir::yaml {

template <class Target>
class Table {
   public:
    struct Row {
        Key key;
        void (*store)(Target& target, const Node& value);
    };

    // `head`: name, doc, rules and scope; its keys come from the rows.
    Table(Object head, std::vector<Row> rows) : rows_(std::move(rows)) {
        for (const auto& row : rows_) head.keys.push_back(row.key);
        shape_ = object(std::move(head));
    }

    [[nodiscard]] const ShapePtr& shape() const { return shape_; }

    // Stores what is there and passed its check, in the order of the table: a row may build on those above it.
    void fill(const Node& node, Target& target) const {
        const auto* map = node.map();
        if (map == nullptr || node.faulty) return;
        for (const auto& row : rows_)
            if (const auto* entry = map->find(row.key.name); entry != nullptr && !entry->value.faulty)
                row.store(target, entry->value);
    }

   private:
    std::vector<Row> rows_;
    ShapePtr shape_;
};

}  // namespace weir::yaml
