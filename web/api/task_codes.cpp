#include "web/api/task_codes.hpp"

namespace weir::api {

namespace {

using model::TaskState;

struct Code {
    TaskState state;
    char code;
};
// The worst first.
constexpr Code kCodes[] = {
    {TaskState::failed, 'f'},       {TaskState::upstream_failed, 'u'},   {TaskState::running, 'r'},
    {TaskState::up_for_retry, 't'}, {TaskState::up_for_reschedule, 'w'}, {TaskState::deferred, 'd'},
    {TaskState::queued, 'q'},       {TaskState::scheduled, 'c'},         {TaskState::none, '-'},
    {TaskState::success, 's'},      {TaskState::skipped, 'k'},           {TaskState::removed, 'x'}};

}  // namespace

char code_of(TaskState state) {
    for (const auto& known : kCodes)
        if (known.state == state) return known.code;
    return kNotInRun;
}

std::string_view word_of(TaskState state) {
    return state == TaskState::none ? std::string_view{"no_status"} : model::to_text(state);
}

model::Json codes_json() {
    model::Json codes{{std::string(1, kNotInRun), "not in this run"}};
    for (const auto& known : kCodes) codes[std::string(1, known.code)] = word_of(known.state);
    return codes;
}

std::optional<TaskState> worst_of(const std::map<TaskState, int>& counts) {
    for (const auto& known : kCodes)
        if (const auto found = counts.find(known.state); found != counts.end() && found->second > 0) return known.state;
    return std::nullopt;
}

}  // namespace weir::api
