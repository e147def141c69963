// Stands in for `weir`: the same supervisor, and operators that say what they were given.
#include <iostream>
#include <string_view>

#include "executors/supervisor/supervise.hpp"

int main(int argc, char** argv) {
    const std::string_view verb = argc > 1 ? argv[1] : "";
    if (verb == "supervise" && argc == 4 && std::string_view(argv[2]) == "--data")
        return weir::supervisor::supervise({argv[3], std::chrono::seconds(10)});
    if (verb != "task" || argc != 3) return 2;
    std::cout << argv[2] << '\n' << std::cin.rdbuf();
    return 0;
}
