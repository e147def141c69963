// The pipelines and settings that ship with Weir.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/scheduler/yaml/support.hpp"

namespace weir::yaml {
namespace {

namespace fs = std::filesystem;

fs::path repository() { return WEIR_REPOSITORY; }

std::string text_of(const fs::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

LoadedConfig shipped_config() {
    return load_config(text_of(repository() / "weir.yaml"), "weir.yaml", repository().string());
}

}  // namespace

TEST_CASE("the weir.yaml that ships loads") { CHECK(lines_of(shipped_config().diagnostics) == ""); }

TEST_CASE("every pipeline that ships loads with the weir.yaml that ships") {
    const auto config = shipped_config().config;
    REQUIRE(config.has_value());
    int found = 0;
    for (const auto& file : fs::recursive_directory_iterator(repository() / "dags")) {
        if (file.path().extension() != ".yaml" && file.path().extension() != ".yml") continue;
        const auto loaded = load_dag(text_of(file.path()), file.path().string(), file.path().parent_path().string(),
                                     config->surroundings());
        CHECK(lines_of(loaded.diagnostics) == "");
        ++found;
    }
    CHECK(found > 0);
}

}  // namespace weir::yaml
