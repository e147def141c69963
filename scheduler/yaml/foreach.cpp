#include "scheduler/yaml/foreach.hpp"

#include <optional>
#include <string>

#include "scheduler/yaml/scalar.hpp"
#include "scheduler/yaml/settings.hpp"

namespace weir::yaml {
namespace {

constexpr std::int64_t kFarthest = 1'000'000'000'000;

struct Range {
    std::int64_t from = 0;
    std::int64_t to = 0;  // excluded
    std::int64_t step = 1;

    [[nodiscard]] std::uint64_t count() const {
        const auto length = step > 0 ? to - from : from - to;
        const auto stride = step > 0 ? step : -step;
        return length <= 0 ? 0 : static_cast<std::uint64_t>((length - 1) / stride + 1);
    }
};

// {range: …}, and nothing beside it.
const Node* range_within(const Node& node) {
    const auto* map = node.map();
    return map != nullptr && map->entries.size() == 1 && map->entries.front().key == "range"
               ? &map->entries.front().value
               : nullptr;
}

Range range_of(const Node& node) {
    const auto number = [](const Node& part) {
        return part.scalar() == nullptr ? 0 : as_integer(*part.scalar()).value_or(0);
    };
    if (const auto* list = node.list(); list != nullptr && list->items.size() >= 2)
        return {number(list->items[0]), number(list->items[1]), list->items.size() > 2 ? number(list->items[2]) : 1};
    return {0, number(node), 1};
}

// Whether ${{ }} is around all of the text.
bool is_one_expression(std::string_view text) {
    constexpr std::string_view kBlank = " \n\t";
    text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
    text = text.substr(0, text.find_last_not_of(kBlank) + 1);
    return text.starts_with("${{") && text.ends_with("}}") && text.find("${{", 3) == std::string_view::npos;
}

}  // namespace

ShapePtr foreach_shape() {
    const auto value = shape("a value", AnyValue{false, true});
    auto bounds = list_of("[from, to] or [from, to, step]", whole(-kFarthest, kFarthest), 2);
    auto three = std::get<ListOf>(bounds->form);
    three.most = 3;
    bounds = shape(bounds->wanted, std::move(three));
    auto range = object({"a range",
                         "Whole numbers",
                         {{"range",
                           either("a number, [from, to] or [from, to, step]",
                                  {whole(0, static_cast<std::int64_t>(model::kMostItems)), std::move(bounds)}),
                           "How many, from 0 on; or [from, to] or [from, to, step], without `to` itself", true}}});
    Json no_range = {{"not", {{"required", Json::array({"range"})}, {"maxProperties", 1}}}};
    constexpr auto kWanted = "a list, a map, {range: 5}, or an expression that gives a list or a map";
    return with_templates(either(
        kWanted,
        {shape("a list of values", ListOf{value, 0, false, model::kMostItems}),
         shape("a map of values", MapOf{Text{}, value, 0, model::kMostItems, std::move(no_range)}), std::move(range)},
        [](const Node& node) -> std::size_t {
            if (range_within(node) != nullptr) return 2;
            return node.map() != nullptr ? 1 : 0;
        }));
}

model::Foreach foreach_of(const Node& node, std::size_t& range_items_left) {
    model::Foreach foreach;
    foreach
        .items = model::Json::array();
    if (const auto* scalar = node.scalar()) {
        foreach
            .items = scalar->text;
    } else if (const auto* written = range_within(node)) {
        const auto range = range_of(*written);
        if (range.step == 0 || range.count() > std::min(model::kMostItems, range_items_left)) return foreach;
        range_items_left -= range.count();
        auto value = range.from;
        for (auto left = range.count(); left > 0; --left, value += range.step)
            foreach
                .items.push_back(value);
    } else {
        foreach
            .items = to_json(node);
    }
    return foreach;
}

void judge_foreach(const Node& node, const model::Foreach& foreach, Problems& problems) {
    if (node.faulty) return;
    if (const auto* scalar = node.scalar()) {
        if (!is_one_expression(scalar->text))
            problems.add(node.place, "foreach: expected one expression with nothing around it, such as {}",
                         "${{ params.files }} or ${{ [params.first, 'b'] }}");
        return;
    }
    const auto* written = range_within(node);
    if (written == nullptr || written->faulty) return;
    const auto range = range_of(*written);
    if (range.step == 0)
        problems.add(written->place, "range: a step of 0 never arrives; write a step such as 1 or -1");
    else if (range.count() > model::kMostItems)
        problems.add(written->place, "range: {} items; at most {} may stand here", range.count(), model::kMostItems);
    else if (range.count() != foreach.items.size())
        problems.add(written->place, "the ranges of a file have at most {} items together; let a task make the list",
                     kMostRangeItems);
}

}  // namespace weir::yaml
