#include "scheduler/store/tables.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <vector>

namespace weir::store {

namespace {

using enum Role;

constexpr std::array kDagVersion{
    Column{"id", key},        Column{"dag_id", fixed},        Column{"number", fixed},    Column{"hash", changing},
    Column{"file", changing}, Column{"created_at", changing}, Column{"source", changing},
};

constexpr std::array kDag{
    Column{"dag_id", key},
    Column{"version", changing},
    Column{"paused", changing},
    Column{"removed", changing},
    Column{"scheduled_through", changing},
    Column{"failed_in_a_row", changing},
    Column{"windows_through", changing},
};

constexpr std::array kDagRun{
    Column{"id", key},
    Column{"dag_id", fixed},
    Column{"run_id", fixed},
    Column{"version", changing},  // by a clear that asks for the newest
    Column{"type", fixed},
    Column{"state", changing},
    Column{"triggered_by", changing},
    Column{"triggering_user", changing},
    Column{"logical_date", fixed},
    Column{"data_interval_start", changing},
    Column{"data_interval_end", changing},
    Column{"timezone", changing},
    Column{"run_after", changing},
    Column{"queued_at", changing},
    Column{"started_at", changing},
    Column{"ended_at", changing},
    Column{"params", changing},
    Column{"note", changing},
    Column{"restart_of", changing},
    Column{"backfill", changing},
    Column{"retries_used", changing},
    Column{"retry_at", changing},
    Column{"deadline_missed", changing},
    Column{"parent", fixed},
    Column{"cause", changing},
    Column{"ledger_through", changing},
    Column{"stale_since", changing},
    Column{"rerun_at", changing},
};

constexpr std::array kTaskInstance{
    Column{"run", key},
    Column{"task_id", key},
    Column{"map_index", key},
    Column{"state", changing},
    Column{"try_number", changing},
    Column{"max_tries", changing},
    Column{"scheduled_at", changing},
    Column{"queued_at", changing},
    Column{"started_at", changing},
    Column{"ended_at", changing},
    Column{"retry_at", changing},
    Column{"pool", changing},
    Column{"pool_slots", changing},
    Column{"priority_weight", changing},
    Column{"operator_kind", changing},
    Column{"executor", changing},
    Column{"reason", changing},
    Column{"outputs", changing},
    Column{"mapped", changing},
    Column{"item", changing},
    Column{"label", changing},
    Column{"waits_since", changing},
    Column{"deadline_missed", changing},
};

constexpr std::array kTry{
    Column{"id", key},
    Column{"run", fixed},
    Column{"task_id", fixed},
    Column{"map_index", fixed},
    Column{"number", changing},
    Column{"state", changing},
    Column{"executor", changing},
    Column{"epoch", changing},
    Column{"boot_id", changing},
    Column{"pid", changing},
    Column{"created_at", changing},
    Column{"started_at", changing},
    Column{"ended_at", changing},
    Column{"exit_code", changing},
    Column{"signal", changing},
    Column{"reason", changing},
    Column{"log_path", changing},
};

constexpr std::array kBackfill{
    Column{"id", key},
    Column{"dag_id", fixed},
    Column{"first_date", changing},
    Column{"last_date", changing},
    Column{"state", changing},
    Column{"reprocess", changing},
    Column{"backwards", changing},
    Column{"max_active_runs", changing},
    Column{"params", changing},
    Column{"user", changing},
    Column{"created_at", changing},
    Column{"ended_at", changing},
    Column{"total", changing},
    Column{"made", changing},
    Column{"made_through", changing},
};

constexpr std::array kNotification{
    Column{"id", key},
    Column{"dag_id", fixed},
    Column{"run_id", fixed},
    Column{"task_id", changing},
    Column{"map_index", changing},
    Column{"event", changing},
    Column{"notifier", changing},
    Column{"script", changing},
    Column{"message", changing},
    Column{"state", changing},
    Column{"attempts", changing},
    Column{"created_at", changing},
    Column{"ended_at", changing},
    Column{"reason", changing},
};

constexpr std::array kEvent{
    Column{"id", key},          Column{"source", fixed},
    Column{"position", fixed},  Column{"received_at", fixed},
    Column{"ce_id", fixed},     Column{"ce_source", fixed},
    Column{"type", fixed},      Column{"subject", fixed},
    Column{"time", fixed},      Column{"disposition", changing},
    Column{"reason", changing}, Column{"run", changing},
    Column{"replay_of", fixed}, Column{"attributes", fixed},
    Column{"data", fixed},
};

constexpr std::array kWindow{
    Column{"asset", key},    Column{"key", key},        Column{"window_start", key},      Column{"window_end", key},
    Column{"revision", key}, Column{"event", changing}, Column{"completed_at", changing}, Column{"row_count", changing},
};

constexpr std::array kAsset{
    Column{"asset", key},           Column{"key", key},          Column{"watermark", changing},
    Column{"newest_end", changing}, Column{"longest", changing}, Column{"last_seen", changing},
    Column{"last_event", changing},
};

constexpr std::array kSourcePosition{Column{"source", key}, Column{"part", key}, Column{"position", changing}};

constexpr std::array kCountedEvent{Column{"dag_id", key}, Column{"entry", key}, Column{"event", key},
                                   Column{"at", changing}};

constexpr std::array kUser{
    Column{"name", key},        Column{"password_hash", changing}, Column{"role", changing},
    Column{"active", changing}, Column{"created_at", changing},    Column{"last_login_at", changing},
};

constexpr std::array kSession{Column{"hash", key}, Column{"user", fixed}, Column{"created_at", fixed},
                              Column{"expires_at", changing}};

constexpr std::array kToken{
    Column{"id", key},           Column{"hash", fixed},
    Column{"name", fixed},       Column{"user", fixed},
    Column{"role", fixed},       Column{"scopes", fixed},
    Column{"login", fixed},      Column{"created_at", fixed},
    Column{"expires_at", fixed}, Column{"last_used_at", changing},
};

// Its id comes from SQLite: nothing is ever written to a line that is there.
constexpr std::array kAudit{
    Column{"id", key},           Column{"at", fixed},        Column{"event", fixed},
    Column{"owner", fixed},      Column{"dag_id", fixed},    Column{"run_id", fixed},
    Column{"task_id", fixed},    Column{"map_index", fixed}, Column{"logical_date", fixed},
    Column{"outcome", changing}, Column{"extra", changing},
};

std::vector<std::string> map_columns(const Table& table, std::optional<Role> role, const std::string& pattern) {
    std::vector<std::string> mapped;
    for (const Column& column : table.columns)
        if (!role || column.role == *role) mapped.push_back(fmt::format(fmt::runtime(pattern), column.name));
    return mapped;
}

}  // namespace

template <>
const Table& table<model::DagVersion>() {
    static constexpr Table kTable{"dag_version", kDagVersion};
    return kTable;
}
template <>
const Table& table<model::DagState>() {
    static constexpr Table kTable{"dag", kDag};
    return kTable;
}
template <>
const Table& table<model::Run>() {
    static constexpr Table kTable{"dag_run", kDagRun};
    return kTable;
}
template <>
const Table& table<model::TaskInstance>() {
    static constexpr Table kTable{"task_instance", kTaskInstance};
    return kTable;
}
template <>
const Table& table<model::Try>() {
    static constexpr Table kTable{"task_try", kTry};
    return kTable;
}

template <>
const Table& table<model::Backfill>() {
    static constexpr Table kTable{"backfill", kBackfill};
    return kTable;
}
template <>
const Table& table<model::Notification>() {
    static constexpr Table kTable{"notification", kNotification};
    return kTable;
}

template <>
const Table& table<model::Event>() {
    static constexpr Table kTable{"event", kEvent};
    return kTable;
}
template <>
const Table& table<model::Window>() {
    static constexpr Table kTable{"window", kWindow};
    return kTable;
}
template <>
const Table& table<model::AssetState>() {
    static constexpr Table kTable{"asset", kAsset};
    return kTable;
}
template <>
const Table& table<model::SourcePosition>() {
    static constexpr Table kTable{"source_position", kSourcePosition};
    return kTable;
}
template <>
const Table& table<model::CountedEvent>() {
    static constexpr Table kTable{"counted_event", kCountedEvent};
    return kTable;
}

template <>
const Table& table<model::User>() {
    static constexpr Table kTable{"user_account", kUser};
    return kTable;
}
template <>
const Table& table<model::Session>() {
    static constexpr Table kTable{"session", kSession};
    return kTable;
}
template <>
const Table& table<model::Token>() {
    static constexpr Table kTable{"token", kToken};
    return kTable;
}
template <>
const Table& table<model::AuditEntry>() {
    static constexpr Table kTable{"audit", kAudit};
    return kTable;
}

std::string column_list(const Table& table, const std::string& alias) {
    return fmt::format("{}", fmt::join(map_columns(table, std::nullopt, alias + ".{0}"), ", "));
}

std::string upsert_sql(const Table& table) {
    const auto fixed_columns = map_columns(table, Role::fixed, "{0} IS excluded.{0}");
    return fmt::format("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET {}{}{}", table.name,
                       fmt::join(map_columns(table, std::nullopt, "{}"), ", "),
                       fmt::join(map_columns(table, std::nullopt, "?"), ", "),
                       fmt::join(map_columns(table, Role::key, "{}"), ", "),
                       fmt::join(map_columns(table, Role::changing, "{0} = excluded.{0}"), ", "),
                       fixed_columns.empty() ? "" : " WHERE ", fmt::join(fixed_columns, " AND "));
}

}  // namespace weir::store
