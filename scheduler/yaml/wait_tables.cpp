#include "scheduler/yaml/wait_tables.hpp"

#include "scheduler/yaml/formats.hpp"
#include "scheduler/yaml/operator_tables.hpp"
#include "scheduler/yaml/params.hpp"
#include "scheduler/yaml/settings.hpp"
#include "scheduler/yaml/task_tables.hpp"

namespace weir::yaml {
namespace {

constexpr const char* kInterval = "30s";

ShapePtr free_text(std::string wanted) { return with_templates(filled_text(std::move(wanted))); }
ShapePtr dag_id() { return with_templates(shape("a DAG id", id_text("a DAG id"))); }
ShapePtr status() { return with_templates(whole(100, 599)); }

ShapePtr longer_than_nothing() {
    const auto plain = duration();
    auto measure = std::get<Measure>(plain->form);
    measure.fault = [](std::string_view text, const Surroundings&) -> std::string {
        const auto length = model::parse_duration(text);
        return length && *length > model::Duration{0} ? "" : "no duration";
    };
    return shape("a duration such as 30s or 5m, longer than 0", std::move(measure));
}

ShapePtr http_question() {
    auto map = object(
        {"a question over HTTP",
         "An address, and the answer that is waited for",
         {{"url", with_templates(web_address()), "The address", true},
          {"method", choice({"GET", "HEAD", "POST", "PUT"}), "Method of the request", false, "GET"},
          {"headers",
           shape("a map of names and values", MapOf{header_name(), with_templates(shape("a text", AnyScalar{}))}),
           "Headers of the request"},
          {"body", with_templates(shape("a text, or a value that is sent as JSON", AnyValue{})), "Body of the request"},
          {"expect_status", one_or_more("a status or a list of them", status()), "The status that is waited for", false,
           200},
          {"expect", free_text("a text"), "Text that the body must hold"}},
         {}});
    return either("an address, or a map with the key url", {with_templates(web_address()), std::move(map)});
}

ShapePtr redis_key() {
    return object({"a key of Redis",
                   "It is waited for until it exists",
                   {{"connection", with_templates(connection("redis")), "A redis connection of weir.yaml", true},
                    {"key", free_text("a key"), "The key", true}}});
}

ShapePtr other_run() {
    return object(
        {"a run to wait for",
         "A run of another DAG",
         {{"dag", dag_id(), "Its DAG", true},
          {"logical_date",
           with_templates(either("same, or a time such as \"2026-11-22T08:00:00Z\"", {choice({"same"}), instant()},
                                 [](const Node& node) -> std::size_t {
                                     return node.scalar() != nullptr && node.scalar()->text == "same" ? 0 : 1;
                                 })),
           "Its logical date: the same as this run's, or a time", false, "same"},
          {"states",
           list_of(
               "a list of states",
               choice({std::string(to_text(model::RunState::success)), std::string(to_text(model::RunState::failed))}),
               1, true),
           "How it must have ended", false, Json::array({"success"})}},
         {}});
}

}  // namespace

const ShapePtr& wait_shape() {
    static const auto made = [] {
        std::vector<Key> keys{
            {"file", free_text("the path of a file"), "Until this file or folder exists"},
            {"http", http_question(), "Until this address answers as expected"},
            {"sql", sql_shape(), "Until the first value of the first row is true: not null, false, 0 or empty"},
            {"redis", redis_key(), "Until this key exists"},
            {"run", other_run(), "Until this run of another DAG has ended"},
            {"until", with_templates(instant()), "Until this time"},
            {"for", with_templates(duration()), "For so long, from when the task first starts"}};
        std::vector<std::string> names;
        for (const auto& key : keys) names.push_back(key.name);
        keys.push_back({"interval", longer_than_nothing(), "Between two looks", false, kInterval});
        keys.push_back(
            {"soft_fail", boolean(), "When the time is over the task is skipped instead of failed", false, false});
        return object(
            {"a wait", "Wait for one thing", std::move(keys), {exactly_one_of(std::move(names), "a wait is for")}});
    }();
    return made;
}

const ShapePtr& sub_dag_shape() {
    static const auto made = [] {
        auto map = object({"a run to start",
                           "A run of another DAG",
                           {{"id", dag_id(), "The DAG", true},
                            {"params",
                             shape("a map of params", MapOf{name_text("the name of a param"),
                                                            with_templates(shape("a value", AnyValue{}))}),
                             "Its params"},
                            {"wait", boolean(), "Wait until it has ended, and fail if it fails", false, true},
                            {"logical_date", with_templates(instant()), "Its logical date; none unless set"}},
                           {}});
        return either("the id of a DAG, or a map with the key id", {dag_id(), std::move(map)});
    }();
    return made;
}

const ShapePtr& approve_shape() {
    static const auto made = [] {
        auto map = object(
            {"an approval",
             "What a person is asked",
             {{"message", free_text("a text"), "The question", true},
              {"form", params_shape("a field"), "Values that are filled in with the answer, described as `params` are"},
              {"roles", list_of("a list of roles", choice({"viewer", "user", "operator", "admin"}), 1, true),
               "Who may answer; operator and admin unless set"},
              {"default", choice({"approve", "reject"}),
               "The answer when the timeout has passed; the task fails unless set"},
              {"on_reject", choice({"fail", "skip"}), "What becomes of the task when it is rejected", false, "fail"}},
             {}});
        return either("a question, or a map with the key message", {free_text("a question"), std::move(map)});
    }();
    return made;
}

namespace {

const Node* form_within(const Node& settings) {
    const auto* map = settings.map();
    const auto* entry = map == nullptr || settings.faulty ? nullptr : map->find("form");
    return entry == nullptr || entry->value.faulty ? nullptr : &entry->value;
}

bool holds_expression(const Node& node) {
    if (const auto* scalar = node.scalar()) return scalar->text.find("${{") != std::string::npos;
    if (const auto* list = node.list()) return std::ranges::any_of(list->items, holds_expression);
    const auto* map = node.map();
    return map != nullptr &&
           std::ranges::any_of(map->entries, [](const Entry& entry) { return holds_expression(entry.value); });
}

Json form_of(const Node& node) {
    auto fields = read_params(node);
    Problems none("");  // it was judged before
    finish_params(fields, none);
    Json form = Json::array();
    for (const auto& field : fields) {
        form.push_back(
            {{"name", field.param.name}, {"description", field.param.description}, {"schema", field.param.schema}});
        if (field.param.fallback) form.back()["default"] = *field.param.fallback;
    }
    return form;
}

void fill_in(Json& settings, const char* key, Json value) {
    if (!settings.contains(key)) settings[key] = std::move(value);
}

// A bare value is the one under this key.
void write_out(Json& settings, const char* key) {
    if (!settings.is_object()) settings = {{key, std::move(settings)}};
}

void finish_wait(Json& wait) {
    fill_in(wait, "interval", kInterval);
    fill_in(wait, "soft_fail", false);
    if (wait.contains("http")) {
        auto& http = wait["http"];
        write_out(http, "url");
        fill_in(http, "method", "GET");
        fill_in(http, "headers", Json::object());
        fill_in(http, "expect_status", 200);
        if (!http["expect_status"].is_array()) http["expect_status"] = Json::array({http["expect_status"]});
    }
    if (wait.contains("run")) {
        fill_in(wait["run"], "logical_date", "same");
        fill_in(wait["run"], "states", Json::array({"success"}));
    }
}

}  // namespace

void judge_approval(const Node& settings, Problems& problems) {
    const auto* form = form_within(settings);
    if (form == nullptr) return;
    auto fields = read_params(*form);
    finish_params(fields, problems);
    for (const auto& entry : form->map()->entries)
        if (holds_expression(entry.value)) problems.add(entry.value.place, "no ${{{{ }}}} may stand in a form");
}

Json finished_settings(model::OperatorKind kind, const Node& node, const Shape& shape) {
    auto settings = to_settings(node, shape);
    switch (kind) {
        case model::OperatorKind::run:
        case model::OperatorKind::load:
        case model::OperatorKind::sql:
        case model::OperatorKind::check:
            break;
        case model::OperatorKind::wait:
            finish_wait(settings);
            break;
        case model::OperatorKind::dag:
            write_out(settings, "id");
            fill_in(settings, "params", Json::object());
            fill_in(settings, "wait", true);
            break;
        case model::OperatorKind::approve:
            write_out(settings, "message");
            settings["form"] = form_within(node) == nullptr ? Json::array() : form_of(*form_within(node));
            fill_in(settings, "roles", Json::array());
            fill_in(settings, "on_reject", "fail");
            break;
    }
    return settings;
}

}  // namespace weir::yaml
