#include <fmt/format.h>

#include <algorithm>

#include "web/api/access.hpp"
#include "web/api/body.hpp"
#include "web/api/dto.hpp"
#include "web/api/like.hpp"
#include "web/api/lookup.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"
#include "web/api/sorting.hpp"

namespace weir::api {

using model::Json;

namespace {

// The catalog and history side by side, held while views point into them.
struct AllDags {
    explicit AllDags(const Services& services) : catalog(services.catalog.catalog()), rows(services.history.dags()) {
        for (const auto& [dag_id, entry] : catalog->dags) views[dag_id] = {dag_id, &entry, nullptr};
        for (const auto& row : rows) {
            auto& view = views[row.state.dag_id];
            view.dag_id = row.state.dag_id;
            view.row = &row;
        }
    }
    AllDags(const AllDags&) = delete;
    AllDags& operator=(const AllDags&) = delete;

    [[nodiscard]] const DagView* find(std::string_view dag_id) const {
        const auto found = views.find(dag_id);
        return found == views.end() ? nullptr : &found->second;
    }

    std::shared_ptr<const ports::Catalog> catalog;
    std::vector<ports::DagRow> rows;
    std::map<std::string, DagView, std::less<>> views;
};

struct DagFilter {
    std::vector<std::string> tags, owners;
    std::string tags_match_mode;
    std::string id_pattern;
    std::optional<bool> paused, broken;
    bool exclude_stale = true;
    std::vector<model::RunState> last_run_states;

    [[nodiscard]] bool keeps(const DagView& view) const {
        const auto* dag = view.entry == nullptr ? nullptr : view.entry->dag.get();
        if (exclude_stale && view.is_stale()) return false;
        if (paused && view.is_paused() != *paused) return false;
        if (broken && (view.entry != nullptr && view.entry->broken) != *broken) return false;
        if (!id_pattern.empty() && !matches_like(view.dag_id, id_pattern)) return false;
        if (!owners.empty() && (dag == nullptr || !contains(owners, dag->owner))) return false;
        if (!tags.empty()) {
            const auto has = [dag](const std::string& tag) { return dag != nullptr && contains(dag->tags, tag); };
            const bool all = tags_match_mode == "all";
            if (all ? !std::all_of(tags.begin(), tags.end(), has) : !std::any_of(tags.begin(), tags.end(), has))
                return false;
        }
        if (last_run_states.empty()) return true;
        return view.row != nullptr && view.row->last_run && contains(last_run_states, view.row->last_run->state);
    }

