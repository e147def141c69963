// The examples in docs/pipelines.md: each ```yaml block is loaded, with the weir.yaml that stands among them. A block without
// tasks shows keys of the file, and gets a task.
#include <filesystem>
#include <fstream>

#include "tests/scheduler/yaml/support.hpp"

namespace weir::yaml {
namespace {

struct Block {
    int line = 0;
    std::string text;
};

std::vector<Block> yaml_blocks(const char* file) {
    std::ifstream stream(std::filesystem::path(WEIR_REPOSITORY) / "docs" / file);
    REQUIRE(stream.good());
    std::vector<Block> blocks;
    bool inside = false;
    int number = 0;
    for (std::string line; std::getline(stream, line);) {
        ++number;
        if (line.starts_with("```")) {
            inside = line == "```yaml";
            if (inside) blocks.push_back({number, ""});
        } else if (inside) {
            blocks.back().text += line + "\n";
        }
    }
    return blocks;
}

bool is_config(const Block& block) { return block.text.starts_with("# weir.yaml"); }

}  // namespace

TEST_CASE("every example of docs/pipelines.md loads") {
    const auto blocks = yaml_blocks("pipelines.md");
    CHECK(blocks.size() > 10);
    Surroundings surroundings;
    for (const auto& block : blocks)
        if (is_config(block)) {
            const auto loaded = load_config(block.text, "weir.yaml", "/etc/weir");
            REQUIRE_MESSAGE(loaded.config.has_value(), lines_of(loaded.diagnostics));
            surroundings = loaded.config->surroundings();
        }
    CHECK(surroundings.complete);
    for (const auto& block : blocks) {
        if (is_config(block)) continue;
        const bool whole = block.text.find("\ntasks:") != std::string::npos || block.text.starts_with("tasks:");
        CAPTURE(block.line);
        CHECK(faults(whole ? block.text : block.text + "tasks: {t: {run: x}}\n", surroundings) == "");
    }
}

TEST_CASE("every weir.yaml of docs/sources.md loads") {
    const auto blocks = yaml_blocks("sources.md");
    CHECK(!blocks.empty());
    for (const auto& block : blocks) {
        CAPTURE(block.line);
        CHECK(config_faults(block.text) == "");
    }
}

}  // namespace weir::yaml
