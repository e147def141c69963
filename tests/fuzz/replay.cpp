// Without libFuzzer: each file of the given files and folders once, each by itself. What made a target fail once stays in
// its corpus.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/fuzz/target.hpp"

namespace {

namespace fs = std::filesystem;

int replayed = 0;

void replay(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    const std::string bytes = text.str();
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    ++replayed;
}

}  // namespace

int main(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        if (!fs::is_directory(argv[i])) {
            replay(argv[i]);
            continue;
        }
        for (const auto& entry : fs::directory_iterator(argv[i]))
            if (entry.is_regular_file()) replay(entry.path());
    }
    std::printf("%d inputs, all is well\n", replayed);
    return replayed > 0 ? 0 : 1;
}
