// The arguments of `weir`: one place that says every verb, option and help text.
#include <CLI/CLI.hpp>
#include <functional>

#include "daemon/cli/completion.hpp"
#include "daemon/cli/verbs.hpp"
#include "daemon/exit_codes.hpp"
#include "daemon/version.hpp"

namespace {

using namespace weir::daemon;

constexpr const char* kFooter =
    "Exit codes: 0 done · 1 the run, task or check failed · 2 wrong usage or a file with errors · 3 no daemon answers "
    "·\n"
    "            4 no such DAG, run or task · 5 exists already, or not possible in its state · 6 not allowed ·\n"
    "            70 internal fault";

// What the chosen verb does, once all arguments are read.
using Action = std::function<int()>;

struct Arguments {
    cli::Common common;
    Action action;
};

CLI::App* verb(CLI::App& parent, Arguments& arguments, const std::string& name, const std::string& help,
               std::function<int()> action) {
    auto* app = parent.add_subcommand(name, help);
    app->add_flag("--json", arguments.common.json, "Print JSON");
    app->callback([&arguments, action = std::move(action)] { arguments.action = action; });
    return app;
}

void add_server_verbs(CLI::App& app, Arguments& arguments) {
    auto& common = arguments.common;
    auto options = std::make_shared<cli::Serve>();
    auto* serve = verb(app, arguments, "serve", "Run the daemon: scheduler, executors and API",
                       [&common, options] { return cli::serve(common, *options); });
    serve->add_option("--listen", options->listen, "Address of the API, host:port; `off` for the unix socket alone");
    serve->add_option("--behind-proxy", options->behind_proxy,
                      "IP address of a proxy whose X-Forwarded-For and X-Forwarded-Proto are believed; may be given "
                      "several times");
    serve->add_flag("--no-auth", options->no_auth,
                    "No logins: whoever reaches the address may do everything; on this machine alone");
}

void add_file_verbs(CLI::App& app, Arguments& arguments) {
    auto& common = arguments.common;
    auto run = std::make_shared<cli::RunFile>();
    auto* run_app = verb(app, arguments, "run", "Run a DAG file once, here and now, without a daemon",
                         [&common, run] { return cli::run_file(common, *run); });
    run_app->add_option("file", run->file, "A DAG file")->required();
    run_app->add_option("-p,--param", run->params, "key=value; may be given several times");
    run_app->add_option("--logical-date", run->logical_date, "RFC 3339; default: now");

    auto paths = std::make_shared<std::vector<std::string>>();
    auto* validate = verb(app, arguments, "validate", "Check DAG files (default: the whole DAG folder)",
                          [&common, paths] { return cli::validate(common, *paths); });
    validate->add_option("paths", *paths, "Files or folders");

    auto simulate = std::make_shared<cli::Simulate>();
    auto* simulate_app =
        verb(app, arguments, "simulate", "Show the runs that DAGs would have in a span of time, and why",
             [&common, simulate] { return cli::simulate(common, *simulate); });
    simulate_app->add_option("dags", simulate->dags, "Ids of DAGs, or files (default: the whole DAG folder)");
    simulate_app->add_option("--from", simulate->from, "Start of the span (default: now)");
    simulate_app->add_option("--to", simulate->to, "End of the span (default: a week later)");
    simulate_app->add_option("--task-time", simulate->task_time, "How long each task is taken to run")
        ->capture_default_str();
    simulate_app->add_option("--most", simulate->most, "Stop after so many runs")->capture_default_str();

    auto config = std::make_shared<bool>(false);
    auto* schema = verb(app, arguments, "schema", "Print the JSON Schema of DAG files, for editors",
                        [config] { return cli::print_schema(*config); });
    schema->add_flag("--config", *config, "That of weir.yaml instead");
}

void add_run_verbs(CLI::App& app, Arguments& arguments) {
    auto& common = arguments.common;
    auto trigger = std::make_shared<cli::Trigger>();
    auto* trigger_app = verb(app, arguments, "trigger", "Start a run of a DAG now",
                             [&common, trigger] { return cli::trigger(common, *trigger); });
    trigger_app->add_option("dag", trigger->dag, "The DAG's id")->required();
    trigger_app->add_option("-p,--param", trigger->params, "key=value; may be given several times");
    trigger_app->add_option("--run-id", trigger->run_id, "A name for the run (default: made from the time)");
    trigger_app->add_option("--logical-date", trigger->logical_date, "RFC 3339: the date that the run is for");
    trigger_app->add_option("--note", trigger->note, "A remark kept with the run");
    trigger_app->add_option("--restart", trigger->restart, "Do this run again, with its params under the given ones");
    trigger_app->add_flag("-w,--wait", trigger->wait, "Wait for the end; exit code 1 when the run fails");

    auto* dags = app.add_subcommand("dags", "Show DAGs");
    dags->require_subcommand(1);
    verb(*dags, arguments, "list", "All DAGs, with files that don't load",
         [&common] { return cli::dags_list(common); });
    auto shown = std::make_shared<std::string>();
    verb(*dags, arguments, "show", "One DAG with its tasks",
         [&common, shown] { return cli::dags_show(common, *shown); })
        ->add_option("dag", *shown, "The DAG's id")
        ->required();

    auto* runs = app.add_subcommand("runs", "Show runs");
    runs->require_subcommand(1);
    auto list = std::make_shared<cli::RunsList>();
    auto* runs_list =
        verb(*runs, arguments, "list", "Runs, newest first", [&common, list] { return cli::runs_list(common, *list); });
    runs_list->add_option("dag", list->dag, "Only this DAG's");
    runs_list->add_option("--state", list->states, "queued, running, success or failed; may be given several times");
    runs_list->add_option("--limit", list->limit, "At most so many")->capture_default_str()->check(CLI::Range(1, 1000));
    auto run = std::make_shared<std::pair<std::string, std::string>>();
    auto* runs_show = verb(*runs, arguments, "show", "One run with its tasks",
                           [&common, run] { return cli::runs_show(common, run->first, run->second); });
    runs_show->add_option("dag", run->first, "The DAG's id")->required();
    runs_show->add_option("run", run->second, "The run's id, or `latest`")->required();

    auto* tasks = app.add_subcommand("tasks", "Show the tasks of a run");
    tasks->require_subcommand(1);
    auto of_run = std::make_shared<std::pair<std::string, std::string>>();
    auto* tasks_list = verb(*tasks, arguments, "list", "The tasks of a run, with state and reason",
                            [&common, of_run] { return cli::tasks_list(common, of_run->first, of_run->second); });
    tasks_list->add_option("dag", of_run->first, "The DAG's id")->required();
    tasks_list->add_option("run", of_run->second, "The run's id, or `latest`")->required();

    auto logs = std::make_shared<cli::Logs>();
    auto* logs_app =
        verb(app, arguments, "logs", "Print a task's log", [&common, logs] { return cli::logs(common, *logs); });
    logs_app->add_option("dag", logs->dag, "The DAG's id")->required();
    logs_app->add_option("run", logs->run, "The run's id, or `latest`")->required();
    logs_app->add_option("task", logs->task, "The task's id")->required();
    logs_app->add_option("--try", logs->try_number, "Which try (default: the newest)");
    logs_app->add_flag("-f,--follow", logs->follow, "Go on until the task ends");

    auto why = std::make_shared<cli::Why>();
    auto* why_app = verb(app, arguments, "why", "Tell what a DAG, a run or a task waits for, or how it ended",
                         [&common, why] { return cli::why(common, *why); });
    why_app->add_option("dag", why->dag, "The DAG's id")->required();
    why_app->add_option("run", why->run, "The run's id, or `latest`");
    why_app->add_option("task", why->task, "The task's id; TASK[3] for an instance");

    auto ids = std::make_shared<std::vector<std::string>>();
    verb(app, arguments, "pause", "Start no new runs of these DAGs",
         [&common, ids] { return cli::set_paused(common, *ids, true); })
        ->add_option("dags", *ids, "Ids of DAGs")
        ->required();
    verb(app, arguments, "unpause", "Start runs again", [&common, ids] { return cli::set_paused(common, *ids, false); })
        ->add_option("dags", *ids, "Ids of DAGs")
        ->required();

    struct Target {
        std::string dag, run;
        std::vector<std::string> tasks;
    };
    auto again = std::make_shared<Target>();
    auto* retry =
        verb(app, arguments, "retry", "Run the failed tasks of a run again (or the named ones), and what follows",
             [&common, again] { return cli::retry(common, again->dag, again->run, again->tasks); });
    retry->add_option("dag", again->dag, "The DAG's id")->required();
    retry->add_option("run", again->run, "The run's id, or `latest`")->required();
    retry->add_option("tasks", again->tasks, "Ids of tasks");
    auto answer = std::make_shared<cli::Approve>();
    auto* approve = verb(app, arguments, "approve", "Answer a task that waits for a person",
                         [&common, answer] { return cli::approve(common, *answer); });
    approve->add_option("dag", answer->dag, "The DAG's id")->required();
    approve->add_option("run", answer->run, "The run's id, or `latest`")->required();
    approve->add_option("task", answer->task, "The task's id")->required();
    approve->add_option("-p,--param", answer->values, "A value of its form, as key=value")->allow_extra_args(false);
    approve->add_option("--note", answer->note, "Why");
    approve->add_option("--map-index", answer->map_index, "Which instance of a foreach");
    approve->add_flag("--reject", answer->reject, "Say no");
    struct Told {
        std::vector<std::string> states;
        int limit = 20;
    };
    auto told = std::make_shared<Told>();
    auto* notifications = verb(app, arguments, "notifications", "Who was told of what, and what could not be delivered",
                               [&common, told] { return cli::notifications_list(common, told->states, told->limit); });
    notifications->add_option("--state", told->states, "Only these: pending, sent, failed");
    notifications->add_option("--limit", told->limit, "How many, the newest first");
    verb(app, arguments, "sources", "Where events come from, and how each source is doing",
         [&common] { return cli::sources_list(common); });
    auto end = std::make_shared<cli::Kill>();
    auto* kill = verb(app, arguments, "kill", "End a running run, or one task of it",
                      [&common, end] { return cli::kill(common, *end); });
    kill->add_option("dag", end->dag, "The DAG's id")->required();
    kill->add_option("run", end->run, "The run's id, or `latest`")->required();
    kill->add_option("task", end->task, "Only this task");
    kill->add_option("--map-index", end->map_index, "Only this instance of the task");
}

void add_intervention_verbs(CLI::App& app, Arguments& arguments) {
    auto& common = arguments.common;
    auto clear = std::make_shared<cli::Clear>();
    auto* clear_app = verb(app, arguments, "clear", "Run tasks of a run again, or of all runs in a range of dates",
                           [&common, clear] { return cli::clear(common, *clear); });
    clear_app->add_option("dag", clear->dag, "The DAG's id")->required();
    clear_app->add_option("run", clear->run, "The run's id, or `latest`; none with --from and --to");
    clear_app->add_option("tasks", clear->tasks, "Ids of tasks or groups (default: all)");
    clear_app->add_option("-t,--task", clear->tasks, "The same; for use with --from and --to");
    clear_app->add_option("--from", clear->from, "First logical date: RFC 3339, or a day (UTC)");
    clear_app->add_option("--to", clear->to, "Last logical date, included");
    clear_app->add_option("--map-index", clear->map_index, "Only this instance of the task");
    clear_app->add_flag("--upstream", clear->upstream, "And all that is above them");
    clear_app->add_flag("--downstream", clear->downstream, "And all that is below them");
    clear_app->add_flag("--only-failed", clear->only_failed, "Of these only those that failed");
    clear_app->add_flag("--newest-version", clear->newest_version, "With the DAG as it is now");
    clear_app->add_flag("--dry-run", clear->dry_run, "Only say what would run again");

    auto mark = std::make_shared<cli::Mark>();
    auto* mark_app = verb(app, arguments, "mark", "Say how tasks, or a whole run, ended; what runs is killed",
                          [&common, mark] { return cli::mark(common, *mark); });
    mark_app->add_option("state", mark->state, "success, failed or (for tasks) skipped")
        ->required()
        ->check(CLI::IsMember({"success", "failed", "skipped"}));
    mark_app->add_option("dag", mark->dag, "The DAG's id")->required();
    mark_app->add_option("run", mark->run, "The run's id, or `latest`")->required();
    mark_app->add_option("tasks", mark->tasks, "Ids of tasks or groups (default: the run)");
    mark_app->add_option("--map-index", mark->map_index, "Only this instance of the task");
    mark_app->add_flag("--upstream", mark->upstream, "And all that is above them");
    mark_app->add_flag("--downstream", mark->downstream, "And all that is below them");
    mark_app->add_flag("--dry-run", mark->dry_run, "Only say what would be marked");
}

void add_backfill_verbs(CLI::App& app, Arguments& arguments) {
    auto& common = arguments.common;
    auto* backfill = app.add_subcommand("backfill", "Run the past: every logical date of a range");
    backfill->require_subcommand(1);
    auto asked = std::make_shared<cli::Backfill>();
    auto* create = verb(*backfill, arguments, "create", "Run every date of a range, a few at a time",
                        [&common, asked] { return cli::backfill_create(common, *asked); });
    create->add_option("dag", asked->dag, "The DAG's id")->required();
    create->add_option("--from", asked->from, "First logical date: RFC 3339, or a day (UTC)")->required();
    create->add_option("--to", asked->to, "Last logical date, included; a day means all of it")->required();
    create->add_option("--reprocess", asked->reprocess, "Dates that have a run already: none, failed or completed")
        ->check(CLI::IsMember({"none", "failed", "completed"}))
        ->capture_default_str();
    create->add_flag("--backwards", asked->backwards, "The newest date first");
    create->add_option("--max-active-runs", asked->max_active_runs, "So many runs at once")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    create->add_option("-p,--param", asked->params, "key=value; may be given several times");
    create->add_flag("--dry-run", asked->dry_run, "Only say which dates would run");
    create->add_flag("-w,--wait", asked->wait, "Wait for the end; exit code 1 when a run fails");

    auto listed = std::make_shared<std::pair<std::string, bool>>();
    auto* list = verb(*backfill, arguments, "list", "Backfills, the newest first",
                      [&common, listed] { return cli::backfill_list(common, listed->first, listed->second); });
    list->add_option("dag", listed->first, "Only this DAG's");
    list->add_flag("--open", listed->second, "Only those that run or are paused");

    auto shown = std::make_shared<std::pair<std::int64_t, bool>>();
    auto* show = verb(*backfill, arguments, "show", "One backfill, with its progress and what has failed",
                      [&common, shown] { return cli::backfill_show(common, shown->first, shown->second); });
    show->add_option("id", shown->first, "Its number")->required();
    show->add_flag("-w,--wait", shown->second, "Wait for the end; exit code 1 when a run fails");

    constexpr std::pair<const char*, const char*> kChanges[] = {
        {"pause", "Start no more runs of it; those that run go on"},
        {"unpause", "Go on"},
        {"cancel", "Make no more runs, and fail those that are queued; those that run go on"}};
    for (const auto& [name, help] : kChanges) {
        auto id = std::make_shared<std::int64_t>();
        verb(*backfill, arguments, name, help,
             [&common, id, change = std::string(name)] { return cli::backfill_change(common, *id, change); })
            ->add_option("id", *id, "Its number")
            ->required();
    }
}

// A verb with verbs below it: what it does alone, when none of them is named.
CLI::App* parent_verb(CLI::App& parent, Arguments& arguments, const std::string& name, const std::string& help,
                      std::function<int()> action) {
    auto* app = verb(parent, arguments, name, help, {});
    app->callback([app, &arguments, action = std::move(action)] {
        if (app->get_subcommands().empty()) arguments.action = action;
    });
    return app;
}

void add_event_verbs(CLI::App& app, Arguments& arguments) {
    auto& common = arguments.common;
    auto listed = std::make_shared<cli::EventsList>();
    auto* events = parent_verb(app, arguments, "events", "What came from outside and what became of it, newest first",
                               [&common, listed] { return cli::events_list(common, *listed); });
    events->add_option("--source", listed->source, "Only what came by this one of weir.yaml's sources, http or tasks");
    events->add_option("--type", listed->type, "Only events of this type");
    events->add_option("--subject", listed->subject, "Only events about this");
    events->add_option(
        "--disposition", listed->dispositions,
        "Only with this: created_run, counted, unmatched, duplicate, late, …; may be given several times");
    events->add_flag("--rejected", listed->rejected, "Only what was rejected, and can be replayed");
    events->add_option("--since", listed->since, "Only newer ones: 2h, a day, or RFC 3339");
    events->add_option("--limit", listed->limit, "At most so many")->capture_default_str()->check(CLI::Range(1, 1000));

    auto shown = std::make_shared<std::int64_t>();
    verb(*events, arguments, "show", "One event, whole", [&common, shown] { return cli::events_show(common, *shown); })
        ->add_option("id", *shown, "Its number in the ledger")
        ->required();
    auto again = std::make_shared<std::vector<std::int64_t>>();
    verb(*events, arguments, "replay", "Take rejected events once more",
         [&common, again] { return cli::events_replay(common, *again); })
        ->add_option("ids", *again, "Their numbers in the ledger")
        ->required();
    auto file = std::make_shared<std::string>();
    verb(*events, arguments, "publish", "Send CloudEvents to the daemon; exit code 1 when one is rejected",
         [&common, file] { return cli::events_publish(common, *file); })
        ->add_option("file", *file, "JSON: an event, a list of them, or one a line; - is stdin")
        ->required();

    auto range = std::make_shared<cli::WindowsShow>();
    auto* windows = parent_verb(app, arguments, "windows", "How far assets are, or which windows of one are there",
                                [&common, range] { return cli::windows_show(common, *range); });
    windows->add_option("asset", range->asset, "ASSET or ASSET/KEY (default: all, in a table)");
    windows->add_option("--from", range->from, "RFC 3339, or a day (default: a day before --to)");
    windows->add_option("--to", range->to, "RFC 3339, or a day, which means all of it (default: now)");
    windows->add_option("--every", range->every, "Length of a window (default: as the DAG scheduled by it says)");
    auto window = std::make_shared<cli::WindowsComplete>();
    auto* complete = verb(*windows, arguments, "complete", "Say that a window is complete",
                          [&common, window] { return cli::windows_complete(common, *window); });
    complete->add_option("asset", window->asset, "ASSET or ASSET/KEY")->required();
    complete->add_option("--start", window->start, "RFC 3339, or a day (UTC)")->required();
    complete->add_option("--end", window->end, "RFC 3339, or a day (UTC); not included")->required();
    complete->add_option("--revision", window->revision, "A number higher than the last is a correction (default: 1)");
    complete->add_option("--rows", window->rows, "How many rows it has");
}

void add_account_verbs(CLI::App& app, Arguments& arguments) {
    auto& common = arguments.common;
    const auto role = CLI::IsMember({"viewer", "user", "operator", "admin"});
    auto* users = app.add_subcommand("users", "Who may log in");
    users->require_subcommand(1);
    verb(*users, arguments, "list", "All users", [&common] { return cli::users_list(common); });
    auto added = std::make_shared<cli::UserAdd>();
    auto* add = verb(*users, arguments, "add", "Make a user; the password is asked for, or is the first line of stdin",
                     [&common, added] { return cli::users_add(common, *added); });
    add->add_option("name", added->name, "The username")->required();
    add->add_option("--role", added->role, "viewer, user, operator or admin")->check(role)->capture_default_str();
    auto named = std::make_shared<std::string>();
    verb(*users, arguments, "passwd", "Set a password; it is asked for, or is the first line of stdin",
         [&common, named] { return cli::users_passwd(common, *named); })
        ->add_option("name", *named, "The username")
        ->required();
    auto changed = std::make_shared<std::pair<std::string, std::string>>();
    auto* change = verb(*users, arguments, "role", "Give a user another role",
                        [&common, changed] { return cli::users_role(common, changed->first, changed->second); });
    change->add_option("name", changed->first, "The username")->required();
    change->add_option("role", changed->second, "viewer, user, operator or admin")->required()->check(role);
    for (const bool active : {false, true})
        verb(*users, arguments, active ? "activate" : "deactivate",
             active ? "Let a user log in again" : "Keep a user out, with all sessions and tokens, at once",
             [&common, named, active] { return cli::users_activate(common, *named, active); })
            ->add_option("name", *named, "The username")
            ->required();
    verb(*users, arguments, "remove", "Remove a user, with all sessions and tokens",
         [&common, named] { return cli::users_remove(common, *named); })
        ->add_option("name", *named, "The username")
        ->required();

    auto* tokens = app.add_subcommand("tokens", "What programs log in with");
    tokens->require_subcommand(1);
    verb(*tokens, arguments, "list", "Tokens, the newest first", [&common] { return cli::tokens_list(common); });
    auto wanted = std::make_shared<cli::TokenCreate>();
    auto* create = verb(*tokens, arguments, "create", "Make a token, and print it: it is never shown again",
                        [&common, wanted] { return cli::tokens_create(common, *wanted); });
    create->add_option("name", wanted->name, "What it is for")->required();
    create->add_option("--role", wanted->role, "viewer, user, operator or admin (default: yours)")->check(role);
    create->add_option("--user", wanted->user, "Whose it is: it ends with that user (default: yours)");
    create->add_option("--scope", wanted->scopes, "events, or dags/ID: nothing else; may be given several times");
    create->add_option("--expires", wanted->expires_in_days, "After so many days (default: never)")
        ->check(CLI::Range(1, 3650));
    auto id = std::make_shared<std::int64_t>();
    verb(*tokens, arguments, "revoke", "End a token", [&common, id] { return cli::tokens_revoke(common, *id); })
        ->add_option("id", *id, "Its number")
        ->required();

    auto asked = std::make_shared<cli::Audit>();
    auto* audit = verb(app, arguments, "audit", "Who did what, newest first",
                       [&common, asked] { return cli::audit(common, *asked); });
    audit->add_option("--dag", asked->dag, "Only about this DAG");
    audit->add_option("--run", asked->run, "Only about this run");
    audit->add_option("--event", asked->event, "Only of this kind: trigger_dag_run, login, …");
    audit->add_option("--owner", asked->owner, "Only what this one did");
    audit->add_option("--since", asked->since, "Only newer ones: 2h, a day, or RFC 3339");
    audit->add_option("--limit", asked->limit, "At most so many")->capture_default_str()->check(CLI::Range(1, 1000));
}

void add_database_verbs(CLI::App& app, Arguments& arguments) {
    auto& common = arguments.common;
    auto* db = app.add_subcommand("db", "Look after the database");
    db->require_subcommand(1);
    auto to = std::make_shared<std::string>();
    verb(*db, arguments, "backup", "Copy the database, also while the daemon runs",
         [&common, to] { return cli::db_backup(common, *to); })
        ->add_option("to", *to, "A new file")
        ->required();
    verb(*db, arguments, "check", "Examine the database; exit code 1 on a finding",
         [&common] { return cli::db_check(common); });
    verb(*db, arguments, "migrate", "Bring the database to this version's schema (serve does so by itself)",
         [&common] { return cli::db_migrate(common); });
    auto older = std::make_shared<std::pair<std::string, int>>("", -1);
    auto* prune = verb(*db, arguments, "prune",
                       "Delete old finished runs with their logs, old events and windows (serve does so by itself)",
                       [&common, older] { return cli::db_prune(common, older->first, older->second); });
    prune->add_option("--older-than", older->first, "Age of runs, as 90d (default: weir.yaml's retention)");
    prune->add_option("--keep-last", older->second, "Runs of each DAG to keep, whatever their age");
}

void add_other_verbs(CLI::App& app, Arguments& arguments) {
    auto& common = arguments.common;
    auto shell = std::make_shared<std::string>();
    verb(app, arguments, "completion", "Print a completion script for bash, zsh or fish",
         [&app, shell] { return cli::print_completion(app, *shell); })
        ->add_option("shell", *shell, "bash, zsh or fish")
        ->required();
    verb(app, arguments, "version", "Print the versions of Weir and what it is built on",
         [&common] { return cli::print_version(common.json); });

    auto kind = std::make_shared<std::string>();
    auto* task = verb(app, arguments, "task", "", [kind] { return cli::operator_task(*kind); });
    task->add_option("kind", *kind)->required();
    task->group("");  // inner verbs: not in the help
    auto folder = std::make_shared<std::string>();
    auto* supervise = verb(app, arguments, "supervise", "", [folder] { return cli::supervise(*folder); });
    supervise->add_option("--data", *folder)->required();
    supervise->group("");
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Weir turns streams into batches: a workflow scheduler in one small daemon.", "weir");
    app.require_subcommand(1);
    app.footer(kFooter);
    Arguments arguments;
    app.add_option("-c,--config", arguments.common.config, "weir.yaml (default: $WEIR_CONFIG, then ./weir.yaml)");
    app.add_option(
        "--url", arguments.common.url,
        "Talk to the daemon at https://host:port, or http://, instead of its unix socket (default: $WEIR_URL)");
    app.add_option("--ca", arguments.common.ca,
                   "PEM file of the CAs that https trusts (default: $WEIR_CA_FILE, then the system's)");
    app.set_version_flag("--version", kVersion);
    app.fallthrough();
    add_server_verbs(app, arguments);
    add_file_verbs(app, arguments);
    add_run_verbs(app, arguments);
    add_intervention_verbs(app, arguments);
    add_backfill_verbs(app, arguments);
    add_event_verbs(app, arguments);
    add_account_verbs(app, arguments);
    add_database_verbs(app, arguments);
    add_other_verbs(app, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kOk : kInvalid;
    }
    return arguments.action();
}
