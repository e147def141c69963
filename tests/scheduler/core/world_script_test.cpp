// The scripts of World::play(), and what a step is told as; world.hpp says how they look.
#include <functional>
#include <sstream>

#include "scheduler/core/deliveries.hpp"
#include "tests/scheduler/core/world.hpp"

namespace weir::core::testing {

namespace {

std::string trim(const std::string& text) {
    const auto first = text.find_first_not_of(" \n");
    if (first == std::string::npos) return "";
    return text.substr(first, text.find_last_not_of(" \n") - first + 1);
}

}  // namespace

std::string World::play(const std::string& script) {
    std::string played;
    std::istringstream lines(script);
    for (std::string line; std::getline(lines, line);) {
        const auto text = trim(line.substr(0, line.find("->")));
        if (text.empty()) continue;
        perform(text);
        played += told_.empty() ? text + "\n" : text + " -> " + told_ + "\n";
    }
    return played;
}

std::string World::tidy(const std::string& script) {
    std::string tidied;
    std::istringstream lines(script);
    for (std::string line; std::getline(lines, line);)
        if (const auto text = trim(line); !text.empty()) tidied += text + "\n";
    return tidied;
}

namespace {

using Words = std::vector<std::string>;

// look TASK [WHAT IS MISSING]
void look(World& world, const Words& words) {
    auto report = world.exited(words.at(0), model::kNotYetExitCode);
    std::string missing;
    for (std::size_t i = 1; i < words.size(); ++i) missing += (i > 1 ? " " : "") + words[i];
    if (!missing.empty()) report.outputs = {{model::kWaitingFor, missing}};
    world.step({report});
}

// approve TASK [FORM AS JSON]
void decide_on(World& world, const Words& words, bool approved) {
    Decide input{.request = world.next_request(), .approved = approved, .user = "anna", .role = model::Role::admin};
    std::tie(input.run_id, input.task_id) = split_name(words.at(0));
    const auto instance = model::parse_instance_name(input.task_id);
    input.task_id = instance.task_id;
    input.map_index = instance.map_index;
    input.dag_id = world.run(input.run_id).dag_id;
    if (words.size() > 1) input.values = model::parse_json(words[1]).value();
    world.step({input});
}

// delivered NOTIFICATION [EXIT CODE]
void delivered(World& world, const Words& words) {
    const auto& row = world.database.notifications.at({std::stoi(words.at(0))});
    TryExited report;
    report.id = delivery_id(row);
    report.at = world.now;
    report.exit_code = words.size() > 1 ? std::stoi(words[1]) : 0;
    world.step({report});
}

// backfill FROM TO [backwards] [max=N] [reprocess=WHICH]
void backfill(World& world, const Words& words) {
    CreateBackfill input{.request = world.next_request(), .dag_id = "etl"};
    input.from = at(words.at(0));
    input.to = at(words.at(1));
    for (std::size_t i = 2; i < words.size(); ++i) {
        const auto equals = words[i].find('=');
        const auto value = equals == std::string::npos ? "" : words[i].substr(equals + 1);
        if (words[i] == "backwards")
            input.backwards = true;
        else if (words[i].starts_with("max="))
            input.max_active_runs = std::stoi(value);
        else
            input.reprocess = model::parse<model::Reprocess>(value).value();
    }
    input.found_dates = world.database.dated_runs(input.dag_id, input.from, input.to);
    world.step({input});
}

void change_backfill(World& world, const Words& words, BackfillChange change) {
    world.step({ChangeBackfill{world.next_request(), {std::stoi(words.at(0))}, change, std::nullopt}});
}

}  // namespace

void World::perform(const std::string& line) {
    using Event = std::function<void(World&, const Words&)>;
    const auto or_else = [](const Words& words, const char* otherwise) { return words.empty() ? otherwise : words[0]; };
    static const std::map<std::string, Event> kEvents{
        {"wake", [](World& w, const Words&) { w.step(); }},
        {"trigger", [or_else](World& w, const Words& words) { w.trigger(or_else(words, "r")); }},
        {"start",
         [](World& w, const Words& words) {
             w.step({TryStarted{w.open_try(words.at(0)), 7, w.now}});
         }},
        {"exit",
         [](World& w, const Words& words) {
             auto report = w.exited(words.at(0), words.size() > 1 ? std::stoi(words[1]) : 0);
             if (words.size() > 2) report.outputs = model::parse_json(words[2]).value();
             w.step({report});
         }},
        {"signal",
         [](World& w, const Words& words) { w.step({w.by_signal(words.at(0), std::stoi(words.at(1)), false)}); }},
        {"timeout", [](World& w, const Words& words) { w.step({w.by_signal(words.at(0), 15, true)}); }},
        {"refuse",
         [](World& w, const Words& words) {
             w.step({TryRefused{w.open_try(words.at(0)), false, "no such program"}});
         }},
        {"shortage",
         [](World& w, const Words& words) {
             w.step({TryRefused{w.open_try(words.at(0)), true, "no memory"}});
         }},
        {"lost",
         [](World& w, const Words& words) {
             w.step({TryLost{w.open_try(words.at(0)), "its supervisor died"}});
         }},
        {"pause",
         [](World& w, const Words&) {
             w.step({SetPaused{w.next_request(), "etl", true}});
         }},
        {"unpause",
         [](World& w, const Words&) {
             w.step({SetPaused{w.next_request(), "etl", false}});
         }},
        {"kill",
         [](World& w, const Words& words) {
             Kill kill{w.next_request(), "etl", "r", std::nullopt};
             if (!words.empty()) std::tie(kill.run_id, kill.task_id) = split_name(words[0]);
             if (kill.task_id == "") kill.task_id.reset();
             if (kill.task_id) {
                 const auto instance = model::parse_instance_name(*kill.task_id);
                 kill.task_id = instance.task_id;
                 if (instance.map_index >= 0) kill.map_index = instance.map_index;
             }
             kill.dag_id = w.run(kill.run_id).dag_id;
             w.step({kill});
         }},
        {"look", look},
        {"approve", [](World& w, const Words& words) { decide_on(w, words, true); }},
        {"reject", [](World& w, const Words& words) { decide_on(w, words, false); }},
        {"delivered", delivered},
        {"backfill", backfill},
        {"backfill-pause", [](World& w, const Words& words) { change_backfill(w, words, BackfillChange::pause); }},
        {"backfill-unpause", [](World& w, const Words& words) { change_backfill(w, words, BackfillChange::unpause); }},
        {"backfill-cancel", [](World& w, const Words& words) { change_backfill(w, words, BackfillChange::cancel); }},
        {"retry", [](World& w, const Words& words) { w.step({w.retry(words)}); }},
        {"crash", [](World& w, const Words&) { w.crash(); }},
        {"list", [](World& w, const Words&) { w.step({w.listed()}); }},
        {"supervisor-dies",
         [](World& w, const Words&) {
             w.restart_supervisor();
             w.told_.clear();
         }},
    };
    std::istringstream words(line);
    std::string time, verb;
    words >> time >> verb;
    const auto since_start = model::parse_duration(time);
    now = since_start ? kStart + *since_start : at(time);
    Words rest;
    for (std::string word; words >> word;) rest.push_back(word);
    const auto event = kEvents.find(verb);
    REQUIRE_MESSAGE(event != kEvents.end(), "unknown event " << verb);
    event->second(*this, rest);
}

// Task instances by name, then runs.
void World::tell_changes() {
    std::set<std::string> tasks;
    std::set<std::string> runs;
    std::map<model::RunId, std::string> run_ids;
    for (const auto& [id, row] : database.runs) run_ids[id] = row.run_id;
    for (const auto& change : turn.changes) {
        if (const auto* row = std::get_if<model::Run>(&change)) {
            run_ids[row->id] = row->run_id;
            const auto before = database.runs.find(row->id);
            const auto state_before = before == database.runs.end() ? model::RunState::running : before->second.state;
            if (row->state != state_before) runs.insert(row->run_id + " " + std::string(to_text(row->state)));
        }
        const auto* row = std::get_if<model::TaskInstance>(&change);
        if (row == nullptr) continue;
        const auto name = model::instance_name(row->task_id, row->map_index);
        const auto before = database.task_instances.find({row->run, name});
        if (before != database.task_instances.end() && before->second.state == row->state) continue;
        const bool waits =
            row->waits_since && (row->state == TaskState::deferred || row->state == TaskState::up_for_reschedule);
        if (!is_finished(row->state) && row->state != TaskState::up_for_retry && !waits) continue;
        const auto& run_id = run_ids.at(row->run);
        auto text = (run_id == "r" ? "" : run_id + ":") + name + " " + std::string(to_text(row->state));
        const bool plain = row->reason.find("cannot hold") != std::string::npos;
        if (!row->reason.empty() && !plain) text += " (" + row->reason + ")";
        tasks.insert(std::move(text));
    }
    for (const auto& text : tasks) tell(text);
    for (const auto& text : runs) tell(text);
}

std::string World::name_of(model::TryId id) const {
    const auto found = database.tries.find(id);
    if (found == database.tries.end()) return "?";
    const auto& run_id = database.runs.at(found->second.run).run_id;
    return (run_id == "r" ? "" : run_id + ":") + model::instance_name(found->second.task_id, found->second.map_index);
}

void World::tell_effect(const Effect& effect) {
    if (const auto* launch = std::get_if<Launch>(&effect); launch != nullptr && is_delivery(launch->id))
        tell("deliver " + std::to_string(notification_of(launch->id).value) + "/" + std::to_string(launch->try_number));
    else if (launch != nullptr)
        tell("launch " + name_of(launch->id) + "/" + std::to_string(launch->try_number));
    else if (const auto* kill = std::get_if<KillTry>(&effect))
        tell("kill " + name_of(kill->id));
    else if (const auto* reply = std::get_if<Reply>(&effect); reply != nullptr && reply->result.has_error())
        tell("error: " + reply->result.error().message);
}

void expect(const std::string& dag, const std::string& script) {
    World world(dag);
    expect(world, script);
}

void expect(World& world, const std::string& script) { CHECK(world.play(script) == World::tidy(script)); }

}  // namespace weir::core::testing
