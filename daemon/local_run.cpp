#include "daemon/local_run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <thread>

#include "daemon/clock.hpp"
#include "daemon/environment.hpp"
#include "daemon/folders.hpp"
#include "daemon/loop.hpp"
#include "executors/process/process_executor.hpp"
#include "scheduler/store/sqlite_store.hpp"

namespace weir::daemon {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kTick{250};
constexpr model::RequestId kTrigger{1};
constexpr model::RequestId kKill{2};

// The supervisor's own folder, gone at the end: the run is this process's affair, not the daemon's.
class ScratchFolder {
   public:
    ScratchFolder() {
        auto pattern = (fs::temp_directory_path() / "weir-run-XXXXXX").string();
        if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
    }
    ~ScratchFolder() {
        std::error_code error;
        if (!path_.empty()) fs::remove_all(path_, error);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    [[nodiscard]] const fs::path& path() const { return path_; }

   private:
    fs::path path_;
};

}  // namespace

model::Result<model::Run> run_locally(const LocalRun& request) {
    if (const auto made = make_data_folder(request.settings); !made) return made.error();
    const ScratchFolder scratch;
    if (scratch.path().empty())
        return model::Error{model::ErrorKind::internal,
                            fmt::format("no folder can be made in {}", fs::temp_directory_path().string())};
    auto store = store::SqliteStore::open(":memory:");
    if (!store) return store.error();

    boost::asio::io_context io(1);
    auto work = boost::asio::make_work_guard(io);
    Inbox inbox;
    process::ProcessExecutor executor(io,
                                      {.data_folder = scratch.path(),
                                       .log_folder = request.settings.logs(),
                                       .weir_program = weir_program(),
                                       .environment = task_environment(),
                                       .connections = request.settings.connections},
                                      [&inbox](core::Input report) { inbox.post(std::move(report)); });
    std::thread io_thread([&io] { io.run(); });
    executor.start();

    const SteadyWallClock clock;
    model::Run run;
    std::optional<model::Error> refused;
    Loop loop({.clock = clock,
               .store = **store,
               .inbox = inbox,
               .executors = {{"process", &executor}},
               .dag_of = [&request](const ports::StoredRun&) { return request.dag; },
               .answer =
                   [&refused](const core::Reply& reply) {
                       if (reply.request == kTrigger && !reply.result) refused = reply.result.error();
                   },
               .committed =
                   [&run, &request](const core::Turn& turn) {
                       for (const auto& change : turn.changes)
                           if (const auto* row = std::get_if<model::Run>(&change)) run = *row;
                       request.committed(turn);
                   }});
    loop.recover();
    inbox.post(core::PoolsConfigured{request.settings.pools, request.settings.parallelism});
    // Only this run: the schedule, and telling others, are the daemon's affair.
    auto dag = std::make_shared<model::Dag>(*request.dag);
    dag->schedule.clear();
    dag->alerts.clear();
    for (auto& task : dag->tasks) task.alerts.clear();
    inbox.post(core::DagLoaded{std::move(dag)});
    core::TriggerRun trigger;
    trigger.request = kTrigger;
    trigger.dag_id = request.dag->id;
    trigger.params = request.params;
    trigger.logical_date = request.logical_date;
    inbox.post(std::move(trigger));

    bool killed = false;
    while (!refused && !model::is_finished(run.state)) {
        loop.turn(kTick);
        request.tick(clock.now());
        if (request.interrupted > 0 && !killed && !run.run_id.empty()) {
            killed = true;
            inbox.post(core::Kill{kKill, run.dag_id, run.run_id, std::nullopt});
        }
    }
    executor.shut_down();
    work.reset();
    io_thread.join();
    if (refused) return *refused;
    return run;
}

}  // namespace weir::daemon
