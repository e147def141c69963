#include "scheduler/yaml/schedule_tables.hpp"

#include <fmt/format.h>

#include <tuple>

#include "scheduler/model/event.hpp"
#include "scheduler/yaml/formats.hpp"
#include "scheduler/yaml/table.hpp"
#include "scheduler/yaml/task_tables.hpp"

namespace weir::yaml {
namespace {

using model::Period;

constexpr std::size_t kMostAssets = 100;  // of one entry
constexpr int kMostCounted = 100'000;

// --- texts -----------------------------------------------------------------------------------------------------------

std::string asset_text_fault(std::string_view text, bool each) {
    const auto asset = model::parse_asset(text);
    if (text.ends_with('/')) return fmt::format("'{}' ends before its key; write {}", text, asset.asset);
    if (text.find('*') != std::string_view::npos) {
        if (!each) return fmt::format("'{}': a task says which key it produces; no '*' can stand here", text);
        if (asset.key != "*" || asset.asset.find('*') != std::string::npos)
            return fmt::format("'{}': a '*' stands for every key and is all of it, as in views/*", text);
        return model::asset_fault({asset.asset, ""});
    }
    return model::asset_fault(asset);
}

ShapePtr asset(bool each) {
    constexpr const char* kName = "[A-Za-z0-9_.~:+-]{1,100}";
    return text("the name of an asset, such as views or views/eu",
                [each](std::string_view text, const Surroundings&) { return asset_text_fault(text, each); },
                {{"pattern", each ? fmt::format("^{0}(/({0}|[*]))?$", kName) : fmt::format("^{0}(/{0})?$", kName)}});
}

ShapePtr period() {
    const auto fault = [](std::string_view text, const Surroundings&) -> std::string {
        return model::parse_period(text) ? "" : "no period";
    };
    constexpr const char* kPattern = "^(1d|1w|1mo|(?=[0-9])([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$";
    return shape("a length of at most 12h, such as 5m or 1h, or 1d, 1w or 1mo",
                 Measure{fault, {{"type", "string"}, {"pattern", kPattern}}, "s"});
}

// What an event's type, source or subject is to be equal to.
ShapePtr event_pattern(std::string wanted) {
    const auto fault = [](std::string_view text, const Surroundings&) {
        const auto star = text.find('*');
        if (star == std::string_view::npos || star + 1 == text.size()) return std::string();
        return fmt::format("'{}': a '*' stands for any rest, at the end only", text);
    };
    return filled_text(std::move(wanted), fault, {{"pattern", "^[^*]*[*]?$"}});
}

// --- rules between keys ----------------------------------------------------------------------------------------------

const Node* sound(const Map& map, std::string_view key) {
    const auto* entry = map.find(key);
    return entry == nullptr || entry->value.faulty ? nullptr : &entry->value;
}

Rule judged(std::function<std::optional<RuleFault>(const Map& map)> broken) {
    return {std::move(broken), Json::object()};
}

bool is_shorter(const Period& one, const Period& other) {
    return std::tie(one.unit, one.length) < std::tie(other.unit, other.length);
}

std::optional<RuleFault> cover_is_short(const Map& map) {
    const auto* every = sound(map, "every");
    const auto* cover = sound(map, "cover");
    if (every == nullptr || cover == nullptr) return std::nullopt;
    if (!is_shorter(*model::parse_period(text_of(*cover)), *model::parse_period(text_of(*every)))) return std::nullopt;
    return RuleFault{cover, fmt::format("cover ({}) is shorter than every ({}), a window's own length", text_of(*cover),
                                        text_of(*every))};
}

bool is_each(std::string_view asset) { return asset.ends_with("/*"); }

std::optional<RuleFault> some_are_each(const Map& map) {
    const auto* windows = sound(map, "windows");
    if (windows == nullptr || windows->list() == nullptr) return std::nullopt;
    const Node* each = nullptr;
    const Node* other = nullptr;
    for (const auto& item : windows->list()->items) {
        if (item.faulty || item.scalar() == nullptr) continue;
        (is_each(text_of(item)) ? each : other) = &item;
    }
    if (each == nullptr || other == nullptr) return std::nullopt;
    const auto name = model::parse_asset(text_of(*other)).asset;
    return RuleFault{other, fmt::format("'{}' and '{}': there is a run for each key of all the assets, or of none; "
                                        "write {}/* too",
                                        text_of(*each), text_of(*other), name)};
}

std::optional<RuleFault> more_than_there_are(const Map& map) {
    const auto* windows = sound(map, "windows");
    const auto* least = sound(map, "at_least");
    if (windows == nullptr || least == nullptr) return std::nullopt;
    const auto count = windows->list() == nullptr ? 1 : windows->list()->items.size();
    if (whole_of<std::size_t>(*least) <= count) return std::nullopt;
    return RuleFault{least, fmt::format("at_least is {}, and there {} {} asset{}", whole_of<int>(*least),
                                        count == 1 ? "is" : "are", count, count == 1 ? "" : "s")};
}

std::optional<RuleFault> waits_for_no_rerun(const Map& map) {
    const auto* debounce = sound(map, "debounce");
    const auto* policy = sound(map, "on_revision");
    if (debounce == nullptr || policy == nullptr || enum_of<model::OnRevision>(*policy) == model::OnRevision::rerun)
        return std::nullopt;
    return RuleFault{
        debounce, fmt::format("debounce is how long a rerun waits, and on_revision: {} makes none", text_of(*policy))};
}

int count_of(const Map& map) {
    const auto* count = sound(map, "count");
    return count == nullptr ? 1 : whole_of<int>(*count);
}

std::optional<RuleFault> batch_of_all_is_counted(const Map& map) {
    const auto* batch = sound(map, "batch");
    if (batch == nullptr || enum_of<model::Batch>(*batch) != model::Batch::all || count_of(map) == 1)
        return std::nullopt;
    return RuleFault{sound(map, "count"),
                     "count and batch: all contradict each other: a run takes so many events, or all that have come "
                     "until it begins; leave one of the two out"};
}

std::optional<RuleFault> nothing_is_counted(const Map& map) {
    const auto* within = sound(map, "within");
    if (within == nullptr || (map.find("count") != nullptr && sound(map, "count") == nullptr) || count_of(map) > 1)
        return std::nullopt;
    return RuleFault{within, "within is the time in which several events come, and one is enough; write count: 2"};
}

std::optional<RuleFault> never_so_many(const Map& map) {
    const auto* most = sound(map, "max_pending");
    const auto limit = most == nullptr ? model::EventSchedule{}.max_pending : whole_of<int>(*most);
    if (count_of(map) <= limit) return std::nullopt;
    return RuleFault{sound(map, "count"), fmt::format("count is {}, and only {} events may wait; write max_pending: {}",
                                                      count_of(map), limit, count_of(map))};
}

// --- tables ----------------------------------------------------------------------------------------------------------

const Table<model::CronSchedule>& cron_table() {
    static const Table<model::CronSchedule> table(
        {"a schedule entry", "Ticks of a cron expression", {}, {}},
        {
            {{"cron", cron(), "Five fields, or six with seconds first; or @hourly, @daily, @weekly, @monthly, @yearly",
              true},
             [](model::CronSchedule& schedule, const Node& value) { schedule.cron = text_of(value); }},
            {{"timezone", timezone(), "IANA name of the zone that the fields are in; weir.yaml's timezone unless set"},
             [](model::CronSchedule& schedule, const Node& value) { schedule.timezone = text_of(value); }},
            {{"catchup", choice_of<model::Catchup>(),
              "Ticks that were missed while paused or down: run the latest, all or none of them", false,
              model::to_text(model::CronSchedule{}.catchup)},
             [](model::CronSchedule& schedule, const Node& value) {
                 schedule.catchup = enum_of<model::Catchup>(value);
             }},
        });
    return table;
}

const Table<model::WindowSchedule>& windows_table() {
    const model::WindowSchedule fresh;
    static const Table<model::WindowSchedule> table(
        {"a schedule entry of windows",
         "A run for each interval whose windows are complete",
         {},
         {judged(cover_is_short), judged(some_are_each), judged(more_than_there_are), judged(waits_for_no_rerun),
          only_with({"on_deadline"}, "deadline")}},
        {
            {{"windows", assets_shape(true),
              "The asset whose windows are waited for, or a list of them; views/eu is one key of it, views/* makes a "
              "run for each key",
              true},
             [](model::WindowSchedule& schedule, const Node& value) { schedule.assets = texts_of(value); }},
            {{"every", period(), "Length of a window", true},
             [](model::WindowSchedule& schedule, const Node& value) {
                 schedule.every = *model::parse_period(text_of(value));
                 schedule.cover = schedule.every;
             }},
            {{"cover", period(), "Length of a run's data interval; `every` unless set"},
             [](model::WindowSchedule& schedule, const Node& value) {
                 schedule.cover = *model::parse_period(text_of(value));
             }},
            {{"timezone", timezone(),
              "IANA name of the zone whose days, weeks and months are meant; weir.yaml's timezone unless set"},
             [](model::WindowSchedule& schedule, const Node& value) { schedule.timezone = text_of(value); }},
            {{"at_least", whole(1, kMostAssets), "So many of the assets are enough; all of them unless set"},
             [](model::WindowSchedule& schedule, const Node& value) { schedule.at_least = whole_of<int>(value); }},
            {{"deadline", duration(), "From the interval's end: then it is decided on what is there"},
             [](model::WindowSchedule& schedule, const Node& value) { schedule.deadline = duration_of(value); }},
            {{"on_deadline", choice_of<model::OnDeadline>(),
              "When windows are missing then: a failed run, a run on what is there, or none", false,
              model::to_text(fresh.on_deadline)},
             [](model::WindowSchedule& schedule, const Node& value) {
                 schedule.on_deadline = enum_of<model::OnDeadline>(value);
             }},
            {{"on_revision", choice_of<model::OnRevision>(),
              "When a window is corrected that a run has used: run it again, mark it as stale, or leave it", false,
              model::to_text(fresh.on_revision)},
             [](model::WindowSchedule& schedule, const Node& value) {
                 schedule.on_revision = enum_of<model::OnRevision>(value);
             }},
            {{"debounce", duration(), "How long a rerun waits for further corrections", false,
              model::format_duration(fresh.debounce)},
             [](model::WindowSchedule& schedule, const Node& value) { schedule.debounce = duration_of(value); }},
        });
    return table;
}

struct EventDraft {
    model::EventSchedule schedule;
    const Node* where = nullptr;
};

const Table<EventDraft>& event_table() {
    const model::EventSchedule fresh;
    static const Table<EventDraft> table(
        {"an event that is waited for",
         "Which events make runs, and how many of them make one",
         {},
         {judged(batch_of_all_is_counted), judged(nothing_is_counted), judged(never_so_many)}},
        {
            {{"type", event_pattern("an event's type such as shop.order.paid or shop.order.*"),
              "The event's type; a * at its end stands for any rest", true},
             [](EventDraft& draft, const Node& value) { draft.schedule.type = text_of(value); }},
            {{"source", event_pattern("an event's source such as /shop/berlin or /shop/*"),
              "The event's source, in the same way; any unless set"},
             [](EventDraft& draft, const Node& value) { draft.schedule.source = text_of(value); }},
            {{"subject", event_pattern("an event's subject such as orders or orders/*"),
              "The event's subject, in the same way; any unless set"},
             [](EventDraft& draft, const Node& value) { draft.schedule.subject = text_of(value); }},
            {{"where", filled_text("an expression"),
              "Only events for which this is true: ${{ event.data.total > 100 }}, or the expression alone"},
             [](EventDraft& draft, const Node& value) { draft.where = &value; }},
            {{"batch", choice_of<model::Batch>(),
              "A run for one event (or for `count` of them), or for all that have come until it begins", false,
              model::to_text(fresh.batch)},
             [](EventDraft& draft, const Node& value) { draft.schedule.batch = enum_of<model::Batch>(value); }},
            {{"count", whole(1, kMostCounted), "So many events make a run", false, fresh.count},
             [](EventDraft& draft, const Node& value) { draft.schedule.count = whole_of<int>(value); }},
            {{"within", duration(),
              "No more than this lies between the first and the last of them; any time unless set"},
             [](EventDraft& draft, const Node& value) { draft.schedule.within = duration_of(value); }},
            {{"debounce", duration(),
              "The run is made when there are enough and no further event has come for so long; at once unless set"},
             [](EventDraft& draft, const Node& value) { draft.schedule.debounce = duration_of(value); }},
            {{"max_pending", whole(1, kMostCounted), "Runs or events that may wait; beyond them the sources wait",
              false, fresh.max_pending},
             [](EventDraft& draft, const Node& value) { draft.schedule.max_pending = whole_of<int>(value); }},
        });
    return table;
}

const Table<EventDraft>& event_entry_table() {
    static const Table<EventDraft> table(
        {"a schedule entry of events", "Runs for events", {}, {}},
        {
            {{"event",
              either("an event's type, or a map with the key type",
                     {event_pattern("an event's type such as shop.order.paid or shop.order.*"), event_table().shape()}),
              "The events: their type, or a map of what they are and how many make a run", true},
             [](EventDraft& draft, const Node& value) {
                 if (value.scalar() != nullptr)
                     draft.schedule.type = text_of(value);
                 else
                     event_table().fill(value, draft);
             }},
        });
    return table;
}

ObjectPtr object_of(const ShapePtr& shape) { return std::get<ObjectPtr>(shape->form); }

const ShapePtr& entry_map() {
    static const auto made = shape("a map with one of the keys cron, windows and event",
                                   Variants{{object_of(cron_table().shape()), object_of(windows_table().shape()),
                                             object_of(event_entry_table().shape())}});
    return made;
}

// A faulty entry is left out; the file does not load.
void store_entry(DagDraft& draft, const Node& value) {
    ScheduleDraft entry;
    entry.node = &value;
    const auto* map = value.map();
    if (value.faulty || (value.scalar() == nullptr && map == nullptr)) return;
    if (map == nullptr) {
        entry.schedule = model::CronSchedule{text_of(value), draft.timezone};
    } else if (map->find("windows") != nullptr) {
        model::WindowSchedule windows;
        windows.timezone = draft.timezone;
        windows_table().fill(value, windows);
        entry.schedule = std::move(windows);
    } else if (map->find("event") != nullptr) {
        EventDraft event;
        event_entry_table().fill(value, event);
        entry.where = event.where;
        entry.schedule = std::move(event.schedule);
    } else {
        model::CronSchedule ticks;
        ticks.timezone = draft.timezone;
        cron_table().fill(value, ticks);
        entry.schedule = std::move(ticks);
    }
    draft.schedule.push_back(std::move(entry));
}

}  // namespace

ShapePtr assets_shape(bool each) {
    constexpr const char* kWanted = "an asset such as views or views/eu, or a list of them";
    return either(kWanted, {asset(each), shape(kWanted, ListOf{asset(each), 1, true, kMostAssets})});
}

ShapePtr schedule_shape() {
    const auto entry =
        either("a cron expression, or a map with one of the keys cron, windows and event", {cron(), entry_map()});
    return either("a list of schedule entries", {cron(), entry_map(), list_of("a list of schedule entries", entry, 1)});
}

void store_schedule(DagDraft& draft, const Node& value) {
    if (const auto* entries = value.list())
        for (const auto& entry : entries->items) store_entry(draft, entry);
    else
        store_entry(draft, value);
}

}  // namespace weir::yaml
