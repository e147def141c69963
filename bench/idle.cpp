// What a thousand DAGs cost that have nothing to do: time from start to ready, resident memory, processor time while idle.
//
//   bench_idle [--weir PROGRAM] [--dags 1000] [--seconds 10]
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "bench/processes.hpp"
#include "tests/executors/supervisor/harness.hpp"

namespace {

using namespace weir;
using namespace weir::bench;

struct Settings {
    std::string weir = weir_program();
    int dags = 1000;
    int seconds = 10;
};

// Where the daemon says that it is ready, as it does to systemd.
class ReadySocket {
   public:
    explicit ReadySocket(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (path.size() >= sizeof address.sun_path)
            throw std::runtime_error("the path of a socket is too long: " + path);
        std::strcpy(address.sun_path, path.c_str());
        if (fd_ < 0 || ::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("cannot bind " + path);
        ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    }
    ~ReadySocket() { ::close(fd_); }
    ReadySocket(const ReadySocket&) = delete;
    ReadySocket& operator=(const ReadySocket&) = delete;

    void wait() const {
        pollfd polled{fd_, POLLIN, 0};
        constexpr int kPatience = 60'000;  // ms
        if (::poll(&polled, 1, kPatience) != 1) throw std::runtime_error("the daemon did not get ready in a minute");
        char word = 0;
        static_cast<void>(::recv(fd_, &word, 1, 0));
    }

   private:
    int fd_;
};

void write_dags(const testing::Folder& folder, int count) {
    std::filesystem::create_directory(folder.path("dags"));
    folder.write("weir.yaml", "dags: dags\ndata: data\nlisten: off\n");
    for (int i = 0; i < count; ++i)
        folder.write("dags/dag_" + std::to_string(i) + ".yaml",
                     "schedule: [{cron: \"" + std::to_string(i % 60) +
                         " 3 * * *\", timezone: Europe/Berlin}]\n"
                         "params: {day: {type: string, default: today}}\n"
                         "tasks:\n"
                         "  extract: {run: [echo, \"${{ params.day }}\"], retries: 2}\n"
                         "  load: {needs: extract, run: ./load.sh, env: {DAY: \"${{ window.start }}\"}}\n");
}

void measure(const Settings& settings) {
    const testing::Folder folder;
    write_dags(folder, settings.dags);
    const ReadySocket ready(folder.path("ready"));
    const auto begin = std::chrono::steady_clock::now();
    const auto daemon = start({settings.weir, "--config", folder.path("weir.yaml"), "serve"}, folder.path("serve"));
    ready.wait();
    const Seconds took = std::chrono::steady_clock::now() - begin;
    constexpr std::chrono::seconds kSettling{2};  // the first turn, the supervisor's start
    std::this_thread::sleep_for(kSettling);
    const auto before = processor_time(daemon);
    std::this_thread::sleep_for(std::chrono::seconds(settings.seconds));
    const auto busy = processor_time(daemon) - before;
    std::printf(
        "%d DAGs with a schedule, first start (every version is written): ready after %.0f ms, %.1f MB resident, "
        "%.2f %% of one processor while nothing is due (%d s)\n",
        settings.dags, 1000 * took.count(), resident_mb(daemon), 100 * busy.count() / settings.seconds,
        settings.seconds);
    ::kill(daemon, SIGTERM);
    wait_for(daemon);
    // The supervisor would wait a minute for the next daemon.
    testing::Client client(folder.path("data"));
    client.hello();
    client.send(wire::Shutdown{});
}

Settings read_arguments(int argc, char** argv) {
    Settings settings;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        if (name == "--weir") settings.weir = argv[i + 1];
        if (name == "--dags") settings.dags = std::atoi(argv[i + 1]);
        if (name == "--seconds") settings.seconds = std::atoi(argv[i + 1]);
    }
    if (settings.weir.empty()) throw std::runtime_error("--weir PROGRAM is missing");
    return settings;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        measure(read_arguments(argc, argv));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_idle: %s\n", error.what());
        return 1;
    }
}
