// States of tasks as pages show them: a character each, and the worst of many.
#pragma once

#include <map>
#include <optional>
#include <string_view>

#include "scheduler/model/json.hpp"
#include "scheduler/model/states.hpp"

namespace weir::api {

inline constexpr char kNotInRun = ' ';

[[nodiscard]] char code_of(model::TaskState state);
// "success"; "no_status" for none.
[[nodiscard]] std::string_view word_of(model::TaskState state);
// {"s": "success", …} with kNotInRun.
[[nodiscard]] model::Json codes_json();

// What a group or a mapped task shows: the state that asks most for attention.
[[nodiscard]] std::optional<model::TaskState> worst_of(const std::map<model::TaskState, int>& counts);

}  // namespace weir::api
