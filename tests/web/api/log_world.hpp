// The world of world.hpp with a log folder of its own and a running try. For the tests of logs.
#pragma once

#include <fstream>

#include "tests/support/temporary_folder.hpp"
#include "tests/web/api/world.hpp"

namespace weir::api::test {

inline constexpr const char* kLog = "/api/v2/dags/etl/dagRuns/r1/taskInstances/extract/logs/1";

// The world of world.hpp with a log folder of its own and a running try.
struct LogWorld {
    LogWorld() {
        std::filesystem::create_directories(file.parent_path());
        set_state(model::TryState::running);
        add_routes(router, {.history = world.history,
                            .commands = world.commands,
                            .events = world.events,
                            .sources = world.sources,
                            .catalog = world.catalog,
                            .accounts = world.accounts,
                            .account_rows = world.account_rows,
                            .log_folder = folder.path(),
                            .version = "0.1.0",
                            .now = [] { return at("2026-11-22T08:00:00Z"); }});
    }

    void set_state(model::TryState state) { world.history.try_rows[0].state = state; }
    void write(const std::string& text) const { std::ofstream(file, std::ios::app | std::ios::binary) << text; }
    [[nodiscard]] Answer get(const std::string& query = "", const std::string& accept = "application/json") const {
        return ask(router, "GET", kLog + query, "", {{"Accept", accept}});
    }

    World world;
    weir::test::TemporaryFolder folder;
    std::filesystem::path file = folder.path() / "etl/r1/extract/1.log";
    http::Router router;
};

}  // namespace weir::api::test
