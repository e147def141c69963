#include "daemon/dag_folder.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_folder.hpp"

using namespace weir;
using daemon::DagFolder;
namespace fs = std::filesystem;

namespace {

// A DAG folder of its own; each write gets a size of its own, so that no clock's grain hides a change.
struct Fixture : weir::test::TemporaryFolder {
    void write(const std::string& name, const std::string& text) {
        fs::create_directories((path() / name).parent_path());
        std::ofstream(path() / name) << text << std::string(++writes, '\n');
    }
    void dag(const std::string& name, const std::string& command) {
        write(name, "tasks: {t: {run: [" + command + "]}}\n");
    }

    std::size_t writes = 0;
};

std::vector<std::string> ids(const std::vector<std::shared_ptr<const model::Dag>>& dags) {
    std::vector<std::string> all;
    for (const auto& dag : dags) all.push_back(dag->id);
    return all;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a scan tells of new files once, and of nothing when nothing changed") {
    Fixture folder;
    folder.dag("a.yaml", "x");
    folder.dag("deep/er/b.yml", "x");
    folder.write("notes.txt", "not a DAG");
    folder.write(".git/c.yaml", "hidden: true");
    DagFolder dags(folder.path(), {});
    CHECK(ids(dags.scan({}).loaded) == Names{"a", "b"});
    CHECK_FALSE(dags.scan({}).any());
    CHECK(dags.folders().size() == 3);
}

TEST_CASE("a changed file is loaded again, a removed one is told") {
    Fixture folder;
    folder.dag("a.yaml", "x");
    folder.dag("b.yaml", "x");
    DagFolder dags(folder.path(), {});
    static_cast<void>(dags.scan({}));
    folder.dag("a.yaml", "other");
    fs::remove(folder.path() / "b.yaml");
    const auto changes = dags.scan({});
    CHECK(ids(changes.loaded) == Names{"a"});
    CHECK(changes.removed == Names{"b"});
}

TEST_CASE("a broken file keeps its last good version and tells its errors once") {
    Fixture folder;
    folder.dag("a.yaml", "x");
    DagFolder dags(folder.path(), {});
    static_cast<void>(dags.scan({}));
    folder.write("a.yaml", "tasks: 5");
    const auto changes = dags.scan({});
    CHECK(changes.loaded.empty());
    CHECK(changes.removed.empty());
    REQUIRE(changes.broken.size() == 1);
    CHECK(changes.broken[0].file == "a.yaml");
    CHECK_FALSE(dags.scan({}).any());
    CHECK(dags.entries().at("a").broken);
    CHECK(dags.import_errors().size() == 1);

    folder.dag("a.yaml", "z");
    const auto mended = dags.scan({});
    CHECK(ids(mended.loaded) == Names{"a"});
    CHECK(mended.mended);
    CHECK_FALSE(dags.entries().at("a").broken);
}

TEST_CASE("a broken file's text is kept with its errors, the newest that was read") {
    Fixture folder;
    folder.write("a.yaml", "tasks: 5");
    DagFolder dags(folder.path(), {});
    static_cast<void>(dags.scan({}));
    CHECK(*dags.import_errors().at(0).content == "tasks: 5\n");
    folder.write("a.yaml", "tasks: 5 # five");
    const auto changes = dags.scan({});
    CHECK(changes.broken.empty());  // it is wrong in the same way
    CHECK(changes.any());           // but whoever shows the text must show the new one
    CHECK(*dags.import_errors().at(0).content == "tasks: 5 # five\n\n");
}

TEST_CASE("a broken file's text is not kept when it is very long") {
    Fixture folder;
    folder.write("a.yaml", "tasks: 5 #" + std::string(256 * 1024, 'x'));
    DagFolder dags(folder.path(), {});
    static_cast<void>(dags.scan({}));
    CHECK(dags.import_errors().at(0).content == nullptr);
}

TEST_CASE("of two files with one id the first by path owns it until it goes") {
    Fixture folder;
    folder.write("a.yaml", "{id: same, tasks: {t: {run: [x]}}}");
    folder.write("b.yaml", "{id: same, tasks: {t: {run: [other]}}}");
    DagFolder dags(folder.path(), {});
    const auto changes = dags.scan({});
    CHECK(ids(changes.loaded) == Names{"same"});
    CHECK(dags.entries().at("same").dag->file == "a.yaml");
    REQUIRE(changes.broken.size() == 1);
    CHECK(changes.broken[0].diagnostics[0].message.find("taken by a.yaml") != std::string::npos);
    CHECK(changes.broken[0].content->starts_with("{id: same, tasks: {t: {run: [other]}}}"));
    fs::remove(folder.path() / "a.yaml");
    CHECK(ids(dags.scan({}).loaded) == Names{"same"});
    CHECK(dags.entries().at("same").dag->file == "b.yaml");
    CHECK(dags.import_errors().empty());
}

TEST_CASE("a broken file adopts the last good version that the database has") {
    Fixture folder;
    folder.write("a.yaml", "tasks: 5");
    DagFolder dags(folder.path(), {});
    static_cast<void>(dags.scan({}));
    const auto stored = std::make_shared<model::Dag>(model::Dag{.id = "a", .file = "a.yaml", .hash = "1"});
    CHECK(dags.adopt(stored));
    CHECK(dags.entries().at("a").dag == stored);
    CHECK_FALSE(dags.scan({}).any());
    const auto elsewhere = std::make_shared<model::Dag>(model::Dag{.id = "b", .file = "b.yaml", .hash = "1"});
    CHECK_FALSE(dags.adopt(elsewhere));
}

TEST_CASE("a DAG that goes while one of the same text comes under another id is told as renamed") {
    Fixture folder;
    folder.write("a.yaml", "id: old\ntasks: {t: {run: [x]}}\n");
    folder.write("b.yaml", "id: other\ntasks: {t: {run: [z]}}\n");
    DagFolder dags(folder.path(), {});
    CHECK(dags.scan({}).renamed.empty());
    folder.write("a.yaml", "id: new\ntasks: {t: {run: [x]}}\n");
    const auto changes = dags.scan({});
    REQUIRE(changes.renamed.size() == 1);
    CHECK(changes.renamed[0].from == "old");
    CHECK(changes.renamed[0].to == "new");
    CHECK(dags.entries().at("new").renamed_from == "old");
    CHECK(dags.entries().at("other").renamed_from.empty());
}

TEST_CASE("after a restart a DAG is still known to be the one that went with its text") {
    Fixture folder;
    folder.write("a.yaml", "id: new\ntasks: {t: {run: [x]}}\n");
    DagFolder dags(folder.path(), {});
    static_cast<void>(dags.scan({}));
    dags.recall_renamed(
        {{"old", "id: old\ntasks: {t: {run: [x]}}\n"}, {"another", "id: another\ntasks: {t: {run: [z]}}\n"}});
    CHECK(dags.entries().at("new").renamed_from == "old");
    CHECK_FALSE(dags.scan({}).any());
    CHECK(dags.entries().at("new").renamed_from == "old");
}

TEST_CASE("a file that is moved renames the DAG that has its id from it, and a changed text is another DAG") {
    Fixture folder;
    folder.dag("a.yaml", "x");
    DagFolder dags(folder.path(), {});
    static_cast<void>(dags.scan({}));
    fs::rename(folder.path() / "a.yaml", folder.path() / "b.yaml");
    CHECK(dags.scan({}).renamed.size() == 1);
    fs::remove(folder.path() / "b.yaml");
    folder.dag("c.yaml", "z");
    CHECK(dags.scan({}).renamed.empty());
}
