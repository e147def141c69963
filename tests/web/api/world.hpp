// A small world for the API: history, commands and catalog as plain values, and the router asked without sockets.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "web/api/routes.hpp"
#include "web/http/target.hpp"

namespace weir::api::test {

using model::Json;

inline model::TimePoint at(const char* text) { return model::parse_rfc3339(text)->time; }

// Rows as a test puts them there, filtered only by ids and states; it remembers the filters it was asked with.
struct FakeHistory : ports::History {
    std::vector<ports::DagRow> dag_rows;
    std::vector<model::Run> run_rows;
    std::vector<ports::TaskInstanceRow> instance_rows;
    std::vector<model::Try> try_rows;
    std::vector<model::DagVersion> version_rows;
    std::vector<ports::BackfillRow> backfill_rows;
    mutable ports::RunFilter run_filter;
    mutable ports::TaskInstanceFilter instance_filter;
    mutable ports::NotificationFilter notification_filter;
    mutable ports::Slice asked_slice;

    [[nodiscard]] std::vector<ports::DagRow> dags() const override { return dag_rows; }
    [[nodiscard]] ports::Page<model::Run> runs(const ports::RunFilter& filter) const override {
        run_filter = filter;
        ports::Page<model::Run> page;
        for (const auto& row : run_rows)
            if ((filter.dag_id.empty() || filter.dag_id == row.dag_id) && any(filter.states, row.state) &&
                filter.deadline_missed.value_or(row.deadline_missed) == row.deadline_missed &&
                filter.stale.value_or(row.stale_since.has_value()) == row.stale_since.has_value())
                page.rows.push_back(row);
        page.total = static_cast<std::int64_t>(page.rows.size());
        return page;
    }
    [[nodiscard]] std::optional<model::Run> run(std::string_view dag_id, std::string_view run_id) const override {
        for (const auto& row : run_rows)
            if (row.dag_id == dag_id && row.run_id == run_id) return row;
        return std::nullopt;
    }
    [[nodiscard]] std::optional<model::Run> run(model::RunId id) const override {
        for (const auto& row : run_rows)
            if (row.id == id) return row;
        return std::nullopt;
    }
    [[nodiscard]] ports::Page<ports::TaskInstanceRow> task_instances(
        const ports::TaskInstanceFilter& filter) const override {
        instance_filter = filter;
        ports::Page<ports::TaskInstanceRow> page;
        for (const auto& row : instance_rows)
            if ((filter.dag_id.empty() || filter.dag_id == row.run.dag_id) &&
                (filter.run_id.empty() || filter.run_id == row.run.run_id) &&
                (filter.task_id.empty() || filter.task_id == row.task_instance.task_id) &&
                any(filter.map_indexes, row.task_instance.map_index) &&
                (!filter.without_mapped || row.task_instance.mapped == 0) &&
                (!filter.instances_only || row.task_instance.map_index >= 0) &&
                any(filter.operators, row.task_instance.operator_kind) && any(filter.states, row.task_instance.state))
                page.rows.push_back(row);
        page.total = static_cast<std::int64_t>(page.rows.size());
        return page;
    }
    [[nodiscard]] std::vector<model::Try> tries(model::RunId run, std::string_view task_id,
                                                int map_index) const override {
        std::vector<model::Try> found;
        for (const auto& row : try_rows)
            if (row.run == run && row.task_id == task_id && row.map_index == map_index) found.push_back(row);
        return found;
    }
    std::vector<model::Notification> notification_rows;
    [[nodiscard]] ports::Page<model::Notification> notifications(
        const ports::NotificationFilter& filter) const override {
        notification_filter = filter;
        ports::Page<model::Notification> page;
        for (const auto& row : notification_rows)
            if (any(filter.states, row.state)) page.rows.push_back(row);
        page.total = static_cast<std::int64_t>(page.rows.size());
        return page;
    }
    [[nodiscard]] std::optional<model::DagVersion> version(model::DagVersionId id) const override {
        for (const auto& row : version_rows)
            if (row.id == id) return row;
        return std::nullopt;
    }

