#include "web/api/routes.hpp"

#include "web/api/access.hpp"
#include "web/api/guard.hpp"
#include "web/api/resources.hpp"

namespace weir::api {

void add_routes(http::Router& router, const Services& services) {
    add_monitor(router, services);
    add_openapi(router, services);
    add_grid(router, services);
    add_graph(router, services);
    add_calendar(router, services);
    add_next_runs(router, services);
    add_overview(router, services);
    add_search(router, services);
    add_rendered(router, services);
    add_dag_versions(router, services);
    add_dags(router, services);
    add_tasks(router, services);
    add_dag_runs(router, services);
    add_trigger(router, services);
    add_task_instances(router, services);
    add_logs(router, services);
    add_run_actions(router, services);
    add_why(router, services);
    add_backfills(router, services);
    add_hitl(router, services);
    add_notifications(router, services);
    add_events(router, services);
    add_windows(router, services);
    add_cloud_events(router, services);
    add_sources(router, services);
    add_metrics(router, services);
    add_import_errors(router, services);
    add_pools(router, services);
    add_auth(router, services);
    add_users(router, services);
    add_tokens(router, services);
    add_event_logs(router, services);
    check_access(router);
    router.set_guard([services](http::Request& request) { return guard(services, request); });
}

}  // namespace weir::api
