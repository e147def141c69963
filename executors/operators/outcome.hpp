// What an operator's run brings, when no error ended it.
#pragma once

#include "executors/operators/log.hpp"
#include "executors/operators/operator.hpp"
#include "scheduler/model/json.hpp"
#include "scheduler/model/result.hpp"

namespace weir::operators {

struct Outcome {
    bool succeeded = true;
    model::Json outputs = model::Json::object();
    std::optional<std::string> waiting_for;  // of a wait that has found nothing yet
};

}  // namespace weir::operators