    [[nodiscard]] std::optional<model::DagVersion> version(std::string_view dag_id, int number) const override {
        for (const auto& row : version_rows)
            if (row.dag_id == dag_id && row.number == number) return row;
        return std::nullopt;
    }
    [[nodiscard]] ports::Page<model::DagVersion> versions(std::string_view dag_id,
                                                          const ports::Slice& slice) const override {
        asked_slice = slice;
        ports::Page<model::DagVersion> page;
        for (const auto& row : version_rows)
            if (row.dag_id == dag_id) page.rows.push_back(row);
        page.total = static_cast<std::int64_t>(page.rows.size());
        return page;
    }
    [[nodiscard]] std::vector<ports::TaskStates> task_states(std::span<const model::RunId> runs) const override {
        std::vector<ports::TaskStates> all;
        for (const auto run : runs)
            for (const auto& row : instance_rows) {
                const auto& task = row.task_instance;
                if (task.run != run || (task.map_index < 0 && task.mapped > 0)) continue;
                if (all.empty() || all.back().run != run || all.back().task_id != task.task_id)
                    all.push_back({run, task.task_id, {}, 0, task.operator_kind});
                if (task.map_index >= 0) ++all.back().mapped;
                ++all.back().counts[task.state];
            }
        return all;
    }
    std::vector<ports::RunCount> count_rows;
    [[nodiscard]] std::vector<ports::RunCount> run_counts(std::string_view,
                                                          std::span<const model::TimePoint> bounds) const override {
        std::vector<ports::RunCount> found;
        for (auto row : count_rows) {
            if (row.start < bounds.front() || row.start >= bounds.back()) continue;
            row.start = *std::prev(std::upper_bound(bounds.begin(), bounds.end(), row.start));
            found.push_back(row);
        }
        return found;
    }
    [[nodiscard]] std::map<model::RunState, std::int64_t> ended_since(model::TimePoint since) const override {
        std::map<model::RunState, std::int64_t> counts;
        for (const auto& row : run_rows)
            if (row.ended_at && *row.ended_at >= since) ++counts[row.state];
        return counts;
    }
    [[nodiscard]] std::vector<model::Run> failed_since(model::TimePoint since, int) const override {
        std::vector<model::Run> found;
        for (const auto& row : run_rows)
            if (row.state == model::RunState::failed && row.ended_at && *row.ended_at >= since) found.push_back(row);
        return found;
    }
    [[nodiscard]] std::vector<model::Run> find_runs(std::string_view text, int) const override {
        std::vector<model::Run> found;
        for (const auto& row : run_rows)
            if (row.run_id.find(text) != std::string::npos) found.push_back(row);
        return found;
    }

    [[nodiscard]] ports::Page<ports::BackfillRow> backfills(std::string_view dag_id, bool only_open,
                                                            const ports::Slice& slice) const override {
        asked_slice = slice;
        ports::Page<ports::BackfillRow> page;
        for (const auto& row : backfill_rows)
            if ((dag_id.empty() || dag_id == row.backfill.dag_id) && !(only_open && row.backfill.ended_at))
                page.rows.push_back(row);
        page.total = static_cast<std::int64_t>(page.rows.size());
        return page;
    }
    [[nodiscard]] std::optional<ports::BackfillRow> backfill(model::BackfillId id) const override {
        for (const auto& row : backfill_rows)
            if (row.backfill.id == id) return row;
        return std::nullopt;
    }

