#include "scheduler/model/diagnostic.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "scheduler/model/dag.hpp"
#include "scheduler/model/ids.hpp"
#include "scheduler/model/result.hpp"

using namespace weir::model;

TEST_CASE("a diagnostic is written as editors read it") {
    CHECK(to_text(Diagnostic{"etl.yaml", 14, 12, "task 'load' needs unknown 'extrct'"}) ==
          "etl.yaml:14:12: task 'load' needs unknown 'extrct'");
    CHECK(to_text(Diagnostic{"etl.yaml", 0, 0, "the file is empty"}) == "etl.yaml: the file is empty");
}

TEST_CASE("the value of a failed result is a bug that is told with its message") {
    const Result<int> failed = Error{ErrorKind::not_found, "no such DAG 'x'"};
    CHECK(failed.error().kind == ErrorKind::not_found);
    CHECK_THROWS_WITH_AS(static_cast<void>(failed.value()), doctest::Contains("no such DAG 'x'"), std::logic_error);
}

TEST_CASE("ids are ordered by their number and false when there is none") {
    CHECK(RunId{1} < RunId{2});
    CHECK(RunId{2} == RunId{2});
    CHECK(RunId{1});
    CHECK(!RunId{});
}

TEST_CASE("a task is found by its id") {
    Dag dag;
    dag.tasks.resize(2);
    dag.tasks[0].id = "extract";
    dag.tasks[1].id = "load";
    CHECK(dag.find("load") == &dag.tasks[1]);
    CHECK(dag.find("loa") == nullptr);
}
