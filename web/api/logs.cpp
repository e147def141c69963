// The log of a try: as JSON in Airflow's shape, page by page; as JSON lines; or as the bytes that they are.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "web/api/dto.hpp"
#include "web/api/log_lines.hpp"
#include "web/api/log_text.hpp"
#include "web/api/lookup.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"
#include "web/http/accept.hpp"

namespace weir::api {

using model::Json;

namespace {

constexpr std::uint64_t kPage = 1 << 20;  // of the file, for an answer that isn't asked for full_content

enum class Format { json, json_lines, text };  // in the order of kTypes

Format format_of(const http::Request& request) {
    static constexpr std::array<std::string_view, 3> kTypes{"application/json", "application/x-ndjson", "text/plain"};
    return static_cast<Format>(http::preferred(request.header("Accept"), kTypes));
}

// Written by hand but for the line itself: a log has millions of them. Tasks write no times, so none are made up.
std::string event(const std::string& line) {
    return R"({"event":)" + model::to_text(Json(line)) + R"(,"timestamp":null})";
}

// The bytes of a log that one answer covers, and how the reader gets the next ones.
struct Range {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    bool last = false;  // the log ended, and this is its end

    [[nodiscard]] std::string token() const { return std::to_string(end); }
};

Range choose_range(const LogFile& log, std::uint64_t start, bool everything, bool ended) {
    Range range;
    range.start = std::min(start, log.size);
    range.end = everything ? log.size : std::min(log.size, range.start + kPage);
    range.last = ended && range.end == log.size;
    if (!range.last) range.end = end_of_lines(log, range.start, range.end);
    return range;
}

http::BodyStream json_lines(LogFile log, const Range& range) {
    auto lines = std::make_shared<LogLines>(std::move(log), range.start, range.end);
    const auto next = [lines]() -> std::optional<std::string> {
        const auto some = lines->next();
        if (!some) return std::nullopt;
        std::string text;
        for (const auto& line : *some) text += event(line) + "\n";
        return text;
    };
    return {std::nullopt, next};
}

// {"content":[…],"continuation_token":…}, written as the file is read.
http::BodyStream json_document(LogFile log, const Range& range) {
    struct Writer {
        LogLines lines;
        std::string end;
        bool begun = false;
        bool ended = false;
    };
    const auto token = range.last ? Json() : Json(range.token());
    auto writer =
        std::make_shared<Writer>(Writer{LogLines(std::move(log), range.start, range.end),
                                        fmt::format(R"(],"continuation_token":{}}})", model::to_text(token))});
    const auto next = [writer]() -> std::optional<std::string> {
        if (writer->ended) return "";
        const auto some = writer->lines.next();
        if (!some) return std::nullopt;
        std::string text;
        if (!writer->begun) text = R"({"content":[)";
        for (std::size_t i = 0; i < some->size(); ++i) {
            if (writer->begun || i > 0) text += ',';
            text += event((*some)[i]);
        }
        writer->begun = true;
        writer->ended = some->empty();
        return writer->ended ? text + writer->end : text;
    };
    return {std::nullopt, next};
}

http::Response get_log(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    // A browser that follows a link asks for HTML first.
    const bool download = parameters.flag("download").value_or(false);
    const auto format = download ? Format::text : format_of(request);
    const bool follow = parameters.flag("follow").value_or(false);
    const bool everything = parameters.flag("full_content").value_or(false);
    const auto token = parameters.number("token", 0, INT64_MAX / 2);
    const auto offset = parameters.number("offset", INT64_MIN / 2, INT64_MAX / 2);
    if (offset && format != Format::text)
        parameters.fault("offset", "goes with Accept: text/plain; JSON has token", *offset);
    if (follow && format != Format::text)
        parameters.fault("follow", "goes with Accept: text/plain; JSON has token", follow);
    const auto map_index = parameters.number("map_index", -1, INT32_MAX);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);

    const auto& dag_id = request.path_param("dag_id");
    const auto& run_id = request.path_param("run_id");
    const auto& task_id = request.path_param("task_id");
    const auto number = path_number<int>(request, "try_number");
    const auto row = find_task_instance(services, dag_id, run_id, task_id, static_cast<int>(map_index.value_or(-1)));
    if (!row) return task_not_found(dag_id, run_id, task_id);
    TryLog log{.dag_id = dag_id,
               .run_id = run_id,
               .run = row->run.id,
               .task_id = task_id,
               .map_index = row->task_instance.map_index,
               .try_number = number.value_or(0)};
    const auto attempt = number ? find_try(services, log.run, log.task_id, log.map_index, *number) : std::nullopt;
    if (!attempt)
        return error_answer(
            404, fmt::format("The task instance `{}` has no try {}", task_id, request.path_param("try_number")));

    // The state was read before the size: a try that had ended has its whole log on disk.
    log.ended = has_ended(attempt->state);
    log.path = attempt->log_path;
    auto file = open_log(services.log_folder, attempt->log_path);
    if (!file && log.ended)
        return error_answer(
            404, fmt::format("The log of try {} of `{}` is not there: the try never started, or the log was removed",
                             log.try_number, task_id));
    if (file) log.file = std::move(*file);  // else it starts this very moment
    if (format == Format::text)
        return text_answer(services, std::move(log), {offset.value_or(token.value_or(0)), download, follow},
                           request.header("If-Range").empty() ? request.header("Range") : "");

    const auto start = static_cast<std::uint64_t>(token.value_or(0));
    if (start > log.file.size) {
        parameters.fault("token", "is not one of this log", token.value_or(0));
        return *parameters.refusal();
    }
    const auto range = choose_range(log.file, start, everything || format == Format::json_lines, log.ended);
    http::Response response;
    if (!range.last) response.headers.emplace("Airflow-Continuation-Token", range.token());
    if (format == Format::json_lines) response.content_type = "application/x-ndjson";
    response.stream = format == Format::json_lines ? json_lines(std::move(log.file), range)
                                                   : json_document(std::move(log.file), range);
    return response;
}

}  // namespace

void add_logs(http::Router& router, const Services& services) {
    router.add("GET", "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{try_number}",
               [services](const http::Request& request) { return get_log(services, request); });
}

}  // namespace weir::api