    std::vector<model::Event> event_rows;
    mutable ports::EventFilter event_filter;
    [[nodiscard]] ports::Page<model::Event> events(const ports::EventFilter& filter) const override {
        event_filter = filter;
        ports::Page<model::Event> page;
        for (const auto& row : event_rows)
            if (any(filter.dispositions, row.disposition)) page.rows.push_back(row);
        page.total = static_cast<std::int64_t>(page.rows.size());
        return page;
    }
    [[nodiscard]] std::optional<model::Event> event(model::EventId id) const override {
        for (const auto& row : event_rows)
            if (row.id == id) return row;
        return std::nullopt;
    }
    std::vector<model::Window> window_rows;
    mutable ports::WindowFilter window_filter;
    [[nodiscard]] ports::Page<model::Window> windows(const ports::WindowFilter& filter) const override {
        window_filter = filter;
        return {window_rows, static_cast<std::int64_t>(window_rows.size())};
    }
    // The newest revisions of window_rows, which are in the order of their starts and revisions.
    [[nodiscard]] std::vector<ports::WindowNow> windows_now(const model::AssetKey& asset, model::TimePoint from,
                                                            model::TimePoint to, std::size_t) const override {
        std::vector<ports::WindowNow> now;
        for (const auto& row : window_rows) {
            if (row.asset != asset.asset || row.key != asset.key || row.interval.start < from ||
                row.interval.start >= to)
                continue;
            const bool again = !now.empty() && now.back().interval == row.interval;
            if (again) now.pop_back();
            now.push_back({row.interval, row.revision, row.event, again});
        }
        return now;
    }
    std::vector<model::AssetState> asset_rows;
    [[nodiscard]] std::vector<model::AssetState> assets() const override { return asset_rows; }
    [[nodiscard]] std::vector<model::SourcePosition> positions(std::string_view) const override { return {}; }

    template <class State>
    static bool any(const std::vector<State>& wanted, State state) {
        return wanted.empty() || std::find(wanted.begin(), wanted.end(), state) != wanted.end();
    }
};

struct FakeCommands : ports::Commands {
    std::vector<ports::Command> executed;
    std::vector<std::optional<model::AuditEntry>> audits;  // of each
    model::Result<core::Answer> result = core::Answer{};
    ports::Health state;

    [[nodiscard]] model::Result<core::Answer> execute(ports::Command command,
                                                      std::optional<model::AuditEntry> audit) override {
        executed.push_back(std::move(command));
        audits.push_back(std::move(audit));
        return result;
    }
    std::vector<core::Explain> asked;
    model::Result<core::Explanation> explanation = core::Explanation{};
    [[nodiscard]] model::Result<core::Explanation> explain(core::Explain question) override {
        asked.push_back(std::move(question));
        return explanation;
    }
    [[nodiscard]] ports::Health health() const override { return state; }
    template <class Command>
    [[nodiscard]] const Command& last() const {
        REQUIRE_FALSE(executed.empty());
        return std::get<Command>(executed.back());
    }
};

// Takes what comes, and numbers it from 1 on.
struct FakeEvents : ports::EventSink {
    std::vector<core::EventsReceived> batches;
    std::optional<model::Error> refusal;
    model::Disposition disposition = model::Disposition::unmatched;
    std::string reason;
    model::RunId run;
    [[nodiscard]] model::Result<std::vector<model::Event>> deliver(core::EventsReceived batch) override {
        batches.push_back(std::move(batch));
        if (refusal) return *refusal;
        std::vector<model::Event> rows;
        for (const auto& incoming : batches.back().events) {
            model::Event row;
            row.id = model::EventId{static_cast<std::int64_t>(rows.size() + 1)};
            row.event = incoming.event;
            row.disposition = disposition;
            row.reason = reason;
            row.run = run;
            rows.push_back(std::move(row));
        }
        return rows;
    }
};

struct FakeSources : ports::Sources {
    std::vector<ports::SourceStatus> rows;
    [[nodiscard]] std::vector<ports::SourceStatus> sources() const override { return rows; }
};

// Rows as they would be in the database: what is recorded is there at once.
struct FakeAccountRows : ports::AccountRows, ports::Recorder {
    ports::StoredAccounts stored;
    std::vector<model::AuditEntry> audit_rows;
    mutable ports::AuditFilter audit_filter;
    std::optional<model::Error> refusal;
    std::vector<core::Change> written;

