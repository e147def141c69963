#include "daemon/cli/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <fstream>

#include "daemon/cli/output.hpp"
#include "scheduler/model/instance_name.hpp"

namespace weir::daemon::cli {
namespace {

constexpr std::size_t kTailLines = 15;
constexpr std::streamoff kTailBytes = 16 << 10;  // a log may be gigabytes
constexpr std::size_t kNamesInLiveLine = 3;

std::string clock_time(model::TimePoint t) { return model::format_rfc3339(t).substr(11, 8); }

std::string took(const model::TaskInstance& task) {
    if (!task.started_at || !task.ended_at) return "";
    const auto length = *task.ended_at - *task.started_at;
    return short_seconds(static_cast<double>(length.count()) / 1e6);
}

}  // namespace

Progress::Progress(std::size_t tasks, std::filesystem::path log_folder)
    : total_(tasks), log_folder_(std::move(log_folder)), live_(stdout_is_terminal()) {}

void Progress::say(const std::string& line) {
    fmt::print("{}{}\n", live_ ? "\r\x1b[K" : "", line);
    std::fflush(stdout);
}

void Progress::show(const core::Turn& turn) {
    for (const auto& change : turn.changes) {
        if (const auto* run = std::get_if<model::Run>(&change)) run_ = *run;
        if (const auto* attempt = std::get_if<model::Try>(&change))
            log_paths_[model::instance_name(attempt->task_id, attempt->map_index)] = attempt->log_path;
    }
    for (const auto& change : turn.changes)
        if (const auto* task = std::get_if<model::TaskInstance>(&change)) show_task(*task);
}

void Progress::show_task(const model::TaskInstance& task) {
    const auto name = model::instance_name(task.task_id, task.map_index);
    const auto before = tasks_.find(name);
    const bool changed = before == tasks_.end() || before->second.state != task.state;
    tasks_[name] = task;
    if (!changed) return;
    const auto line = [&task, &name](model::TimePoint at, const std::string& rest) {
        return fmt::format("{}  {:<24} {}{}", paint(clock_time(at), Colour::grey), name,
                           paint_state(model::to_text(task.state)), rest.empty() ? "" : "  " + rest);
    };
    switch (task.state) {
        case model::TaskState::none:
        case model::TaskState::scheduled:
        case model::TaskState::queued:
        case model::TaskState::removed:
            return;
        case model::TaskState::running:
            say(line(task.started_at.value_or(run_.queued_at),
                     task.try_number > 1 ? fmt::format("try {}", task.try_number) : ""));
            return;
        case model::TaskState::success: {
            auto rest = took(task);
            if (task.outputs.is_object() && !task.outputs.empty())
                rest += "  " + paint(model::to_text(task.outputs), Colour::grey);
            say(line(task.ended_at.value_or(run_.queued_at), rest));
            return;
        }
        case model::TaskState::up_for_reschedule:
        case model::TaskState::deferred:
            if (task.mapped > 0) return;  // its instances say more
            say(line(task.waits_since.value_or(run_.queued_at), task.reason));
            return;
        case model::TaskState::up_for_retry:
            say(line(task.ended_at.value_or(run_.queued_at),
                     fmt::format("{}; again at {}", task.reason, clock_time(task.retry_at.value_or(run_.queued_at)))));
            show_log_tail(task);
            return;
        case model::TaskState::failed:
            say(line(task.ended_at.value_or(run_.queued_at), fmt::format("{}  {}", task.reason, took(task))));
            show_log_tail(task);
            return;
        case model::TaskState::skipped:
        case model::TaskState::upstream_failed:
            say(line(task.ended_at.value_or(run_.queued_at), task.reason));
            return;
    }
}

void Progress::show_log_tail(const model::TaskInstance& task) {
    const auto path = log_paths_.find(model::instance_name(task.task_id, task.map_index));
    if (path == log_paths_.end()) return;
    std::ifstream log(log_folder_ / path->second, std::ios::binary | std::ios::ate);
    if (!log) return;
    log.seekg(std::max<std::streamoff>(0, static_cast<std::streamoff>(log.tellg()) - kTailBytes));
    std::deque<std::string> tail;
    for (std::string text; std::getline(log, text);) {
        tail.push_back(std::move(text));
        if (tail.size() > kTailLines) tail.pop_front();
    }
    for (const auto& text : tail) say(paint("          | " + text, Colour::grey));
}

void Progress::tick(model::TimePoint now) {
    if (!live_) return;
    std::vector<std::string> running;
    std::size_t done = 0;
    for (const auto& [task_id, task] : tasks_) {
        if (is_finished(task.state)) ++done;
        if (task.state == model::TaskState::running && task.started_at)
            running.push_back(fmt::format(
                "{} {}", task_id,
                model::format_duration(std::chrono::duration_cast<std::chrono::seconds>(now - *task.started_at))));
    }
    auto line = fmt::format("{}/{} done", done, std::max(total_, tasks_.size()));
    for (std::size_t i = 0; i < std::min(running.size(), kNamesInLiveLine); ++i) line += "  " + running[i];
    if (running.size() > kNamesInLiveLine) line += fmt::format("  and {} more", running.size() - kNamesInLiveLine);
    fmt::print("\r\x1b[K{}", paint(line, Colour::blue));
    std::fflush(stdout);
}

}  // namespace weir::daemon::cli
