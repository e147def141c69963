// The floor of whatever starts processes: posix_spawn and wait of one command COUNT times, AT_ONCE of them at a time. Prints
// the seconds it took.
//
//   bench_spawn COUNT AT_ONCE COMMAND [ARGUMENT…]
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>

#include "bench/processes.hpp"

int main(int argc, char** argv) {
    using namespace weir::bench;
    if (argc < 4) {
        std::fputs("usage: bench_spawn COUNT AT_ONCE COMMAND [ARGUMENT...]\n", stderr);
        return 2;
    }
    const int count = std::atoi(argv[1]);
    const int at_once = std::atoi(argv[2]);
    const std::vector<std::string> command(argv + 3, argv + argc);
    const auto began = std::chrono::steady_clock::now();
    int running = 0;
    for (int started = 0; started < count || running > 0;) {
        if (started < count && running < at_once) {
            start(command);
            ++started;
            ++running;
        } else if (::wait(nullptr) > 0) {
            --running;
        }
    }
    std::printf("%.6f\n", Seconds(std::chrono::steady_clock::now() - began).count());
    return 0;
}
