// Plays the scenarios of this folder: DAGs as their users write them, through the real loader, on the real core, in
// the world of the core's tests (a database, a supervisor, a virtual clock; every invariant checked after every step).
//
// A scenario is a text file:
//
//     what it proves, in one line: the name of its test
//     then, if you like, why: what went wrong elsewhere, and where that is told
//     == pools: narrow 2                 # default_pool has 128 unless said
//     == parallelism: 4                  # 16 unless said
//     == clock: 2026-11-22T00:00:00Z     # when it begins; this unless said
//     == dag                             # its id is etl; `== dag other` for more of them
//     tasks: {a: {run: x}}
//     == script
//     00:00 trigger -> launch a/1
//     00:05 exit a 3 -> a failed (exit code 3); r failed
//     00:05 states -> a failed
//
// Times are hours and minutes (and seconds) since the clock's midnight in UTC, or RFC 3339. Events are those of World::perform()
// and these:
//     tick              everything that is due until now happens, in steps
//     trigger RUN DAG [DATE]   a run of another DAG, or with a logical date
//     load NAME         the DAG of the section `== dag NAME` is loaded in place of the one with its id
//     states [RUN]      tells the tasks' states of a run, r unless named
//     runs [DAG]        tells all runs and their states
//     backfills         tells all backfills: their states, and how many of their runs were made
//     notifications     tells all notifications: what is told of what, and whether it has got there
// What the core asks of history is answered at once.
// What stands after "->" must be what happened. With WEIR_SCENARIO_WRITE=1 it is written into the file instead.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "scheduler/yaml/loader.hpp"
#include "tests/scheduler/core/world.hpp"

using namespace weir;
using namespace weir::core::testing;

namespace {

namespace fs = std::filesystem;

std::string trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \n");
    if (first == std::string_view::npos) return "";
    return std::string(text.substr(first, text.find_last_not_of(" \n") - first + 1));
}

struct Scenario {
    std::string proves;
    std::string head;  // everything before the script, as it is in the file
    std::vector<model::Pool> pools;
    int parallelism = 16;
    model::TimePoint clock = kStart;
    std::vector<std::pair<std::string, std::string>> dags;  // name and YAML, in the file's order
    std::vector<std::string> script;                        // lines
};

Scenario read(const fs::path& file) {
    Scenario scenario;
    std::ifstream stream(file);
    REQUIRE_MESSAGE(stream.good(), "can't read " << file);
    bool in_script = false;
    bool in_dag = false;
    for (std::string line; std::getline(stream, line);) {
        if (scenario.proves.empty()) scenario.proves = trim(line);
        if (in_script) {
            if (!trim(line).empty()) scenario.script.push_back(trim(line));
            continue;
        }
        scenario.head += line + "\n";
        if (!line.starts_with("== ")) {
            if (in_dag) scenario.dags.back().second += line + "\n";
            continue;
        }
        std::istringstream words(line.substr(3));
        std::string key, value;
        words >> key >> value;
        in_dag = key == "dag";
        in_script = key == "script";
        if (in_dag)
            scenario.dags.emplace_back(value.empty() ? "etl" : value, "");
        else if (key == "pools:")
            for (int slots = 0; words >> slots; words >> value) scenario.pools.push_back({value, slots, ""});
        else if (key == "parallelism:")
            scenario.parallelism = std::stoi(value);
        else if (key == "clock:")
            scenario.clock = at(value);
        else
            REQUIRE_MESSAGE(in_script, file << ": unknown section " << line);
    }
    REQUIRE_MESSAGE(!scenario.script.empty(), file << " has no script");
    return scenario;
}

class Play {
   public:
    explicit Play(const Scenario& scenario)
        : scenario_(scenario),
          world_(std::vector<model::Dag>{}, scenario.parallelism, with_default_pool(scenario.pools)) {
        world_.now = scenario.clock;
        std::set<std::string> loaded;
        for (const auto& [name, text] : scenario.dags) {
            auto dag = load(name, text);
            if (loaded.insert(dag->id).second) world_.load(std::move(dag));  // further ones come by `load`
        }
    }

    // The line with what happened after its "->".
    std::string operator()(const std::string& line) {
        const auto event = trim(line.substr(0, line.find("->")));
        const auto happened = perform(event);
        return happened.empty() ? event : event + " -> " + happened;
    }

   private:
    static std::vector<model::Pool> with_default_pool(std::vector<model::Pool> pools) {
        if (std::ranges::find(pools, model::kDefaultPool, &model::Pool::name) == pools.end())
            pools.push_back({model::kDefaultPool, model::kDefaultPoolSlots, ""});
        return pools;
    }

    [[nodiscard]] std::shared_ptr<const model::Dag> load(const std::string& name, const std::string& text) const {
        yaml::Surroundings surroundings;
        for (const auto& pool : scenario_.pools) surroundings.pools.insert(pool.name);
        surroundings.complete = true;
        const auto loaded = yaml::load_dag(text, name + ".yaml", "/dags", surroundings);
        std::string faults;
        for (const auto& fault : loaded.diagnostics) faults += to_text(fault) + "\n";
        REQUIRE_MESSAGE(loaded.dag != nullptr, faults);
        return loaded.dag;
    }

