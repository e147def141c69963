#include "executors/process/outputs.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/executors/supervisor/harness.hpp"

using namespace weir;
using namespace weir::process;

TEST_CASE("a JSON object is taken as it is") {
    CHECK(parse_outputs(R"( {"rows": 12, "files": ["a"]} )").values == model::Json{{"rows", 12}, {"files", {"a"}}});
}

TEST_CASE("key=value lines become strings, blank lines and CR are passed over, a later line wins") {
    CHECK(parse_outputs("rows=12\r\n\nname=a = b\nempty=\nrows=13").values ==
          model::Json{{"rows", "13"}, {"name", "a = b"}, {"empty", ""}});
}

TEST_CASE("an empty file is no outputs") {
    CHECK(parse_outputs("").values.is_null());
    CHECK(parse_outputs(" \n\n").values.is_null());
    CHECK(parse_outputs("").problem.empty());
}

TEST_CASE("bytes that are not UTF-8 become U+FFFD") {
    CHECK(parse_outputs("name=\xff!").values == model::Json{{"name", "\uFFFD!"}});
}

TEST_CASE("a line without = is named by its number") {
    CHECK(parse_outputs("a=1\nnonsense\n").problem ==
          "WEIR_OUTPUT: line 2 is no key=value, and the file is no JSON object either");
}

TEST_CASE("a key that no expression could name is refused") {
    for (const std::string text : {"=1", "1a=2", "a b=3", "é=4"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_outputs(text).problem.empty());
    }
}

TEST_CASE("JSON that is broken, or no object, is refused") {
    for (const std::string text : {"{", "{\"a\": 1} trailing", "{\"a\": \"\xff\"}", "[1]", "12"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_outputs(text).problem.empty());
    }
}

TEST_CASE("JSON nested deeper than anybody reads is refused before it is parsed") {
    CHECK(parse_outputs("{\"a\":" + std::string(20'000, '[') + std::string(20'000, ']') + "}").problem ==
          "WEIR_OUTPUT: JSON nested more than 64 deep");
    CHECK(parse_outputs("{\"a\": \"" + std::string(1000, '[') + "\"}").problem.empty());
}

TEST_CASE("1 MiB of outputs are taken, one byte more is not") {
    CHECK(parse_outputs("a=" + std::string(kMaxOutputs - 2, 'x')).problem.empty());
    CHECK(parse_outputs("a=" + std::string(kMaxOutputs - 1, 'x')).problem ==
          "WEIR_OUTPUT: is larger than 1 MiB; write large results to a file or table of your own");
}

TEST_CASE("a file that isn't there is no outputs") {
    testing::Folder folder;
    const auto outputs = read_outputs(folder.path("none"));
    CHECK(outputs.values.is_null());
    CHECK(outputs.problem.empty());
}

TEST_CASE("a file is read whole, and one that is too large is refused") {
    testing::Folder folder;
    folder.write("good", "a=1\n");
    folder.write("large", "a=" + std::string(kMaxOutputs, 'x'));
    CHECK(read_outputs(folder.path("good")).values == model::Json{{"a", "1"}});
    CHECK_FALSE(read_outputs(folder.path("large")).problem.empty());
}

TEST_CASE("a FIFO, a folder or a link in place of the file is refused at once") {
    testing::Folder folder;
    folder.write("file", "a=1\n");
    REQUIRE(::mkfifo(folder.path("fifo").c_str(), 0600) == 0);
    REQUIRE(::symlink(folder.path("file").c_str(), folder.path("link").c_str()) == 0);
    std::filesystem::create_directory(folder.path("folder"));
    for (const std::string name : {"fifo", "link", "folder"}) {
        CAPTURE(name);
        CHECK_FALSE(read_outputs(folder.path(name)).problem.empty());
    }
}
