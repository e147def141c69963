#include "scheduler/core/why_words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "scheduler/model/instance_name.hpp"

namespace weir::core {

namespace ch = std::chrono;

std::string rough_length(ch::microseconds length) {
    const auto seconds = ch::floor<ch::seconds>(length);
    if (seconds >= ch::days{1}) return model::format_duration(ch::floor<ch::hours>(seconds));
    if (seconds >= ch::hours{1}) return model::format_duration(ch::floor<ch::minutes>(seconds));
    return seconds < ch::seconds{1} ? "less than 1s" : model::format_duration(seconds);
}

std::string when(TimePoint t, TimePoint now) {
    const auto text = model::format_rfc3339(ch::floor<ch::seconds>(t));
    if (t > now) return fmt::format("{} (in {})", text, rough_length(t - now));
    return fmt::format("{} ({} ago)", text, rough_length(now - t));
}

std::string since(TimePoint t, TimePoint now) {
    return fmt::format("since {} ({})", model::format_rfc3339(ch::floor<ch::seconds>(t)), rough_length(now - t));
}

std::string count_of(std::size_t count, const char* what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string NameList::text() const {
    if (count_ > names_.size()) return fmt::format("{} and {} more", fmt::join(names_, ", "), count_ - names_.size());
    if (names_.size() < 2) return names_.empty() ? "" : names_.front();
    return fmt::format("{} and {}", fmt::join(names_.begin(), names_.end() - 1, ", "), names_.back());
}

std::string task_name_of(const LiveRun& run, RecordIndex index) {
    return model::instance_name(run.task(index).id, run.tasks[index].map_index);
}

std::string name_of(const LiveRun& run, RecordIndex index) {
    return fmt::format("{}/{}/{}", run.row.dag_id, run.row.run_id, task_name_of(run, index));
}

}  // namespace weir::core
