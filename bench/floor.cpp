// What a task costs beyond its process. Measures in one run, on one machine, alternating:
//   spawn      posix_spawn and wait of /bin/true, one after another and 16 at a time: the floor, nothing can be faster
//   supervisor the same through the supervisor and its wire: log file, journal, process group, reports
//   engine     the same as a DAG of independent tasks under `weir serve` (--weir PROGRAM): every state on disk
//
// and beside the rate the processor time that a task takes of all processes together, which a busy machine changes less.
//
//   bench_floor [--weir PROGRAM] [--tasks 1000] [--slots 16] [--rounds 3]
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "bench/processes.hpp"
#include "scheduler/model/json.hpp"
#include "scheduler/model/time.hpp"
#include "tests/executors/supervisor/harness.hpp"

namespace {

using namespace weir;
using namespace weir::bench;

struct Settings {
    std::string weir = weir_program();
    int tasks = 1000;
    int slots = 16;
    int rounds = 3;
};

struct Cost {
    Seconds wall;
    Seconds processor;
};

Cost measured(const std::function<void()>& work) {
    const auto processor = processor_time(::getpid());
    const auto start = std::chrono::steady_clock::now();
    work();
    const Seconds wall = std::chrono::steady_clock::now() - start;
    return {wall, processor_time(::getpid()) - processor};
}

void spawn_and_wait(int tasks, int at_once) {
    int running = 0;
    for (int begun = 0; begun < tasks || running > 0;) {
        if (begun < tasks && running < at_once) {
            start({"/bin/true"});
            ++begun;
            ++running;
        } else if (::wait(nullptr) > 0) {
            --running;
        }
    }
}

// Folders stay until all is measured: ext4 passes over inodes that were freed a moment ago, one by one, so that removing the
// logs of one round would slow down the next.
using Folders = std::list<testing::Folder>;

Cost through_supervisor(Folders& folders, int tasks, int at_once) {
    const auto& folder = folders.emplace_back();
    testing::SupervisorProcess supervisor(folder.path());
    testing::Client client(folder.path());
    client.hello();
    return measured([&folder, &client, tasks, at_once] {
        wire::Launch launch;
        launch.argv = {"/bin/true"};
        launch.env = {"PATH=/usr/bin:/bin"};
        launch.cwd = "/";
        int running = 0;
        for (int begun = 0; begun < tasks || running > 0;) {
            if (begun < tasks && running < at_once) {
                launch.try_id = ++begun;
                launch.log_path = folder.path("logs/" + std::to_string(begun) + ".log");
                client.send(launch);
                ++running;
            } else {
                client.send(wire::Ack{client.await<wire::Exited>().try_id});
                --running;
            }
        }
    });
}

// `weir serve` in a folder of its own, with one DAG of independent tasks that do nothing.
class Engine {
   public:
    Engine(Folders& folders, const Settings& settings) : folder_(folders.emplace_back()), weir_(settings.weir) {
        std::filesystem::create_directory(folder_.path("dags"));
        folder_.write("weir.yaml",
                      "dags: dags\ndata: data\nlisten: off\nparallelism: " + std::to_string(settings.slots) + '\n');
        std::string dag = "id: floor\nmax_active_tasks: " + std::to_string(settings.slots) + "\ntasks:\n";
        for (int task = 1; task <= settings.tasks; ++task)
            dag += "  t" + std::to_string(task) + ": {run: [/bin/true]}\n";
        folder_.write("dags/floor.yaml", dag);
        daemon_ = start({weir_, "--config", folder_.path("weir.yaml"), "serve"}, folder_.path("serve.out"));
        testing::wait_until("the daemon answers", [this] { return weir({"dags", "list"}) == 0; });
    }
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    ~Engine() {
        ::kill(daemon_, SIGTERM);
        ::waitpid(daemon_, nullptr, 0);
        // Nothing runs any more; the supervisor would stay for the next daemon, which never comes.
        if (!folder_.has("data/supervisor.sock")) return;
        testing::Client client(folder_.path("data"));
        client.hello(~std::uint64_t{0});
        client.send(wire::Shutdown{});
    }

