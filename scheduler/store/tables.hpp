// Which column holds which member: one list for writing and reading. Commit, recovery and history use it.
#pragma once

#include <string>
#include <tuple>

#include "scheduler/model/account.hpp"
#include "scheduler/model/event.hpp"
#include "scheduler/model/run.hpp"
#include "scheduler/store/columns.hpp"

namespace weir::store {

enum class Role {
    key,
    fixed,  // set with the row and never changed, so that an update leaves its indexes alone; a change is a bug
    changing,
};

struct Column {
    const char* name;
    Role role;
};

// table<Row>() says its name and columns; members(row) ties its members in the order of the columns.
struct Table {
    const char* name;
    std::span<const Column> columns;
};

template <class Row>
[[nodiscard]] const Table& table();

template <class DagVersion>
auto members(DagVersion& v) requires std::is_same_v<std::remove_const_t<DagVersion>, model::DagVersion> {
    return std::tie(v.id, v.dag_id, v.number, v.hash, v.file, v.created_at, v.source);
}

template <class DagState>
auto members(DagState& d) requires std::is_same_v<std::remove_const_t<DagState>, model::DagState> {
    return std::tie(d.dag_id, d.version, d.paused, d.removed, d.scheduled_through, d.failed_in_a_row,
                    d.windows_through);
}

template <class Run>
auto members(Run& r) requires std::is_same_v<std::remove_const_t<Run>, model::Run> {
    return std::tie(r.id, r.dag_id, r.run_id, r.version, r.type, r.state, r.triggered_by, r.triggering_user,
                    r.logical_date, r.data_interval, r.timezone, r.run_after, r.queued_at, r.started_at, r.ended_at,
                    r.params, r.note, r.restart_of, r.backfill, r.retries_used, r.retry_at, r.deadline_missed, r.parent,
                    r.cause, r.ledger_through, r.stale_since, r.rerun_at);
}

template <class TaskInstance>
auto members(TaskInstance& t) requires std::is_same_v<std::remove_const_t<TaskInstance>, model::TaskInstance> {
    return std::tie(t.run, t.task_id, t.map_index, t.state, t.try_number, t.max_tries, t.scheduled_at, t.queued_at,
                    t.started_at, t.ended_at, t.retry_at, t.pool, t.pool_slots, t.priority_weight, t.operator_kind,
                    t.executor, t.reason, t.outputs, t.mapped, t.item, t.label, t.waits_since, t.deadline_missed);
}

template <class Try>
auto members(Try& t) requires std::is_same_v<std::remove_const_t<Try>, model::Try> {
    return std::tie(t.id, t.run, t.task_id, t.map_index, t.number, t.state, t.executor, t.epoch, t.boot_id, t.pid,
                    t.created_at, t.started_at, t.ended_at, t.exit_code, t.signal, t.reason, t.log_path);
}

template <class Backfill>
auto members(Backfill& b) requires std::is_same_v<std::remove_const_t<Backfill>, model::Backfill> {
    return std::tie(b.id, b.dag_id, b.from, b.to, b.state, b.reprocess, b.backwards, b.max_active_runs, b.params,
                    b.user, b.created_at, b.ended_at, b.total, b.made, b.made_through);
}

template <class Notification>
auto members(Notification& n) requires std::is_same_v<std::remove_const_t<Notification>, model::Notification> {
    return std::tie(n.id, n.dag_id, n.run_id, n.task_id, n.map_index, n.event, n.notifier, n.script, n.message, n.state,
                    n.attempts, n.created_at, n.ended_at, n.reason);
}

template <class Event>
auto members(Event& e) requires std::is_same_v<std::remove_const_t<Event>, model::Event> {
    auto& ce = e.event;
    return std::tie(e.id, e.source, e.position, e.received_at, ce.id, ce.source, ce.type, ce.subject, ce.time,
                    e.disposition, e.reason, e.run, e.replay_of, ce.attributes, ce.data);
}

template <class Window>
auto members(Window& w) requires std::is_same_v<std::remove_const_t<Window>, model::Window> {
    return std::tie(w.asset, w.key, w.interval, w.revision, w.event, w.completed_at, w.row_count);
}

template <class AssetState>
auto members(AssetState& a) requires std::is_same_v<std::remove_const_t<AssetState>, model::AssetState> {
    return std::tie(a.asset, a.key, a.watermark, a.newest_end, a.longest, a.last_seen, a.last_event);
}

template <class Position>
auto members(Position& p) requires std::is_same_v<std::remove_const_t<Position>, model::SourcePosition> {
    return std::tie(p.source, p.part, p.position);
}

template <class Counted>
auto members(Counted& c) requires std::is_same_v<std::remove_const_t<Counted>, model::CountedEvent> {
    return std::tie(c.dag_id, c.entry, c.event, c.at);
}

template <class User>
auto members(User& u) requires std::is_same_v<std::remove_const_t<User>, model::User> {
    return std::tie(u.name, u.password_hash, u.role, u.active, u.created_at, u.last_login_at);
}

template <class Session>
auto members(Session& s) requires std::is_same_v<std::remove_const_t<Session>, model::Session> {
    return std::tie(s.hash, s.user, s.created_at, s.expires_at);
}

template <class Token>
auto members(Token& t) requires std::is_same_v<std::remove_const_t<Token>, model::Token> {
    return std::tie(t.id, t.hash, t.name, t.user, t.role, t.scopes, t.login, t.created_at, t.expires_at,
                    t.last_used_at);
}

template <class AuditEntry>
auto members(AuditEntry& a) requires std::is_same_v<std::remove_const_t<AuditEntry>, model::AuditEntry> {
    return std::tie(a.id, a.at, a.event, a.owner, a.dag_id, a.run_id, a.task_id, a.map_index, a.logical_date, a.outcome,
                    a.extra);
}

template <class Row>
void bind_row(SQLite::Statement& statement, const Row& row) {
    std::apply(Binder(statement), members(row));
}

template <class Row>
[[nodiscard]] Row read_row(RowReader& reader) {
    Row row;
    std::apply([&reader](auto&... member) { reader(member...); }, members(row));
    return row;
}

// "r.id, r.dag_id, …" for SELECT, with alias "r".
[[nodiscard]] std::string column_list(const Table& table, const std::string& alias);

// INSERT … ON CONFLICT (key) DO UPDATE of the changing columns. It changes no row when a fixed column differs.
[[nodiscard]] std::string upsert_sql(const Table& table);

}  // namespace weir::store
