// A log as the bytes that it is: whole, from an offset, a range of it, as a file to keep, or for as long as the task writes.
// Internal to this folder; logs.cpp finds the log.
#pragma once

#include <optional>
#include <string>

#include "web/api/log_lines.hpp"
#include "web/api/routes.hpp"

namespace weir::api {

// The log of one try.
struct TryLog {
    std::string dag_id;
    std::string run_id;
    model::RunId run;
    std::string task_id;
    int map_index = -1;
    int try_number = 1;
    std::string path;    // below the log folder
    bool ended = false;  // nothing is written to it any more; read before `file`
    LogFile file;
};

[[nodiscard]] bool has_ended(model::TryState state);
[[nodiscard]] std::optional<model::Try> find_try(const Services& services, model::RunId run, const std::string& task_id,
                                                 int map_index, std::int64_t number);

struct TextOptions {
    std::int64_t offset = 0;  // where to begin; negative: counted from the end
    bool download = false;
    bool follow = false;
};
// `range` is the request's header, or "".
[[nodiscard]] http::Response text_answer(const Services& services, TryLog log, const TextOptions& options,
                                         std::string_view range);

}  // namespace weir::api
