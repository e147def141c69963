#include "scheduler/yaml/judge_schedules.hpp"

#include <algorithm>

#include "scheduler/model/event.hpp"

namespace weir::yaml {
namespace {

// "views/*" waits for every key of it.
bool waits_for(const model::WindowSchedule& windows, const model::AssetKey& produced) {
    return std::ranges::any_of(windows.assets, [&produced](const std::string& text) {
        const auto asset = model::parse_asset(text);
        return asset.asset == produced.asset &&
               (asset.key == produced.key || (asset.key == "*" && !produced.key.empty()));
    });
}

bool fits(std::string_view pattern, std::string_view text) {
    if (pattern.empty()) return true;
    if (!pattern.ends_with('*')) return pattern == text;
    pattern.remove_suffix(1);
    return text.starts_with(pattern);
}

// Of what a task produces Weir makes an event itself, from a source of its own.
bool waits_for(const model::EventSchedule& event, const model::AssetKey& produced) {
    return (fits(event.type, model::kWindowCompleted) || fits(event.type, model::kAssetUpdated)) &&
           event.source.empty() && fits(event.subject, model::to_text(produced));
}

bool waits_for(const model::CronSchedule&, const model::AssetKey&) { return false; }

void judge_product(const DagDraft& draft, const Node& asset, Problems& problems) {
    if (asset.faulty || asset.scalar() == nullptr) return;
    const auto produced = model::parse_asset(asset.scalar()->text);
    for (const auto& entry : draft.schedule)
        if (std::visit([&produced](const auto& schedule) { return waits_for(schedule, produced); }, entry.schedule))
            return problems.add(asset.place,
                                "the DAG waits for '{}' itself (line {}): each run would make the next, for ever",
                                asset.scalar()->text, entry.node->place.line);
}

}  // namespace

void judge_schedules(const DagDraft& draft, Problems& problems) {
    const ScheduleDraft* first = nullptr;
    for (const auto& entry : draft.schedule) {
        if (!std::holds_alternative<model::WindowSchedule>(entry.schedule)) continue;
        if (first != nullptr)
            problems.add(
                entry.node->place,
                "a DAG has one schedule entry of windows, and there is one in line {} already; list the assets "
                "there, or write a second DAG",
                first->node->place.line);
        else
            first = &entry;
    }
    for (const auto& task : draft.tasks) {
        if (task.produces == nullptr) continue;
        if (const auto* list = task.produces->list())
            for (const auto& item : list->items) judge_product(draft, item, problems);
        else
            judge_product(draft, *task.produces, problems);
    }
}

}  // namespace weir::yaml
