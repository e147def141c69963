// The expression tests' world: a few names with values, and outcomes as one line of text.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "scheduler/expr/expression.hpp"

namespace weir::expr {

inline const Json& world() {
    static const Json kWorld = *model::parse_json(R"({
        "params": {"min_views": 3, "rate": 2.5, "on": true, "empty": "", "nothing": null, "name": "Zoë",
                   "list": [1, 2, 3], "object": {"a-b": {"c": 7}}, "huge": 18446744073709551615},
        "window": {"start": "2026-11-22T00:30:00+01:00", "end": "2026-11-22T00:35:00+01:00"},
        "tasks": {"load-views": {"state": "success", "outputs": {"rows": "12"}}}
    })");
    return kWorld;
}

inline std::optional<std::string> check_name(std::span<const std::string> path) {
    if (world().contains(path.front())) return std::nullopt;
    return fmt::format("unknown name '{}'", path.front());
}

inline std::optional<Json> look_up(std::span<const std::string> path) {
    const Json* at = &world();
    for (const auto& name : path) {
        if (!at->is_object() || !at->contains(name)) return std::nullopt;
        at = &(*at)[name];
    }
    return *at;
}

// The JSON text of the value, "error: …" or "fault at 7: …".
inline std::string value(std::string_view text) {
    const auto expression = Expression::compile(text, check_name);
    if (!expression) return fmt::format("fault at {}: {}", expression.error().offset, expression.error().message);
    const auto result = expression->evaluate(look_up);
    return result ? model::to_text(*result) : "error: " + result.error().message;
}

inline std::string rendered(std::string_view text) {
    const auto compiled = Template::compile(text, check_name);
    if (!compiled) return fmt::format("fault at {}: {}", compiled.error().offset, compiled.error().message);
    const auto result = compiled->render(look_up);
    return result ? model::to_text(*result) : "error: " + result.error().message;
}

// "text <- params"
inline std::string rendered_sql(std::string_view text) {
    const auto compiled = Template::compile_sql(text, check_name);
    if (!compiled) return fmt::format("fault at {}: {}", compiled.error().offset, compiled.error().message);
    const auto result = compiled->render_sql(look_up);
    if (!result) return "error: " + result.error().message;
    return fmt::format("{} <- {}", (*result)["text"].get<std::string>(), model::to_text((*result)["params"]));
}

}  // namespace weir::expr
