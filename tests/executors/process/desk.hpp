// A process executor at work in a folder of its own, and what it reports.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "executors/process/process_executor.hpp"
#include "tests/executors/supervisor/harness.hpp"

namespace weir::testing {

// The daemon's side; several may follow each other in one folder.
class Daemon {
   public:
    explicit Daemon(
        const Folder& folder, const std::function<void(process::ProcessOptions&)>& change = [](auto&) {})
        : executor_(io_, options(folder, change), [this](core::Input input) { receive(std::move(input)); }) {
        executor_.start();
        thread_ = std::thread([this] { io_.run(); });
    }
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;
    ~Daemon() {
        executor_.stop();
        guard_.reset();
        thread_.join();
    }

    process::ProcessExecutor& executor() { return executor_; }
    void launch(const core::Launch& launch) { executor_.launch(std::span(&launch, 1)); }
    void kill(model::TryId id) { executor_.kill(std::span(&id, 1)); }
    void acknowledge(model::TryId id) { executor_.acknowledge(std::span(&id, 1)); }

    // The first report of this kind since the last call for the kind; waits for it.
    template <class Kind>
    Kind await() {
        std::unique_lock lock(mutex_);
        std::optional<Kind> found;
        const bool came = changed_.wait_for(lock, kPatience, [this, &found] {
            for (auto at = inputs_.begin(); at != inputs_.end() && !found; ++at) {
                if (auto* wanted = std::get_if<Kind>(&*at)) {
                    found = std::move(*wanted);
                    inputs_.erase(at);
                    break;
                }
            }
            return found.has_value();
        });
        if (!came) throw std::runtime_error("the report did not come");
        return *found;
    }
    [[nodiscard]] std::vector<std::string> notes() {
        const std::lock_guard lock(mutex_);
        return notes_;
    }

   private:
    process::ProcessOptions options(const Folder& folder, const std::function<void(process::ProcessOptions&)>& change) {
        process::ProcessOptions options{.data_folder = folder.path("data"),
                                        .log_folder = folder.path("logs"),
                                        .weir_program = STAND_IN_WEIR,
                                        .environment = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}},
                                        .connections = {},
                                        .note = [this](const std::string& words) {
                                            const std::lock_guard lock(mutex_);
                                            notes_.push_back(words);
                                        }};
        change(options);
        return options;
    }
    void receive(core::Input input) {
        const std::lock_guard lock(mutex_);
        inputs_.push_back(std::move(input));
        changed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<core::Input> inputs_;
    std::vector<std::string> notes_;
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{io_.get_executor()};
    process::ProcessExecutor executor_;
    std::thread thread_;
};

// A folder, and the end of whatever supervisor works in it.
class Desk {
   public:
    Desk() { std::filesystem::create_directories(folder.path("data")); }
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;
    ~Desk() {
        if (!folder.has("data/supervisor.sock")) return;
        const auto pid = supervisor();
        ::kill(pid, SIGTERM);
        ::waitpid(pid, nullptr, 0);  // it is a child of this program; until it ends it writes to the folder
    }
    Folder folder;

    // Asks as a newer daemon, which the executor then follows again.
    [[nodiscard]] pid_t supervisor() const {
        Client client(folder.path("data"));
        return static_cast<pid_t>(client.hello(0xffffffffffffffff).pid);
    }
    [[nodiscard]] core::Launch launch(std::int64_t id, model::Action action) const {
        core::Launch launch;
        launch.id = model::TryId{id};
        launch.executor = "process";
        launch.action = std::move(action);
        launch.workdir = folder.path();
        launch.log_path = "dag/run/task/" + std::to_string(id) + ".log";
        launch.grace = 10s;
        return launch;
    }
    [[nodiscard]] core::Launch script(std::int64_t id, const std::string& text) const {
        return launch(id, model::ShellScript{text});
    }
    [[nodiscard]] std::string log(std::int64_t id) const {
        return folder.read("logs/dag/run/task/" + std::to_string(id) + ".log");
    }
};

}  // namespace weir::testing
