// One function for each resource, in the file of its name; routes.cpp calls them all. Internal to this folder.
#pragma once

#include "web/api/routes.hpp"

namespace weir::api {

void add_monitor(http::Router& router, const Services& services);  // health, version
void add_openapi(http::Router& router, const Services& services);
void add_grid(http::Router& router, const Services& services);
void add_graph(http::Router& router, const Services& services);
void add_calendar(http::Router& router, const Services& services);
void add_next_runs(http::Router& router, const Services& services);
void add_overview(http::Router& router, const Services& services);
void add_search(http::Router& router, const Services& services);
void add_rendered(http::Router& router, const Services& services);
void add_dag_versions(http::Router& router, const Services& services);
void add_dags(http::Router& router, const Services& services);            // dags, dagSources, dagStats
void add_tasks(http::Router& router, const Services& services);           // the tasks of a DAG's definition
void add_dag_runs(http::Router& router, const Services& services);        // lists and one
void add_trigger(http::Router& router, const Services& services);         // POST dagRuns
void add_task_instances(http::Router& router, const Services& services);  // lists, one, tries
void add_logs(http::Router& router, const Services& services);
void add_run_actions(http::Router& router, const Services& services);  // retry, kill, clear
void add_why(http::Router& router, const Services& services);
void add_backfills(http::Router& router, const Services& services);
void add_hitl(http::Router& router, const Services& services);  // what a person is asked, and the answer
void add_notifications(http::Router& router, const Services& services);
void add_events(http::Router& router, const Services& services);        // lists, one, replay
void add_windows(http::Router& router, const Services& services);       // lists, assets, coverage
void add_cloud_events(http::Router& router, const Services& services);  // POST events
void add_metrics(http::Router& router, const Services& services);
void add_sources(http::Router& router, const Services& services);
void add_import_errors(http::Router& router, const Services& services);
void add_auth(http::Router& router, const Services& services);  // logins
void add_users(http::Router& router, const Services& services);
void add_tokens(http::Router& router, const Services& services);
void add_event_logs(http::Router& router, const Services& services);  // the audit
void add_pools(http::Router& router, const Services& services);

}  // namespace weir::api
