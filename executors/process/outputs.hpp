// What a task wrote to the file $WEIR_OUTPUT: a JSON object, or key=value lines.
#pragma once

#include <string>
#include <string_view>

#include "scheduler/model/json.hpp"

namespace weir::process {

inline constexpr std::size_t kMaxOutputs = 1u << 20;  // bytes: a list of ten thousand file names
inline constexpr int kMaxNesting = 64;  // of objects and arrays: deeper ones exhaust the stack of whoever prints them

struct Outputs {
    model::Json values;   // an object; null without outputs
    std::string problem;  // empty, or why the file can't be used
    bool shortage =
        false;  // of the daemon's own descriptors or memory: the file may be well, and is worth another look
};
// Values of key=value lines stay strings; a later line of the same key wins.
[[nodiscard]] Outputs parse_outputs(std::string_view text);
// A file that isn't there is no outputs.
[[nodiscard]] Outputs read_outputs(const std::string& path);

}  // namespace weir::process
