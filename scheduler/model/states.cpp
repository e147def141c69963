#include "scheduler/model/states.hpp"

#include <array>

namespace weir::model {

template <>
std::span<const EnumName<RunState>> enum_names() {
    static constexpr std::array kNames{EnumName{RunState::queued, "queued"}, EnumName{RunState::running, "running"},
                                       EnumName{RunState::success, "success"}, EnumName{RunState::failed, "failed"}};
    return kNames;
}

template <>
std::span<const EnumName<RunType>> enum_names() {
    static constexpr std::array kNames{EnumName{RunType::manual, "manual"}, EnumName{RunType::scheduled, "scheduled"},
                                       EnumName{RunType::backfill, "backfill"},
                                       EnumName{RunType::asset_triggered, "asset_triggered"}};
    return kNames;
}

template <>
std::span<const EnumName<TriggeredBy>> enum_names() {
    static constexpr std::array kNames{EnumName{TriggeredBy::cli, "cli"},
                                       EnumName{TriggeredBy::rest_api, "rest_api"},
                                       EnumName{TriggeredBy::ui, "ui"},
                                       EnumName{TriggeredBy::timetable, "timetable"},
                                       EnumName{TriggeredBy::asset, "asset"},
                                       EnumName{TriggeredBy::backfill, "backfill"},
                                       EnumName{TriggeredBy::operator_, "operator"}};
    return kNames;
}

template <>
std::span<const EnumName<TaskState>> enum_names() {
    static constexpr std::array kNames{EnumName{TaskState::none, "none"},
                                       EnumName{TaskState::scheduled, "scheduled"},
                                       EnumName{TaskState::queued, "queued"},
                                       EnumName{TaskState::running, "running"},
                                       EnumName{TaskState::success, "success"},
                                       EnumName{TaskState::failed, "failed"},
                                       EnumName{TaskState::skipped, "skipped"},
                                       EnumName{TaskState::upstream_failed, "upstream_failed"},
                                       EnumName{TaskState::up_for_retry, "up_for_retry"},
                                       EnumName{TaskState::up_for_reschedule, "up_for_reschedule"},
                                       EnumName{TaskState::deferred, "deferred"},
                                       EnumName{TaskState::removed, "removed"}};
    return kNames;
}

template <>
std::span<const EnumName<TryState>> enum_names() {
    static constexpr std::array kNames{EnumName{TryState::launching, "launching"},
                                       EnumName{TryState::running, "running"}, EnumName{TryState::success, "success"},
                                       EnumName{TryState::failed, "failed"}, EnumName{TryState::lost, "lost"}};
    return kNames;
}

template <>
std::span<const EnumName<TriggerRule>> enum_names() {
    static constexpr std::array kNames{
        EnumName{TriggerRule::all_success, "all_success"},
        EnumName{TriggerRule::all_failed, "all_failed"},
        EnumName{TriggerRule::all_done, "all_done"},
        EnumName{TriggerRule::all_done_min_one_success, "all_done_min_one_success"},
        EnumName{TriggerRule::all_done_setup_success, "all_done_setup_success"},
        EnumName{TriggerRule::all_skipped, "all_skipped"},
        EnumName{TriggerRule::one_success, "one_success"},
        EnumName{TriggerRule::one_failed, "one_failed"},
        EnumName{TriggerRule::one_done, "one_done"},
        EnumName{TriggerRule::none_failed, "none_failed"},
        EnumName{TriggerRule::none_failed_min_one_success, "none_failed_min_one_success"},
        EnumName{TriggerRule::none_skipped, "none_skipped"},
        EnumName{TriggerRule::always, "always"}};
    return kNames;
}

template <>
std::span<const EnumName<Catchup>> enum_names() {
    static constexpr std::array kNames{EnumName{Catchup::latest, "latest"}, EnumName{Catchup::all, "all"},
                                       EnumName{Catchup::none, "none"}};
    return kNames;
}

template <>
std::span<const EnumName<OperatorKind>> enum_names() {
    static constexpr std::array kNames{
        EnumName{OperatorKind::run, "run"},        EnumName{OperatorKind::load, "load"},
        EnumName{OperatorKind::sql, "sql"},        EnumName{OperatorKind::check, "check"},
        EnumName{OperatorKind::wait, "wait"},      EnumName{OperatorKind::dag, "dag"},
        EnumName{OperatorKind::approve, "approve"}};
    return kNames;
}

template <>
std::span<const EnumName<AlertEvent>> enum_names() {
    static constexpr std::array kNames{EnumName{AlertEvent::success, "success"},
                                       EnumName{AlertEvent::failure, "failure"}, EnumName{AlertEvent::retry, "retry"},
                                       EnumName{AlertEvent::deadline, "deadline"}};
    return kNames;
}

template <>
std::span<const EnumName<NotificationState>> enum_names() {
    static constexpr std::array kNames{EnumName{NotificationState::pending, "pending"},
                                       EnumName{NotificationState::sent, "sent"},
                                       EnumName{NotificationState::failed, "failed"}};
    return kNames;
}

template <>
std::span<const EnumName<BackfillState>> enum_names() {
    static constexpr std::array kNames{
        EnumName{BackfillState::running, "running"}, EnumName{BackfillState::paused, "paused"},
        EnumName{BackfillState::completed, "completed"}, EnumName{BackfillState::canceled, "canceled"}};
    return kNames;
}

template <>
std::span<const EnumName<Reprocess>> enum_names() {
    static constexpr std::array kNames{EnumName{Reprocess::none, "none"}, EnumName{Reprocess::failed, "failed"},
                                       EnumName{Reprocess::completed, "completed"}};
    return kNames;
}

template <>
std::span<const EnumName<Disposition>> enum_names() {
    static constexpr std::array kNames{
        EnumName{Disposition::pending, "pending"},     EnumName{Disposition::created_run, "created_run"},
        EnumName{Disposition::counted, "counted"},     EnumName{Disposition::unmatched, "unmatched"},
        EnumName{Disposition::duplicate, "duplicate"}, EnumName{Disposition::late, "late"},
        EnumName{Disposition::coalesced, "coalesced"}, EnumName{Disposition::revised, "revised"},
        EnumName{Disposition::rejected, "rejected"},   EnumName{Disposition::replayed, "replayed"}};
    return kNames;
}

template <>
std::span<const EnumName<OnDeadline>> enum_names() {
    static constexpr std::array kNames{EnumName{OnDeadline::fail, "fail"}, EnumName{OnDeadline::run, "run"},
                                       EnumName{OnDeadline::skip, "skip"}};
    return kNames;
}

template <>
std::span<const EnumName<OnRevision>> enum_names() {
    static constexpr std::array kNames{EnumName{OnRevision::rerun, "rerun"},
                                       EnumName{OnRevision::mark_stale, "mark_stale"},
                                       EnumName{OnRevision::ignore, "ignore"}};
    return kNames;
}

template <>
std::span<const EnumName<Batch>> enum_names() {
    static constexpr std::array kNames{EnumName{Batch::one, "one"}, EnumName{Batch::all, "all"}};
    return kNames;
}

template <>
std::span<const EnumName<Role>> enum_names() {
    static constexpr std::array kNames{EnumName{Role::viewer, "viewer"}, EnumName{Role::user, "user"},
                                       EnumName{Role::operator_, "operator"}, EnumName{Role::admin, "admin"}};
    return kNames;
}

}  // namespace weir::model
