// Workloads whose instructions instructions.py counts: only what measured() does is counted.
//
//   bench_instructions [WORKLOAD]       without one: lists them
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>

#include "bench/whole_run.hpp"
#include "executors/wire/codec.hpp"
#include "scheduler/calendar/cron.hpp"
#include "scheduler/expr/expression.hpp"
#include "scheduler/store/sqlite_store.hpp"
#include "scheduler/yaml/loader.hpp"

// By this name valgrind knows where to count.
extern "C" __attribute__((noinline)) void measured(const std::function<void()>& work) { work(); }

namespace {

using namespace weir;
using namespace weir::bench;

void must(bool holds, const char* what) {
    if (!holds) throw std::runtime_error(what);
}

void whole_run(Shape shape, model::TaskIndex tasks) {
    WholeRun run(shape, tasks);
    measured([&run] {
        run.trigger();
        run.finish();
    });
}

void commits() {
    std::vector<std::vector<core::Change>> turns;
    WholeRun run(Shape::layered, 500, [&turns](const core::Turn& turn) { turns.push_back(turn.changes); });
    run.trigger();
    run.finish();
    auto store = store::SqliteStore::open(":memory:");
    must(store.has_value(), "the store opens");
    measured([&store, &turns] {
        for (const auto& changes : turns)
            must((*store)->commit(changes) == ports::CommitOutcome::committed, "a turn is committed");
    });
}

void definitions() {
    std::string text = "tasks:\n  t0: {run: [/bin/true]}\n";
    for (int i = 1; i < 1000; ++i) text += fmt::format("  t{}: {{run: [/bin/true], needs: t{}}}\n", i, (i - 1) / 2);
    measured([&text] { must(yaml::load_dag(text, "bench.yaml", "/srv/dags", {}).dag != nullptr, "the DAG loads"); });
}

void ticks() {
    const auto zone = calendar::Zone::find("Europe/Berlin");
    const auto cron = calendar::Cron::parse("15 2 * * MON-FRI");
    must(zone.has_value() && cron.has_value(), "zone and cron are there");
    measured([&zone, &cron] {
        model::TimePoint time = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
        for (int i = 0; i < 5000; ++i) time = cron->next_after(time, *zone).value();
    });
}

void expressions() {
    const auto value = [](std::span<const std::string> path) -> std::optional<expr::Json> {
        return path.front() == "window" ? expr::Json("2026-11-22T00:00:00+01:00") : expr::Json(7);
    };
    measured([&value] {
        for (int i = 0; i < 2000; ++i) {
            const auto compiled =
                expr::Template::compile("views:${{ window.start | date('%Y%m%d') }}:${{ params.n * 2 + 1 }}",
                                        [](auto) { return std::nullopt; });
            must(compiled && compiled->render(value), "the template renders");
        }
    });
}

void frames() {
    wire::Launch launch{.try_id = 1, .argv = {"/bin/true"}, .cwd = "/", .log_path = "/data/logs/dag/run/task.1.log"};
    for (int i = 0; i < 20; ++i) launch.env.push_back(fmt::format("WEIR_VARIABLE_{}=its value", i));
    measured([&launch] {
        wire::FrameBuffer buffer;
        for (int i = 0; i < 5000; ++i) {
            std::string bytes;
            must(wire::append_frame(bytes, wire::Command{launch}), "a frame fits");
            buffer.add(bytes);
            must(wire::decode_command(buffer.next().value()).has_value(), "a frame is read");
        }
    });
}

const std::map<std::string, void (*)()> kWorkloads = {
    {"a fan-out of 5,000 tasks in the core", [] { whole_run(Shape::wide, 5000); }},
    {"a chain of 2,000 tasks in the core", [] { whole_run(Shape::chain, 2000); }},
    {"2,000 tasks in layers in the core", [] { whole_run(Shape::layered, 2000); }},
    {"commits of a run of 500 tasks", commits},
    {"a DAG file of 1,000 tasks loaded", definitions},
    {"5,000 ticks of a cron expression", ticks},
    {"2,000 templates compiled and rendered", expressions},
    {"5,000 launches as frames, written and read", frames},
};

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc == 2) {
            kWorkloads.at(argv[1])();
            return 0;
        }
        for (const auto& [name, work] : kWorkloads) std::puts(name.c_str());
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_instructions: %s\n", error.what());
        return 1;
    }
}
