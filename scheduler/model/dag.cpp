#include "scheduler/model/dag.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "scheduler/model/nearest.hpp"

namespace weir::model {

const Task* Dag::find(std::string_view task_id) const {
    const auto found = std::ranges::find(tasks, task_id, &Task::id);
    return found == tasks.end() ? nullptr : &*found;
}

namespace {

bool has_type(const Json& value, std::string_view type) {
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "boolean") return value.is_boolean();
    if (type == "array") return value.is_array();
    if (type == "object") return value.is_object();
    return type == "null" && value.is_null();
}

// Letters, not bytes: JSON Schema counts code points.
std::size_t length_of(const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

// std::regex matches by recursion, a few hundred bytes of stack for each character.
constexpr std::size_t kLongestMatched = 4096;

// What is wrong with `value`, or "" when it fits.
std::string misfit(const Json& schema, const Json& value) {
    const auto at = [&schema](const char* key) -> const Json* {
        const auto found = schema.find(key);
        return found == schema.end() ? nullptr : &*found;
    };
    if (const auto* type = at("type"); type != nullptr && !has_type(value, type->get<std::string>()))
        return fmt::format("must be of type {}, not {}", type->get<std::string>(), to_text(value));
    if (const auto* choices = at("enum"); choices != nullptr && std::ranges::find(*choices, value) == choices->end())
        return fmt::format("must be one of {}, not {}", to_text(*choices), to_text(value));
    if (const auto* least = at("minimum"); least != nullptr && value.is_number() && value < *least)
        return fmt::format("must be at least {}, not {}", to_text(*least), to_text(value));
    if (const auto* most = at("maximum"); most != nullptr && value.is_number() && value > *most)
        return fmt::format("must be at most {}, not {}", to_text(*most), to_text(value));
    if (!value.is_string()) return "";
    const auto& text = value.get_ref<const std::string&>();
    if (const auto* least = at("minLength"); least != nullptr && length_of(text) < least->get<std::size_t>())
        return fmt::format("must have at least {} characters", to_text(*least));
    if (const auto* most = at("maxLength"); most != nullptr && length_of(text) > most->get<std::size_t>())
        return fmt::format("must have at most {} characters", to_text(*most));
    if (at("pattern") != nullptr && text.size() > kLongestMatched)
        return fmt::format("is too long to be matched with its pattern: it may have {} bytes", kLongestMatched);
    if (const auto* pattern = at("pattern");
        pattern != nullptr && !std::regex_search(text, std::regex(pattern->get<std::string>())))
        return fmt::format("must match the pattern {}, not {}", to_text(*pattern), to_text(value));
    return "";
}

}  // namespace

ParamCheck check_params(const Dag& dag, const Json& given) {
    ParamCheck check;
    if (!given.is_object()) {
        check.errors.push_back(fmt::format("params must be an object, not {}", to_text(given)));
        return check;
    }
    std::vector<std::string> names;
    for (const auto& param : dag.params) names.push_back(param.name);
    for (const auto& [name, value] : given.items())
        if (std::ranges::find(names, name) == names.end())
            check.errors.push_back(fmt::format("unknown param '{}'{}", name, did_you_mean(name, names)));
    for (const auto& param : dag.params) {
        const auto found = given.find(param.name);
        if (found == given.end()) {
            if (param.fallback)
                check.params[param.name] = *param.fallback;
            else
                check.errors.push_back(fmt::format("param '{}' is required; it has no default", param.name));
            continue;
        }
        if (const auto wrong = misfit(param.schema, *found); !wrong.empty())
            check.errors.push_back(fmt::format("param '{}' {}", param.name, wrong));
        check.params[param.name] = *found;
    }
    return check;
}

}  // namespace weir::model
