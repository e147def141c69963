// `weir task notify`: delivers one notification to a webhook, by one POST of its message as JSON.
#pragma once

#include <string_view>

#include "executors/operators/operator.hpp"

namespace weir::operators {

// stdin: {"notifier": {"kind": "webhook", "webhook": ADDRESS, "headers": {name: TEXT}}, "message": {…}}, where ADDRESS and TEXT
// are texts or secrets ({"env": NAME}, {"file": path}). What went wrong stands in the output `reason`.
[[nodiscard]] int run_notify(std::string_view stdin_json, const OperatorEnvironment& environment);

}  // namespace weir::operators