    // The time is that from the run's start to its end, as it is on disk.
    Cost run() {
        auto cost = measured([this] {
            if (weir({"trigger", "floor", "--wait", "--json"}) != 0)
                throw std::runtime_error("the run failed: " + said());
        });
        if (weir({"runs", "show", "floor", "latest", "--json"}) != 0) throw std::runtime_error(said());
        const auto shown = model::parse_json(folder_.read("said"));
        const auto& run = shown && shown->contains("run") ? (*shown)["run"] : shown.value_or(model::Json());
        const auto from = model::parse_rfc3339(run.value("start_date", ""));
        const auto to = model::parse_rfc3339(run.value("end_date", ""));
        if (!from || !to) throw std::runtime_error("no start_date and end_date in " + said());
        cost.wall = to->time - from->time;
        return cost;
    }

   private:
    int weir(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {weir_, "--config", folder_.path("weir.yaml")});
        return wait_for(start(std::move(arguments), folder_.path("said")));
    }
    [[nodiscard]] std::string said() const { return folder_.read("said") + folder_.read("said.err"); }

    const testing::Folder& folder_;
    std::string weir_;
    pid_t daemon_ = 0;
};

class Measure {
   public:
    explicit Measure(const char* name) : name_(name) {}
    void add(int tasks, Cost cost) {
        rates_.push_back(tasks / cost.wall.count());
        milliseconds_.push_back(1000 * cost.processor.count() / tasks);
    }
    [[nodiscard]] double rate() { return median(rates_); }
    void print(double floor) {
        const double mine = rate();
        std::printf("%-38s %7.0f tasks/s (%.0f to %.0f)  %5.2f times the floor's time  %6.2f ms of processor a task\n",
                    name_, mine, rates_.front(), rates_.back(), floor / mine, median(milliseconds_));
    }

   private:
    static double median(std::vector<double>& values) {
        std::ranges::sort(values);
        return values[values.size() / 2];
    }

    const char* name_;
    std::vector<double> rates_;
    std::vector<double> milliseconds_;
};

Settings read_arguments(int argc, char** argv) {
    Settings settings;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        if (name == "--weir") settings.weir = std::filesystem::absolute(argv[i + 1]).string();
        if (name == "--tasks") settings.tasks = std::max(1, std::atoi(argv[i + 1]));
        if (name == "--slots") settings.slots = std::max(1, std::atoi(argv[i + 1]));
        if (name == "--rounds") settings.rounds = std::max(1, std::atoi(argv[i + 1]));
    }
    return settings;
}

void measure(const Settings& settings) {
    const int tasks = settings.tasks;
    Folders folders;
    Measure one("spawn, one after another");
    Measure several("spawn, several at a time (the floor)");
    Measure supervised_one("supervisor, one after another");
    Measure supervised("supervisor, several at a time");
    Measure engine("engine, everything on disk");
    for (int round = 0; round < settings.rounds; ++round) {
        one.add(tasks, measured([tasks] { spawn_and_wait(tasks, 1); }));
        several.add(tasks, measured([tasks, &settings] { spawn_and_wait(tasks, settings.slots); }));
        supervised_one.add(tasks, through_supervisor(folders, tasks, 1));
        supervised.add(tasks, through_supervisor(folders, tasks, settings.slots));
        if (!settings.weir.empty()) engine.add(tasks, Engine(folders, settings).run());
    }
    std::printf("%d tasks (/bin/true), %d at a time, median of %d rounds (slowest to fastest)\n", tasks, settings.slots,
                settings.rounds);
    const double floor = several.rate();
    one.print(floor);
    several.print(floor);
    supervised_one.print(floor);
    supervised.print(floor);
    if (!settings.weir.empty()) engine.print(floor);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        measure(read_arguments(argc, argv));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_floor: %s\n", error.what());
        return 1;
    }
}