    [[nodiscard]] model::TimePoint time_of(const std::string& text) const {
        if (text.find('T') != std::string::npos) return at(text);
        std::istringstream parts(text);
        long hour = -1, minute = -1, second = 0;
        char colon = ' ';
        parts >> hour >> colon >> minute;
        if (parts >> colon) parts >> second;
        REQUIRE_MESSAGE((hour >= 0 && minute >= 0), "no time: " << text);
        return std::chrono::floor<std::chrono::days>(scenario_.clock) + hours{hour} + minutes{minute} + seconds{second};
    }

    std::string perform(const std::string& event) {
        std::istringstream words(event);
        std::string time, verb, first, second;
        words >> time >> verb >> first >> second;
        const auto now = time_of(time);
        REQUIRE_MESSAGE(now >= world_.now, "time goes back at: " << event);
        if (verb == "tick") return tick(now);
        world_.now = now;
        if (verb == "states") return states(first.empty() ? "r" : first);
        if (verb == "runs") return runs(first);
        if (verb == "backfills") return backfills();
        if (verb == "notifications") return notifications();
        if (verb == "load")
            world_.load(load(first, text_of(first)));
        else if (verb == "trigger" && !second.empty())
            trigger(first, second, words);
        else
            (void)world_.play(model::format_rfc3339(now) + event.substr(time.size()));
        return told_with_answers();
    }

    void trigger(const std::string& run_id, const std::string& dag_id, std::istringstream& words) {
        core::TriggerRun input{.request = world_.next_request(), .dag_id = dag_id, .run_id = run_id};
        if (std::string date; words >> date) input.logical_date = at(date);
        for (const auto& [id, row] : world_.database.runs)
            if (row.dag_id == dag_id && row.logical_date && row.logical_date == input.logical_date)
                input.found_same = true;
        world_.step({input});
    }

    // What the last step said, and what came of the questions that it asked of history.
    std::string told_with_answers() {
        auto all = world_.told();
        for (int rounds = 0; world_.asks_history(); ++rounds) {
            REQUIRE_MESSAGE(rounds < 1'000, "the core keeps asking");
            world_.answer_lookups();
            if (!all.empty() && !world_.told().empty()) all += "; ";
            all += world_.told();
        }
        return all;
    }

    std::string tick(model::TimePoint until) {
        std::string all;
        for (int steps = 0; world_.turn.wake_at && *world_.turn.wake_at <= until; ++steps) {
            REQUIRE_MESSAGE(steps < 10'000, "the core keeps waking up");
            world_.now = std::max(world_.now, *world_.turn.wake_at);
            world_.step();
            const auto told = told_with_answers();
            if (!all.empty() && !told.empty()) all += "; ";
            all += told;
        }
        world_.now = until;
        return all;
    }

    [[nodiscard]] const std::string& text_of(const std::string& name) const {
        const auto found = std::ranges::find(scenario_.dags, name, &std::pair<std::string, std::string>::first);
        REQUIRE_MESSAGE(found != scenario_.dags.end(), "no section == dag " << name);
        return found->second;
    }

    [[nodiscard]] std::string states(const std::string& run_id) const {
        std::string all;
        const auto run = world_.run(run_id).id;
        for (const auto& [key, row] : world_.database.task_instances)
            if (key.first == run)
                all += fmt::format("{}{} {}", all.empty() ? "" : ", ", key.second, model::to_text(row.state));
        return all;
    }

    [[nodiscard]] std::string runs(const std::string& dag_id) const {
        std::string all;
        for (const auto& [id, row] : world_.database.runs)
            if (dag_id.empty() || row.dag_id == dag_id)
                all += fmt::format("{}{} {}", all.empty() ? "" : ", ", row.run_id, model::to_text(row.state));
        return all.empty() ? "none" : all;
    }

    [[nodiscard]] std::string backfills() const {
        std::string all;
        for (const auto& [id, row] : world_.database.backfills)
            all += fmt::format("{}{} {} {}/{}", all.empty() ? "" : ", ", id.value, model::to_text(row.state), row.made,
                               row.total);
        return all;
    }

    [[nodiscard]] std::string notifications() const {
        std::string all;
        for (const auto& [id, row] : world_.database.notifications)
            all += fmt::format("{}{} {} of {}{}{} {}", all.empty() ? "" : ", ", id.value, model::to_text(row.event),
                               row.run_id, row.task_id.empty() ? "" : ":", row.task_id, model::to_text(row.state));
        return all.empty() ? "none" : all;
    }

    const Scenario& scenario_;
    World world_;
};

void play(const fs::path& file) {
    INFO("scenario ", file.string());
    const auto scenario = read(file);
    std::string expected;
    std::string played;
    Play play(scenario);
    for (const auto& line : scenario.script) {
        expected += line + "\n";
        played += play(line) + "\n";
    }
    if (std::getenv("WEIR_SCENARIO_WRITE") != nullptr)
        std::ofstream(file) << scenario.head << played;
    else
        CHECK(played == expected);
}

}  // namespace

// $WEIR_SCENARIO names one file; without it all are played.
TEST_CASE("every scenario goes as it says") {
    if (const char* const one = std::getenv("WEIR_SCENARIO")) return play(one);
    std::set<fs::path> files;
    for (const auto& entry : fs::directory_iterator(fs::path(WEIR_REPOSITORY) / "tests" / "scenarios"))
        if (entry.path().extension() == ".txt") files.insert(entry.path());
    CHECK(files.size() > 1);
    for (const auto& file : files) play(file);
}