    template <class Value>
    static bool contains(const std::vector<Value>& values, const Value& value) {
        return std::find(values.begin(), values.end(), value) != values.end();
    }
};

constexpr OrderName kOrders[] = {{"dag_id", "dag_id"},
                                 {"dag_display_name", "dag_id"},
                                 {"next_dagrun", "next"},
                                 {"last_run_start_date", "start"},
                                 {"last_run_state", "state"}};

// What a DAG is sorted by; DAGs without a value come last in ascending order.
std::string sort_key(const DagView& view, std::string_view column) {
    const auto time = [](const std::optional<model::TimePoint>& at) { return at ? model::format_rfc3339(*at) : "~"; };
    if (column == "next") return time(view.entry == nullptr ? std::nullopt : view.entry->next_run_at);
    const auto* last = view.row != nullptr && view.row->last_run ? &*view.row->last_run : nullptr;
    if (column == "start") return time(last == nullptr ? std::nullopt : last->started_at);
    if (column == "state") return last == nullptr ? "~" : std::string(model::to_text(last->state));
    return view.dag_id;
}

http::Response list_dags(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    DagFilter filter;
    filter.tags = parameters.texts("tags");
    filter.tags_match_mode = parameters.text("tags_match_mode");
    if (filter.tags_match_mode != "" && filter.tags_match_mode != "any" && filter.tags_match_mode != "all")
        parameters.fault("tags_match_mode", "must be any or all", filter.tags_match_mode);
    filter.owners = parameters.texts("owners");
    filter.id_pattern = parameters.text("dag_id_pattern");
    if (const auto name = parameters.text("dag_display_name_pattern"); filter.id_pattern.empty())
        filter.id_pattern = name;
    filter.paused = parameters.flag("paused");
    filter.broken = parameters.flag("has_import_errors");
    filter.exclude_stale = parameters.flag("exclude_stale").value_or(true);
    filter.last_run_states = parameters.enums<model::RunState>("last_dag_run_state");
    const auto limit = static_cast<std::size_t>(parameters.limit());
    const auto offset = static_cast<std::size_t>(parameters.offset());
    const auto order = parameters.order_by(kOrders, "dag_id");
    if (auto refusal = parameters.refusal()) return std::move(*refusal);

    const AllDags all(services);
    std::vector<const DagView*> kept;
    for (const auto& [dag_id, view] : all.views)
        if (filter.keeps(view)) kept.push_back(&view);
    sort_by(kept, order, [](const DagView* view, std::string_view column) { return sort_key(*view, column); });

    auto dags = Json::array();
    for (auto i = offset; i < kept.size() && dags.size() < limit; ++i) dags.push_back(dag_json(*kept[i]));
    return json_answer({{"dags", dags}, {"total_entries", kept.size()}});
}

http::Response get_dag(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const AllDags all(services);
    const auto* view = all.find(request.path_param("dag_id"));
    return view == nullptr ? dag_not_found(request.path_param("dag_id")) : json_answer(dag_json(*view));
}

http::Response get_details(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto& dag_id = request.path_param("dag_id");
    const AllDags all(services);
    const auto* view = all.find(dag_id);
    if (view == nullptr) return dag_not_found(dag_id);
    ports::RunFilter running;
    running.dag_id = dag_id;
    running.states = {model::RunState::running};
    running.limit = 1;
    Versions versions(services.history);
    return json_answer(dag_details_json(*view, services.history.runs(running).total, versions));
}

http::Response patch_dag(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    const auto masks = parameters.texts("update_mask");
    for (const auto& mask : masks)
        if (mask != "is_paused") parameters.fault("update_mask", "can only be is_paused", mask);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    Body body(request);
    const auto paused = body.flag("is_paused");
    if (!paused) body.fault("is_paused", "is needed: true or false");
    if (auto refusal = body.refusal()) return std::move(*refusal);

    const auto& dag_id = request.path_param("dag_id");
    const auto done = services.commands.execute(core::SetPaused{.request = {}, .dag_id = dag_id, .paused = *paused},
                                                audit_of(services, request));
    if (!done) return error_answer(done.error());
    const AllDags all(services);
    const auto* view = all.find(dag_id);
    return view == nullptr ? dag_not_found(dag_id) : json_answer(dag_json(*view));
}

http::Response get_source(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    const auto wanted = parameters.number("version_number", 1, INT32_MAX);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto& dag_id = request.path_param("dag_id");
    const AllDags all(services);
    const auto* view = all.find(dag_id);
    if (view == nullptr) return dag_not_found(dag_id);

    const auto newest = view->row == nullptr ? std::nullopt : services.history.version(view->row->state.version);
    const auto stored = wanted ? services.history.version(dag_id, static_cast<int>(*wanted)) : newest;
    if (wanted && !stored) return error_answer(404, fmt::format("The DAG `{}` has no version {}", dag_id, *wanted));
    const std::int64_t number = stored ? stored->number : 0;  // versions count from 1
    const bool is_newest = !wanted || (newest && number == newest->number);
    const std::string source = is_newest && view->entry != nullptr ? view->entry->dag->source
                               : stored                            ? stored->source
                                                                   : "";
    if (request.header("Accept").starts_with("text/plain")) {
        http::Response response;
        response.content_type = "text/plain; charset=utf-8";
        response.body = source;
        return response;
    }
    return json_answer({{"content", source},
                        {"dag_id", dag_id},
                        {"dag_display_name", dag_id},
                        {"version_number", number > 0 ? Json(number) : Json()}});
}

http::Response get_stats(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    const auto wanted = parameters.texts("dag_ids");
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const AllDags all(services);
    auto dags = Json::array();
    for (const auto& [dag_id, view] : all.views) {
        if (!wanted.empty() ? !DagFilter::contains(wanted, dag_id) : view.is_stale()) continue;
        auto stats = Json::array();
        for (const auto& state : model::enum_names<model::RunState>()) {
            ports::RunFilter filter;
            filter.dag_id = dag_id;
            filter.states = {state.value};
            filter.limit = 1;
            stats.push_back({{"state", state.text}, {"count", services.history.runs(filter).total}});
        }
        dags.push_back({{"dag_id", dag_id}, {"dag_display_name", dag_id}, {"stats", stats}});
    }
    const auto total = dags.size();
    return json_answer({{"dags", std::move(dags)}, {"total_entries", total}});
}

}  // namespace

void add_dags(http::Router& router, const Services& services) {
    const auto add = [&router, &services](const char* method, const char* path, auto* answer) {
        router.add(method, path,
                   [services, answer](const http::Request& request) { return answer(services, request); });
    };
    add("GET", "/api/v2/dags", list_dags);
    add("GET", "/api/v2/dags/{dag_id}", get_dag);
    add("PATCH", "/api/v2/dags/{dag_id}", patch_dag);
    add("GET", "/api/v2/dags/{dag_id}/details", get_details);
    add("GET", "/api/v2/dagSources/{dag_id}", get_source);
    add("GET", "/api/v2/dagStats", get_stats);
}

}  // namespace weir::api
