#include "web/live/change.hpp"

#include <fmt/format.h>

#include <type_traits>
#include <variant>

#include "scheduler/model/json.hpp"

namespace weir::live {

namespace {

struct Collector {
    std::vector<Change>& changes;

    Change& add(Kind kind) {
        auto& change = changes.emplace_back();
        change.kind = kind;
        return change;
    }

    void operator()(const model::Run& row) {
        auto& change = add(Kind::run);
        change.run = row.id;
        change.dag_id = row.dag_id;
        change.run_id = row.run_id;
        change.state = model::to_text(row.state);
    }
    void operator()(const model::TaskInstance& row) {
        auto& change = add(Kind::task);
        change.run = row.run;
        change.task_id = row.task_id;
        change.map_index = row.map_index;
        change.try_number = row.try_number;
        if (row.state != model::TaskState::none) change.state = model::to_text(row.state);
        if (row.operator_kind != model::OperatorKind::approve) return;
        auto& asked = add(Kind::hitl);
        asked.run = row.run;
        asked.task_id = row.task_id;
        asked.map_index = row.map_index;
    }
    void operator()(const model::Backfill& row) {
        auto& change = add(Kind::backfill);
        change.dag_id = row.dag_id;
        change.id = row.id.value;
    }
    void operator()(const model::Notification& row) { add(Kind::notification).dag_id = row.dag_id; }
    void operator()(const model::Event& row) { add(Kind::event).id = row.id.value; }
    void operator()(const model::Window& row) { window(row.asset, row.key); }
    void operator()(const model::AssetState& row) { window(row.asset, row.key); }

    // DAGs are told of when the loop has said when they run next (Feed::dags_changed). A try's own row never changes
    // without its task's.
    void operator()(const model::DagVersion&) {}
    void operator()(const model::DagState&) {}
    void operator()(const model::Try&) {}
    void operator()(const core::TryErased&) {}
    void operator()(const model::SourcePosition&) {}
    void operator()(const model::CountedEvent&) {}
    void operator()(const core::EventsConsumed&) {}
    // Who may do what is for no page that waits.
    void operator()(const model::User&) {}
    void operator()(const model::UserErased&) {}
    void operator()(const model::Session&) {}
    void operator()(const model::SessionErased&) {}
    void operator()(const model::Token&) {}
    void operator()(const model::TokenErased&) {}
    void operator()(const model::AuditEntry&) {}

    void window(const std::string& asset, const std::string& key) {
        auto& change = add(Kind::window);
        change.dag_id = asset;
        change.run_id = key;
    }
};

std::string json_text(std::string_view text) { return model::to_text(model::Json(text)); }

}  // namespace

void collect(std::span<const core::Change> rows, std::vector<Change>& changes) {
    Collector collector{changes};
    for (const auto& row : rows) std::visit(collector, row);
}

std::string to_json(const Change& change) {
    switch (change.kind) {
        case Kind::run:
            return fmt::format(R"({{"kind":"run","dag_id":{},"run_id":{},"state":"{}"}})", json_text(change.dag_id),
                               json_text(change.run_id), change.state);
        case Kind::task:
            return fmt::format(
                R"({{"kind":"task","dag_id":{},"run_id":{},"task_id":{},"map_index":{},"state":{},"try_number":{}}})",
                json_text(change.dag_id), json_text(change.run_id), json_text(change.task_id), change.map_index,
                change.state.empty() ? "null" : json_text(change.state), change.try_number);
        case Kind::dag:
            return fmt::format(R"({{"kind":"dag","dag_id":{}}})", json_text(change.dag_id));
        case Kind::catalog:
            return R"({"kind":"catalog"})";
        case Kind::window:
            return fmt::format(R"({{"kind":"window","asset":{},"key":{}}})", json_text(change.dag_id),
                               json_text(change.run_id));
        case Kind::event:
            return fmt::format(R"({{"kind":"event","event_id":{}}})", change.id);
        case Kind::backfill:
            return fmt::format(R"({{"kind":"backfill","id":{},"dag_id":{}}})", change.id, json_text(change.dag_id));
        case Kind::notification:
            return R"({"kind":"notification"})";
        case Kind::hitl:
            return fmt::format(R"({{"kind":"hitl","dag_id":{},"run_id":{},"task_id":{}}})", json_text(change.dag_id),
                               json_text(change.run_id), json_text(change.task_id));
    }
    return "";
}

std::string key_of(const Change& change) {
    // No name holds this separator. Notifications of one DAG say the same.
    return fmt::format("{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}", static_cast<int>(change.kind), change.run.value,
                       change.dag_id, change.run_id, change.task_id, change.map_index, change.id);
}

}  // namespace weir::live
