// A DAG's file: whatever stands in it, there is a DAG or there are diagnostics with a place in the text.
#include "scheduler/yaml/loader.hpp"
#include "tests/fuzz/target.hpp"

using namespace weir;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto loaded = yaml::load_dag(fuzz::text_of(data, size), "fuzz.yaml", "/nowhere", {});
    fuzz::must((loaded.dag == nullptr) == !loaded.diagnostics.empty(), "a DAG, or diagnostics, and never both");
    for (const auto& diagnostic : loaded.diagnostics)
        fuzz::must(!diagnostic.message.empty(), "a diagnostic says something");
    return 0;
}
