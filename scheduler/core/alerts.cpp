// Who is told of what, and how it gets there. docs/notifications.md says the message.
#include <fmt/format.h>

#include <algorithm>

#include "scheduler/core/work.hpp"
#include "scheduler/model/instance_name.hpp"

namespace weir::core {

using model::AlertEvent;
using model::Json;
using model::Notification;
using model::NotificationState;
using model::TaskState;

namespace {

Json time_json(const std::optional<TimePoint>& time) { return time ? Json(model::format_rfc3339(*time)) : Json(); }

std::string_view words_of(AlertEvent event) {
    switch (event) {
        case AlertEvent::success:
            return "succeeded";
        case AlertEvent::failure:
            return "failed";
        case AlertEvent::retry:
            return "failed and will be tried again";
        case AlertEvent::deadline:
            return "has missed its deadline";
    }
    return "";
}

Json message_of_run(const LiveRun& run, AlertEvent event, TimePoint now) {
    const auto& row = run.row;
    return {{"event", to_text(event)},
            {"at", model::format_rfc3339(now)},
            {"text", fmt::format("{} {} {}", row.dag_id, row.run_id, words_of(event))},
            {"dag_id", row.dag_id},
            {"owner", run.plan->dag->owner},
            {"run_id", row.run_id},
            {"run_type", to_text(row.type)},
            {"logical_date", time_json(row.logical_date)},
            {"task_id", nullptr},
            {"map_index", -1},
            {"state", to_text(row.state)},
            {"reason", ""},
            {"started_at", time_json(row.started_at)},
            {"ended_at", time_json(row.ended_at)}};
}

Json message_of_task(const LiveRun& run, RecordIndex index, AlertEvent event, TimePoint now) {
    const auto row = row_of(run, index);
    auto message = message_of_run(run, event, now);
    message["text"] = fmt::format("{} {}: task {} {}{}", run.row.dag_id, run.row.run_id,
                                  model::instance_name(row.task_id, row.map_index), words_of(event),
                                  row.reason.empty() ? "" : ": " + row.reason);
    message["task_id"] = row.task_id;
    message["map_index"] = row.map_index;
    message["state"] = to_text(row.state);
    message["reason"] = row.reason;
    message["try_number"] = row.try_number;
    message["max_tries"] = row.max_tries;
    message["started_at"] = time_json(row.started_at);
    message["ended_at"] = time_json(row.ended_at);
    return message;
}

void touch(Work& work, const Notification& row) { work.changed_notifications.insert_or_assign(row.id, row); }

void send(Work& work, const model::Alert& alert, Notification row) {
    auto& memory = work.memory;
    row.id = memory.next_notification;
    ++memory.next_notification.value;
    row.notifier = alert.notifier;
    row.script = alert.script;
    row.created_at = work.now;
    row.message["notification_id"] = row.id.value;
    if (memory.deliveries.size() >= kMostPending) {
        row.state = NotificationState::failed;
        row.ended_at = work.now;
        row.reason = fmt::format("{} notifications wait already; see why they are not delivered", kMostPending);
        return touch(work, row);
    }
    touch(work, row);
    memory.due_deliveries.insert(row.id);
    memory.deliveries.emplace(row.id, Delivery{std::move(row), false, std::nullopt});
}

void alert_all(Work& work, const std::vector<model::Alert>& alerts, AlertEvent event, const Notification& row) {
    for (const auto& alert : alerts)
        if (alert.on == event) send(work, alert, row);
}

bool has_alert(const std::vector<model::Alert>& alerts, AlertEvent event) {
    return std::ranges::find(alerts, event, &model::Alert::on) != alerts.end();
}

}  // namespace

void alert_run(Work& work, const LiveRun& run, AlertEvent event) {
    const auto& alerts = run.plan->dag->alerts;
    if (!has_alert(alerts, event)) return;
    Notification row;
    row.dag_id = run.row.dag_id;
    row.run_id = run.row.run_id;
    row.event = event;
    row.message = message_of_run(run, event, work.now);
    alert_all(work, alerts, event, row);
}

void alert_task(Work& work, const LiveRun& run, RecordIndex index, AlertEvent event) {
    const auto& task = run.task(index);
    if (!has_alert(task.alerts, event)) return;
    Notification row;
    row.dag_id = run.row.dag_id;
    row.run_id = run.row.run_id;
    row.task_id = task.id;
    row.map_index = run.tasks[index].map_index;
    row.event = event;
    row.message = message_of_task(run, index, event, work.now);
    alert_all(work, task.alerts, event, row);
}

// A mapped task tells of its end as a whole, and its instances of their retries.
void alert_of_state(Work& work, const LiveRun& run, RecordIndex index, TaskState state) {
    if (run.task(index).alerts.empty()) return;
    const bool instance = run.is_instance(index);
    if (state == TaskState::success && !instance) alert_task(work, run, index, AlertEvent::success);
    if (state == TaskState::failed && !instance) alert_task(work, run, index, AlertEvent::failure);
    if (state == TaskState::up_for_retry) alert_task(work, run, index, AlertEvent::retry);
}

// --- on their way ----------------------------------------------------------------------------------------------------------

namespace {

std::string folder_of(const Memory& memory, const Notification& row) {
    const auto definition = memory.definitions.find(row.dag_id);
    if (definition == memory.definitions.end() || !definition->second.plan) return "/";
    const auto& folder = definition->second.plan->dag->folder;
    return folder.empty() ? "/" : folder;
}

Launch launch_of(const Memory& memory, const Notification& row) {
    const auto message = model::to_text(row.message);
    Launch launch;
    launch.id = delivery_id(row);
    launch.executor = kDeliveryExecutor;
    launch.dag_id = row.dag_id;
    launch.run_id = row.run_id;
    launch.task_id = row.task_id;
    launch.map_index = row.map_index;
    launch.try_number = row.attempts;
    launch.action = model::ShellScript{row.script};
    launch.env = {{"WEIR_DAG_ID", row.dag_id},
                  {"WEIR_RUN_ID", row.run_id},
                  {"WEIR_TASK_ID", row.task_id},
                  {"WEIR_MAP_INDEX", std::to_string(row.map_index)},
                  {"WEIR_EVENT", std::string(to_text(row.event))},
                  {"WEIR_STATE", row.message.value("state", std::string{})},
                  {"WEIR_REASON", row.message.value("reason", std::string{})},
                  {"WEIR_MESSAGE", message}};
    launch.workdir = folder_of(memory, row);
    launch.log_path = fmt::format("{}/{}/.notifications/{}.{}.log", row.dag_id, row.run_id, row.id.value, row.attempts);
    launch.timeout = kDeliveryTimeout;
    launch.grace = std::chrono::seconds{5};
    launch.log_limit = 1 << 20;
    if (!row.notifier.empty()) launch.deliver = row;
    return launch;
}

model::Duration delay_after(int attempts) {
    auto delay = kFirstDeliveryDelay;
    for (int i = 1; i < attempts && delay < kLongestDeliveryDelay; ++i) delay *= 2;
    return std::min(delay, kLongestDeliveryDelay);
}

void end_row(Work& work, std::map<model::NotificationId, Delivery>::iterator entry, NotificationState state) {
    auto& row = entry->second.row;
    row.state = state;
    row.ended_at = work.now;
    touch(work, row);
    work.memory.due_deliveries.erase(row.id);
    work.memory.deliveries.erase(entry);
}

void failed_attempt(Work& work, std::map<model::NotificationId, Delivery>::iterator entry, std::string reason) {
    auto& delivery = entry->second;
    auto& row = delivery.row;
    row.reason = std::move(reason);
    const auto whom = row.notifier.empty() ? std::string("a script") : fmt::format("notifier '{}'", row.notifier);
    if (row.attempts >= kMostAttempts) {
        work.effects.emplace_back(
            Note{fmt::format("notification {} of {} {} by {} is given up after {} attempts: {}", row.id.value,
                             row.dag_id, row.run_id, whom, row.attempts, row.reason)});
        return end_row(work, entry, NotificationState::failed);
    }
    delivery.retry_at = work.now + delay_after(row.attempts);
    work.memory.timers.insert({.at = *delivery.retry_at, .kind = Timer::Kind::delivery, .notification = row.id});
    touch(work, row);
}

}  // namespace

void start_deliveries(Work& work) {
    auto& memory = work.memory;
    if (memory.due_deliveries.empty() || !memory.executors.contains(kDeliveryExecutor)) return;
    while (memory.delivering < kMostDeliveries && !memory.due_deliveries.empty()) {
        auto& delivery = memory.deliveries.at(*memory.due_deliveries.begin());
        memory.due_deliveries.erase(memory.due_deliveries.begin());
        ++delivery.row.attempts;
        delivery.launched = true;
        ++memory.delivering;
        touch(work, delivery.row);
        work.effects.emplace_back(launch_of(memory, delivery.row));
    }
}

void end_delivery(Work& work, model::TryId id, bool succeeded, std::string reason) {
    auto& memory = work.memory;
    const auto entry = memory.deliveries.find(notification_of(id));
    work.effects.emplace_back(Acknowledge{id, kDeliveryExecutor});
    if (entry == memory.deliveries.end() || delivery_id(entry->second.row) != id || entry->second.retry_at) return;
    // Not launched in this life: the executor tells of an attempt of the last one.
    if (std::exchange(entry->second.launched, false)) --memory.delivering;
    memory.due_deliveries.erase(entry->first);
    if (!succeeded) return failed_attempt(work, entry, std::move(reason));
    entry->second.row.reason.clear();
    end_row(work, entry, NotificationState::sent);
}

void reconcile_deliveries(Work& work, const std::set<model::TryId>& known) {
    auto& memory = work.memory;
    for (auto& [id, delivery] : memory.deliveries) {
        const bool runs = delivery.row.attempts > 0 && known.contains(delivery_id(delivery.row));
        if (runs == delivery.launched || delivery.retry_at) continue;
        delivery.launched = runs;
        memory.delivering += runs ? 1 : -1;
        if (runs)
            memory.due_deliveries.erase(id);
        else
            memory.due_deliveries.insert(id);
    }
}

bool is_on_its_way(const Memory& memory, model::TryId id) {
    const auto entry = memory.deliveries.find(notification_of(id));
    return is_delivery(id) && entry != memory.deliveries.end() && entry->second.launched &&
           delivery_id(entry->second.row) == id;
}

void restore_deliveries(Memory& memory, const std::vector<Notification>& rows) {
    for (const auto& row : rows) {
        memory.deliveries.emplace(row.id, Delivery{row, false, std::nullopt});
        memory.due_deliveries.insert(row.id);
    }
}

void fire_delivery(Memory& memory, model::NotificationId id) {
    memory.deliveries.at(id).retry_at.reset();
    memory.due_deliveries.insert(id);
}

}  // namespace weir::core
