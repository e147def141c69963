// weir why: what a DAG, a run or a task waits for, or how it ended.
#include <fmt/format.h>

#include "daemon/cli/api_client.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/verbs.hpp"
#include "scheduler/model/instance_name.hpp"

namespace weir::daemon::cli {

using model::Json;

int why(const Common& common, const Why& options) {
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    auto path = "/dags/" + segment(options.dag);
    if (!options.run.empty()) {
        const auto run = run_path(*api, options.dag, options.run);
        if (!run) return fail(run.error());
        path = *run;
    }
    const auto instance = model::parse_instance_name(options.task);
    if (!options.task.empty()) path += "/taskInstances/" + segment(instance.task_id);
    path += "/why";
    if (instance.map_index >= 0) path += fmt::format("?map_index={}", instance.map_index);
    const auto answer = api->get(path);
    if (!answer) return fail(answer.error());
    if (common.json) {
        print_json(*answer);
        return kOk;
    }
    auto name = text_of(*answer, "dag_id");
    if (const auto run = text_of(*answer, "dag_run_id"); !run.empty()) name += " " + run;
    if (const auto task = text_of(*answer, "task_id"); !task.empty())
        name += " " + model::instance_name(task, instance.map_index);
    const auto state = text_of(*answer, "state");
    fmt::print("{}: {}\n", paint(name, Colour::bold),
               state == "active" ? paint(state, Colour::green) : paint_state(state));
    for (const auto& reason : (*answer)["reasons"]) fmt::print("  {}\n", harmless(reason.get<std::string>()));
    return kOk;
}

}  // namespace weir::daemon::cli
