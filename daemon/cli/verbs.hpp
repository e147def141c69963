// The verbs of `weir`, one file each; each returns the exit code. main.cpp reads the arguments into these structs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir::daemon::cli {

struct Common {
    std::string config;  // path of weir.yaml; empty: see settings.hpp
    std::string url;     // http(s)://host:port; empty: the daemon's unix socket
    std::string ca;      // PEM file of the CAs that https trusts; empty: the system's
    bool json = false;
};

// --- without a daemon ------------------------------------------------------------------------------------------------

struct RunFile {
    std::string file;
    std::vector<std::string> params;  // key=value
    std::string logical_date;
};
int run_file(const Common& common, const RunFile& options);

int validate(const Common& common, const std::vector<std::string>& paths);

struct Simulate {
    std::vector<std::string> dags;  // ids, or paths of files; none: the whole DAG folder
    std::string from;
    std::string to;
    std::string task_time = "1m";
    std::size_t most = 10'000;
};
int simulate(const Common& common, const Simulate& options);

int print_schema(bool config);
int print_version(bool json);

int db_backup(const Common& common, const std::string& to);
int db_check(const Common& common);
int db_migrate(const Common& common);
int db_prune(const Common& common, const std::string& older_than, int keep_last);

// --- inner verbs, started by Weir itself ---------------------------------------------------------------------------------

int operator_task(const std::string& kind);
int supervise(const std::string& data_folder);

// --- the daemon ------------------------------------------------------------------------------------------------------------

struct Serve {
    std::string listen;                     // empty: as weir.yaml says; `off`: not by TCP
    std::vector<std::string> behind_proxy;  // IP addresses
    bool no_auth = false;
};
int serve(const Common& common, const Serve& options);

// --- talking to the daemon -----------------------------------------------------------------------------------------------

struct Trigger {
    std::string dag;
    std::vector<std::string> params;
    std::string run_id;
    std::string logical_date;
    std::string note;
    std::string restart;  // run_id
    bool wait = false;
};
int trigger(const Common& common, const Trigger& options);

int dags_list(const Common& common);
int dags_show(const Common& common, const std::string& dag);

struct RunsList {
    std::string dag = "~";
    std::vector<std::string> states;
    int limit = 20;
};
int runs_list(const Common& common, const RunsList& options);
int runs_show(const Common& common, const std::string& dag, const std::string& run);
int tasks_list(const Common& common, const std::string& dag, const std::string& run);

struct Why {
    std::string dag;
    std::string run;   // empty: about the DAG
    std::string task;  // empty: about the run; "load[3]" is an instance
};
int why(const Common& common, const Why& options);

struct Logs {
    std::string dag;
    std::string run;
    std::string task;
    int try_number = 0;  // 0: the newest
    bool follow = false;
};
int logs(const Common& common, const Logs& options);

struct Backfill {
    std::string dag;
    std::string from, to;
    std::string reprocess = "none";
    bool backwards = false;
    int max_active_runs = 10;
    std::vector<std::string> params;
    bool dry_run = false;
    bool wait = false;
};
int backfill_create(const Common& common, const Backfill& options);
int backfill_list(const Common& common, const std::string& dag, bool only_open);
int backfill_show(const Common& common, std::int64_t id, bool wait);
int backfill_change(const Common& common, std::int64_t id, const std::string& change);

struct EventsList {
    std::string source, type, subject;
    std::vector<std::string> dispositions;
    bool rejected = false;
    std::string since;  // a length of time before now, a time, or a day
    int limit = 20;
};
int events_list(const Common& common, const EventsList& options);
int events_show(const Common& common, std::int64_t id);
int events_replay(const Common& common, const std::vector<std::int64_t>& ids);
int events_publish(const Common& common, const std::string& path);  // "-" is stdin

struct WindowsShow {
    std::string asset;  // "views" or "views/eu"; empty: all assets
    std::string from, to;
    std::string every;
};
int windows_show(const Common& common, const WindowsShow& options);
struct WindowsComplete {
    std::string asset;
    std::string start, end;
    std::string revision;  // a whole number, or next
    std::string rows;
};
int windows_complete(const Common& common, const WindowsComplete& options);

int set_paused(const Common& common, const std::vector<std::string>& dags, bool paused);
struct Clear {
    std::string dag, run;
    std::vector<std::string> tasks;
    std::string from, to;
    int map_index = -1;
    bool upstream = false;
    bool downstream = false;
    bool only_failed = false;
    bool newest_version = false;
    bool dry_run = false;
};
int clear(const Common& common, const Clear& options);

struct Mark {
    std::string state, dag, run;
    std::vector<std::string> tasks;
    int map_index = -1;
    bool upstream = false;
    bool downstream = false;
    bool dry_run = false;
};
int mark(const Common& common, const Mark& options);

struct Approve {
    std::string dag;
    std::string run;
    std::string task;
    std::vector<std::string> values;  // key=value, of the form
    std::string note;
    int map_index = -1;
    bool reject = false;
};
int approve(const Common& common, const Approve& options);
int notifications_list(const Common& common, const std::vector<std::string>& states, int limit);
int sources_list(const Common& common);

int users_list(const Common& common);
struct UserAdd {
    std::string name;
    std::string role = "viewer";
};
int users_add(const Common& common, const UserAdd& options);  // the password is asked for, or comes by stdin
int users_passwd(const Common& common, const std::string& name);
int users_role(const Common& common, const std::string& name, const std::string& role);
int users_activate(const Common& common, const std::string& name, bool active);
int users_remove(const Common& common, const std::string& name);
int tokens_list(const Common& common);
struct TokenCreate {
    std::string name;
    std::string role;  // empty: that of who asks
    std::string user;  // empty: of who asks
    std::vector<std::string> scopes;
    int expires_in_days = 0;  // 0: never
};
int tokens_create(const Common& common, const TokenCreate& options);
int tokens_revoke(const Common& common, std::int64_t id);
struct Audit {
    std::string dag, run, event, owner;
    std::string since;  // a length of time before now, a time, or a day
    int limit = 20;
};
int audit(const Common& common, const Audit& options);
int retry(const Common& common, const std::string& dag, const std::string& run, const std::vector<std::string>& tasks);
struct Kill {
    std::string dag, run;
    std::string task;  // empty: the whole run
    int map_index = -1;
};
int kill(const Common& common, const Kill& options);

}  // namespace weir::daemon::cli
