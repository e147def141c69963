#include "daemon/simulate.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <queue>
#include <set>

#include "daemon/simulated_windows.hpp"
#include "scheduler/calendar/cron.hpp"
#include "scheduler/core/step.hpp"

namespace weir::daemon {
namespace {

struct Exit {
    model::TimePoint at;
    model::TryId id;
    bool operator>(const Exit& other) const { return std::tie(at, id) > std::tie(other.at, other.id); }
};

// What waits for a person or for another DAG takes as long as any task here. Nobody is told, and nothing is paused: no task
// has outputs here, for want of which some will fail.
std::shared_ptr<const model::Dag> alone(const model::Dag& dag) {
    auto copy = std::make_shared<model::Dag>(dag);
    copy->alerts.clear();
    copy->pause_after_failures = 0;
    for (auto& task : copy->tasks) {
        task.alerts.clear();
        const auto* call = std::get_if<model::OperatorCall>(&task.action);
        if (call == nullptr) continue;
        const bool outside = call->kind == model::OperatorKind::dag || call->kind == model::OperatorKind::approve ||
                             (call->kind == model::OperatorKind::wait && call->settings.contains("run"));
        if (outside) task.action = model::ShellScript{"true"};
    }
    return copy;
}

// The world as the core sees it when nothing but time matters: every pool is wide, every executor there.
std::vector<core::Input> first_inputs(const std::vector<std::shared_ptr<const model::Dag>>& dags) {
    constexpr int kWide = 1 << 20;
    std::set<std::string> pools, executors;
    for (const auto& dag : dags)
        for (const auto& task : dag->tasks) {
            pools.insert(task.pool);
            executors.insert(task.executor);
        }
    core::PoolsConfigured configured{{}, kWide};
    for (const auto& pool : pools) configured.pools.push_back({pool, kWide, ""});
    std::vector<core::Input> inputs{std::move(configured)};
    for (const auto& executor : executors) inputs.emplace_back(core::ExecutorListed{executor, "simulated", "", {}});
    for (const auto& dag : dags) inputs.emplace_back(core::DagLoaded{alone(*dag)});
    return inputs;
}

// The schedules of the DAGs, compiled once.
class Reasons {
   public:
    explicit Reasons(const std::vector<std::shared_ptr<const model::Dag>>& dags) {
        for (const auto& dag : dags)
            for (const auto& schedule : dag->schedule) {
                const auto* setting = std::get_if<model::CronSchedule>(&schedule);
                if (setting == nullptr) continue;
                auto cron = calendar::Cron::parse(setting->cron);
                auto zone = calendar::Zone::find(setting->timezone);
                if (cron && zone) entries_[dag->id].push_back({std::move(*cron), std::move(*zone), setting->catchup});
            }
    }

    [[nodiscard]] std::string of(const model::Run& run) const {
        if (run.cause.is_object() && run.cause.value("kind", "") == "windows")
            return fmt::format("windows of {}: {}",
                               fmt::join(run.cause["assets"].get<std::vector<std::string>>(), ", "),
                               run.cause["reason"].get<std::string>());
        const auto entries = entries_.find(run.dag_id);
        if (!run.logical_date || entries == entries_.end()) return "";
        std::string text;
        for (const auto& entry : entries->second) {
            if (!ticks_at(entry, *run.logical_date)) continue;
            text += fmt::format("{}'{}'{}", text.empty() ? "" : " and ", entry.cron.text(),
                                of_clocks(entry, *run.logical_date));
            // With the others, a tick that cannot be made in time is left to the next.
            if (run.queued_at - *run.logical_date >= kLate)
                text += fmt::format(", made up for at {} (catchup {}), when the queue had room",
                                    model::format_rfc3339(run.queued_at), to_text(entry.catchup));
        }
        return text;
    }

   private:
    static constexpr std::chrono::seconds kLate{1};

    struct Entry {
        calendar::Cron cron;
        calendar::Zone zone;
        model::Catchup catchup;
    };

    static bool ticks_at(const Entry& entry, model::TimePoint t) {
        return entry.cron.next_after(t - std::chrono::microseconds{1}, entry.zone) == t;
    }

    static std::string clock(calendar::Zone::LocalTime local) {
        const std::chrono::hh_mm_ss time{local - std::chrono::floor<std::chrono::days>(local)};
        return fmt::format("{:02}:{:02}", time.hours().count(), time.minutes().count());
    }

    static std::string of_clocks(const Entry& entry, model::TimePoint tick) {
        if (const auto skipped = entry.cron.left_out(tick, entry.zone))
            return fmt::format(", moved: the clock goes from {} to {} and has no {}", clock(before_gap(entry, tick)),
                               clock(entry.zone.local_time(tick)), clock(*skipped));
        const auto local = entry.zone.local_time(tick);
        const auto shown = entry.zone.instants_of(local);
        if (!shown.second) return "";
        const auto both = ticks_at(entry, *shown.second);
        return fmt::format(", {}: the clock shows {} twice",
                           !both                   ? "once, the first time"
                           : tick == *shown.second ? "the second time"
                                                   : "the first time",
                           clock(local));
    }

    static calendar::Zone::LocalTime before_gap(const Entry& entry, model::TimePoint tick) {
        return entry.zone.local_time(tick - std::chrono::seconds{1}) + std::chrono::seconds{1};
    }

    std::map<std::string, std::vector<Entry>, std::less<>> entries_;
};

}  // namespace

std::vector<SimulatedRun> simulate(const std::vector<std::shared_ptr<const model::Dag>>& dags, Span span,
                                   model::Duration task_time, std::size_t most) {
    core::State state;
    std::map<model::RunId, model::Run> runs;
    std::priority_queue<Exit, std::vector<Exit>, std::greater<>> exits;
    SimulatedWindows windows(dags);
    auto inputs = first_inputs(dags);
    auto now = span.from;
    auto next_windows = windows.next_after(now);
    while (now <= span.to) {
        if (next_windows && *next_windows <= now) {
            inputs.emplace_back(windows.tell(*next_windows));
            next_windows = windows.next_after(*next_windows);
        }
        if (auto questions = core::ledger_questions(state, inputs, now); !questions.empty())
            inputs.insert(inputs.begin(), windows.read(std::move(questions)));
        const auto turn = core::step(state, inputs, now);
        inputs.clear();
        for (const auto& change : turn.changes)
            if (const auto* run = std::get_if<model::Run>(&change)) {
                runs[run->id] = *run;
                windows.note(*run);
            }
        if (runs.size() >= most) break;
        for (const auto& effect : turn.effects)
            if (const auto* launch = std::get_if<core::Launch>(&effect)) exits.push({now + task_time, launch->id});
        std::optional<model::TimePoint> next = turn.wake_at;
        if (!exits.empty() && (!next || exits.top().at < *next)) next = exits.top().at;
        if (next_windows && (!next || *next_windows < *next)) next = next_windows;
        if (!next) break;
        now = std::max(now, *next);
        while (!exits.empty() && exits.top().at <= now) {
            inputs.push_back(core::TryExited{.id = exits.top().id, .at = now, .exit_code = 0});
            exits.pop();
        }
    }
    const Reasons reasons(dags);
    std::vector<SimulatedRun> in_order;
    for (auto& [id, run] : runs) {
        if (in_order.size() == most) break;
        auto reason = reasons.of(run);
        in_order.push_back({std::move(run), std::move(reason)});
    }
    return in_order;
}

}  // namespace weir::daemon