    [[nodiscard]] ports::StoredAccounts accounts() const override { return stored; }
    [[nodiscard]] ports::Page<model::AuditEntry> audit(const ports::AuditFilter& filter) const override {
        audit_filter = filter;
        return {{audit_rows.rbegin(), audit_rows.rend()}, static_cast<std::int64_t>(audit_rows.size())};
    }
    [[nodiscard]] std::optional<model::AuditEntry> audit_entry(model::AuditId id) const override {
        for (const auto& row : audit_rows)
            if (row.id == id) return row;
        return std::nullopt;
    }
    [[nodiscard]] model::Result<> record(std::vector<core::Change> rows) override {
        if (refusal) return *refusal;
        note(std::move(rows));
        return {};
    }
    void note(std::vector<core::Change> rows) override {
        for (auto& row : rows) {
            if (auto* entry = std::get_if<model::AuditEntry>(&row)) {
                entry->id = model::AuditId{static_cast<std::int64_t>(audit_rows.size() + 1)};
                audit_rows.push_back(*entry);
            }
            written.push_back(std::move(row));
        }
    }
};

// Dear enough for a test.
inline constexpr accounts::PasswordCost kCheap{1, 8192};

struct FakeCatalog : ports::CatalogSource {
    std::shared_ptr<ports::Catalog> now = std::make_shared<ports::Catalog>();
    [[nodiscard]] std::shared_ptr<const ports::Catalog> catalog() const override { return now; }
};

struct Answer {
    int status = 0;
    std::string text;
    Json json;
    http::Headers headers;
    std::string content_type;
};

// With WEIR_EXCHANGES every answer becomes a line of that file: openapi_answers_test.py holds them against openapi.yaml.
inline void record(const std::string& method, const std::string& target, const Answer& answer) {
    const char* file = std::getenv("WEIR_EXCHANGES");
    if (file == nullptr) return;
    const bool is_json = answer.content_type == "application/json";
    std::ofstream(file, std::ios::app) << Json{{"method", method},
                                               {"target", target},
                                               {"status", answer.status},
                                               {"content_type", answer.content_type},
                                               {"body", is_json ? answer.json : Json()}}
                                              .dump(-1, ' ', true, Json::error_handler_t::replace)
                                       << '\n';
}

// "GET /api/v2/dags?limit=1" with headers and a body, through the router.
inline Answer ask(const http::Router& router, const std::string& method, const std::string& target,
                  const std::string& body = "", const http::Headers& headers = {}, const http::Peer& peer = {}) {
    http::Request request;
    request.method = method;
    request.target = target;
    auto parsed = http::parse_target(target);
    REQUIRE(parsed.has_value());
    request.path = parsed->path;
    request.query = parsed->query;
    request.headers = headers;
    request.body = body;
    request.peer = peer;
    auto response = router.handle(request);
    Answer answer{response.status, response.body, nullptr, response.headers, response.content_type};
    while (response.stream) {
        const auto piece = response.stream->next();
        REQUIRE(piece.has_value());
        if (piece->empty()) break;
        answer.text += *piece;
    }
    if (answer.content_type == "application/json") {
        const auto json = model::parse_json(answer.text);
        REQUIRE_MESSAGE(json.has_value(), answer.text);
        answer.json = *json;
    }
    record(method, target, answer);
    return answer;
}

// One DAG `etl` with tasks extract -> load, one finished run r1 with a failed try, one DAG whose file is gone, one broken file.
struct World {
    explicit World(const std::filesystem::path& log_folder = "/nowhere") {
        auto dag = std::make_shared<model::Dag>();
        dag->id = "etl";
        dag->description = "Extract and load";
        dag->owner = "analytics";
        dag->tags = {"nightly", "report"};
        dag->schedule = {model::CronSchedule{"15 2 * * *", "Europe/Berlin", model::Catchup::latest}};
        dag->params = {{"min_views", "Leave out products seen less", {{"type", "integer"}}, Json(1)}};
        dag->tasks.resize(2);
        dag->tasks[0].id = "extract";
        dag->tasks[0].action = model::ShellScript{"true"};
        dag->tasks[0].downstream = {1};
        dag->tasks[0].retry.retries = 2;
        dag->tasks[0].timeout = std::chrono::minutes{90};
        dag->tasks[1].id = "load";
        dag->tasks[1].action = model::OperatorCall{model::OperatorKind::load, Json::object()};
        dag->tasks[1].upstream = {0};
        dag->file = "etl.yaml";
        dag->source = "id: etl\n";
        catalog.now->dags["etl"] = {dag, at("2026-11-23T01:15:00Z"), false};
        catalog.now->pools = {{"default_pool", 128, ""}, {"small", 2, "for the old database"}};
        catalog.now->import_errors = {
            {"bad.yaml", at("2026-11-22T06:00:00Z"), {{"bad.yaml", 3, 5, "unknown key 'taks'"}}}};

        history.version_rows = {
            {model::DagVersionId{7}, "etl", 3, "abc", "etl.yaml", "id: etl\n", at("2026-11-20T00:00:00Z")}};
        model::Run run;
        run.id = model::RunId{11};
        run.dag_id = "etl";
        run.run_id = "r1";
        run.version = model::DagVersionId{7};
        run.type = model::RunType::scheduled;
        run.state = model::RunState::failed;
        run.triggered_by = model::TriggeredBy::timetable;
        run.logical_date = at("2026-11-22T01:15:00Z");
        run.data_interval = model::Interval{at("2026-11-21T01:15:00Z"), at("2026-11-22T01:15:00Z")};
        run.run_after = at("2026-11-22T01:15:00Z");
        run.queued_at = at("2026-11-22T01:15:00Z");
        run.started_at = at("2026-11-22T01:15:00.5Z");
        run.ended_at = at("2026-11-22T01:15:03Z");
        run.params = {{"min_views", 1}};
        history.run_rows = {run};

        model::Try attempt;
        attempt.id = model::TryId{21};
        attempt.run = run.id;
        attempt.task_id = "extract";
        attempt.state = model::TryState::failed;
        attempt.executor = "process";
        attempt.pid = 4711;
        attempt.created_at = at("2026-11-22T01:15:00.6Z");
        attempt.started_at = at("2026-11-22T01:15:01Z");
        attempt.ended_at = at("2026-11-22T01:15:02.25Z");
        attempt.exit_code = 3;
        attempt.reason = "exit code 3";
        attempt.log_path = "etl/r1/extract/1.log";
        history.try_rows = {attempt};

        model::TaskInstance extract;
        extract.run = run.id;
        extract.task_id = "extract";
        extract.state = model::TaskState::failed;
        extract.try_number = 1;
        extract.max_tries = 3;
        extract.scheduled_at = at("2026-11-22T01:15:00.5Z");
        extract.queued_at = at("2026-11-22T01:15:00.6Z");
        extract.started_at = attempt.started_at;
        extract.ended_at = attempt.ended_at;
        extract.pool = "default_pool";
        extract.executor = "process";
        extract.reason = "exit code 3";
        model::TaskInstance load = extract;
        load.task_id = "load";
        load.state = model::TaskState::none;
        load.try_number = 0;
        load.max_tries = 1;
        load.scheduled_at = load.queued_at = load.started_at = load.ended_at = std::nullopt;
        load.pool = "small";
        load.operator_kind = model::OperatorKind::load;
        load.reason = "";
        history.instance_rows = {{extract, run, attempt}, {load, run, std::nullopt}};

        history.dag_rows = {{{"etl", model::DagVersionId{7}, false, false, std::nullopt}, "etl.yaml", 3, run},
                            {{"old", model::DagVersionId{0}, true, true, std::nullopt}, "old.yaml", 1, std::nullopt}};
        commands.result = core::Answer{.run = run};
        commands.state.heartbeat = at("2026-11-22T08:00:00Z");
        add_routes(router, {.history = history,
                            .commands = commands,
                            .events = events,
                            .sources = sources,
                            .catalog = catalog,
                            .accounts = accounts,
                            .account_rows = account_rows,
                            .log_folder = log_folder,
                            .version = "0.1.0",
                            .now = [] { return at("2026-11-22T08:00:00Z"); }});
    }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    [[nodiscard]] Answer get(const std::string& path) const { return ask(router, "GET", "/api/v2" + path); }
    [[nodiscard]] Answer post(const std::string& path, const Json& body, const http::Headers& headers = {}) const {
        return ask(router, "POST", "/api/v2" + path, model::to_text(body), headers);
    }

    FakeHistory history;
    FakeCommands commands;
    FakeEvents events;
    FakeSources sources;
    FakeCatalog catalog;
    // Logins are off: guard_test.cpp has a world of its own.
    FakeAccountRows account_rows;
    accounts::Accounts accounts{{.rows = account_rows,
                                 .recorder = account_rows,
                                 .now = [] { return at("2026-11-22T08:00:00Z"); },
                                 .login_required = false,
                                 .cost = kCheap}};
    http::Router router;
};

}  // namespace weir::api::test
