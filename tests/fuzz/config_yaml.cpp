// weir.yaml.
#include "scheduler/yaml/config.hpp"
#include "tests/fuzz/target.hpp"

using namespace weir;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto loaded = yaml::load_config(fuzz::text_of(data, size), "weir.yaml", "/nowhere");
    for (const auto& diagnostic : loaded.diagnostics)
        fuzz::must(!diagnostic.message.empty(), "a diagnostic says something");
    return 0;
}
