// What a try ran. The executor writes it into the run's log folder when it launches it.
#include <unistd.h>

#include "web/api/log_lines.hpp"
#include "web/api/lookup.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"

namespace weir::api {

using model::Json;

namespace {

constexpr const char* kFile = ".launches";
constexpr std::size_t kPiece = 1U << 20;
constexpr std::size_t kLongestLine = 16U << 20;

// The last whole line that begins so, without its beginning. Read in pieces: a run may have launched ten thousand tries.
std::optional<std::string> line_with(const LogFile& file, const std::string& beginning) {
    std::optional<std::string> found;
    std::string line;
    std::string piece(kPiece, '\0');
    for (std::uint64_t at = 0; at < file.size;) {
        const auto got = ::pread(file.fd.get(), piece.data(), piece.size(), static_cast<off_t>(at));
        if (got <= 0) break;
        at += static_cast<std::uint64_t>(got);
        std::string_view rest(piece.data(), static_cast<std::size_t>(got));
        while (!rest.empty()) {
            const auto end = rest.find('\n');
            const bool may_be = line.size() < beginning.size() || line.starts_with(beginning);
            if (may_be && line.size() < kLongestLine) line += rest.substr(0, end);
            if (end == std::string_view::npos) break;
            if (line.starts_with(beginning)) found = line.substr(beginning.size());
            line.clear();
            rest.remove_prefix(end + 1);
        }
    }
    return found;
}

std::optional<Json> launch_of(const Services& services, const model::Run& run, model::TryId id) {
    const auto file = open_log(services.log_folder, run.dag_id + "/" + run.run_id + "/" + kFile);
    const auto text = file ? line_with(*file, std::to_string(id.value) + " ") : std::nullopt;
    auto launch = text ? model::parse_json(*text) : std::nullopt;
    return launch && launch->is_object() ? launch : std::nullopt;
}

http::Response get_rendered(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto& number = request.path_param("try_number");
    const auto& task_id = request.path_param("task_id");
    const auto index = path_map_index(request);
    const auto row = index ? find_task_instance(services, request.path_param("dag_id"), request.path_param("run_id"),
                                                task_id, *index)
                           : std::nullopt;
    if (!row) return task_not_found(request.path_param("dag_id"), request.path_param("run_id"), task_id);
    const auto& instance = row->task_instance;
    for (const auto& attempt : services.history.tries(row->run.id, instance.task_id, instance.map_index)) {
        if (std::to_string(attempt.number) != number) continue;
        if (const auto launch = launch_of(services, row->run, attempt.id)) return json_answer(*launch);
        return error_answer(404, "What try " + number + " of `" + task_id +
                                     "` ran is not there: it was not launched, or its log was removed");
    }
    return error_answer(404, "The task instance `" + task_id + "` has no try " + number);
}

}  // namespace

void add_rendered(http::Router& router, const Services& services) {
    const std::string task = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}";
    for (const auto* path : {"/tries/{try_number}/rendered", "/{map_index}/tries/{try_number}/rendered"})
        router.add("GET", task + path,
                   [services](const http::Request& request) { return get_rendered(services, request); });
}

}  // namespace weir::api
