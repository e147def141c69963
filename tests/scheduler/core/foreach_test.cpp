// `foreach`, its caps, and what comes after it.
#include "tests/scheduler/core/world.hpp"

namespace weir::core::testing {

TEST_CASE("a task with a list runs once for each item, and what is downstream waits for all of them") {
    expect("a | foreach=[1,2]\nb < a", R"(
        0s trigger -> launch a[0]/1; launch a[1]/1
        1s exit a[1] -> a[1] success
        2s exit a[0] -> a success; a[0] success; launch b/1
        3s exit b -> b success; r success)");
}

TEST_CASE("an empty list skips the task") {
    expect("a | foreach=[]\nb < a", R"(
        0s trigger -> a skipped (its `foreach` has no items); b skipped; r success)");
}

TEST_CASE("an upstream task's output is the list") {
    expect("list\na < list | foreach=tasks.list.outputs.files\nb < a", R"(
        0s trigger -> launch list/1
        1s exit list 0 {"files":["x","y"]} -> list success; launch a[0]/1; launch a[1]/1
        2s exit a[0] -> a[0] success
        3s exit a[1] -> a success; a[1] success; launch b/1
        4s exit b -> b success; r success)");
}

TEST_CASE("a list that a task wrote as text is read as JSON") {
    expect("list\na < list | foreach=tasks.list.outputs.files", R"(
        0s trigger -> launch list/1
        1s exit list 0 {"files":"[7]"} -> list success; launch a[0]/1)");
}

TEST_CASE("an output that is no list fails the task, and says what it is") {
    expect("list\na < list | foreach=tasks.list.outputs.files", R"(
        0s trigger -> launch list/1
        1s exit list 0 {"files":7} -> a failed (foreach: expected a list or an object, found 7); list success; r failed)");
}

TEST_CASE("ten thousand items are the most") {
    World world("list\na < list | foreach=tasks.list.outputs.n");
    world.trigger();
    auto report = world.exited("list");
    report.outputs = {{"n", model::Json(10'001, 1)}};
    world.step({report});
    CHECK(world.task("a").reason == "foreach: 10001 items; the most is 10000");
}

TEST_CASE("an object gives items with key and value") {
    World world(R"(a | foreach={"de":1,"fr":2} env=item.key)");
    world.trigger();
    CHECK(world.launched("a[1]")->env.at("VALUE") == "fr");
    CHECK(world.task("a[1]").item == model::Json{{"key", "fr"}, {"value", 2}});
}

TEST_CASE("a label names an instance") {
    World world(R"(a | foreach=["de"] label=item)");
    world.trigger();
    CHECK(world.task("a[0]").label == "de");
}

TEST_CASE("the values of all instances are a list to what is downstream, null where one has none") {
    World world("a | foreach=[1,2,3]\nb < a | env=tasks.a.outputs.rows");
    world.play(R"(
        0s trigger
        1s exit a[2] 0 {"rows":30}
        2s exit a[0] 0 {"rows":10}
        3s exit a[1])");
    CHECK(world.launched("b")->env.at("VALUE") == "[10,null,30]");
}

TEST_CASE("max_parallel holds instances back, and the next one starts when one ends") {
    expect("a | foreach=[1,2,3] max_parallel=2", R"(
        0s trigger -> launch a[0]/1; launch a[1]/1
        1s exit a[1] -> a[1] success; launch a[2]/1
        2s exit a[0] -> a[0] success
        3s exit a[2] -> a success; a[2] success; r success)");
}

TEST_CASE("who waits for a retry does not hold others back") {
    expect("a | foreach=[1,2] max_parallel=1 retries=1 delay=10s", R"(
        0s trigger -> launch a[0]/1
        1s exit a[0] 1 -> a[0] up_for_retry (exit code 1); launch a[1]/1
        20s wake
        21s exit a[1] -> a[1] success; launch a[0]/2)");
}

TEST_CASE("max_active caps a task over all runs of its DAG") {
    World world("a | max_active=1");
    expect(world, R"(
        0s trigger r -> launch a/1
        0s trigger q
        1s exit a -> a success; r success; launch q:a/1
        2s exit q:a -> q:a success; q success)");
}

TEST_CASE("one failed instance fails what is downstream at once, and the task when all have ended") {
    expect("a | foreach=[1,2]\nb < a", R"(
        0s trigger -> launch a[0]/1; launch a[1]/1
        1s exit a[0] 1 -> a[0] failed (exit code 1); b upstream_failed
        2s exit a[1] -> a failed (1 of 2 instances failed); a[1] success; r failed)");
}

TEST_CASE("one_success needs one instance only") {
    expect("a | foreach=[1,2]\nb < a | rule=one_success", R"(
        0s trigger -> launch a[0]/1; launch a[1]/1
        1s exit a[0] -> a[0] success; launch b/1)");
}

TEST_CASE("a retry of failed tasks runs only the instances that failed, and what is downstream") {
    expect("a | foreach=[1,2]\nb < a", R"(
        0s trigger -> launch a[0]/1; launch a[1]/1
        1s exit a[0] 1 -> a[0] failed (exit code 1); b upstream_failed
        2s exit a[1] -> a failed (1 of 2 instances failed); a[1] success; r failed
        3s retry -> r running; launch a[0]/2
        4s exit a[0] -> a success; a[0] success; launch b/1
        5s exit b -> b success; r success)");
}

TEST_CASE("a mapped task that runs again gets its list anew: fewer items remove instances, more add some") {
    World world("list\na < list | foreach=tasks.list.outputs.n");
    expect(world, R"(
        0s trigger -> launch list/1
        1s exit list 0 {"n":[1,2]} -> list success; launch a[0]/1; launch a[1]/1
        2s exit a[0] -> a[0] success
        2s exit a[1] -> a success; a[1] success; r success
        3s retry list -> a[0] removed; a[1] removed; r running; launch list/2
        4s exit list 0 {"n":[1]} -> list success; launch a[0]/2
        5s exit a[0] -> a success; a[0] success; r success
        6s retry list -> a[0] removed; r running; launch list/3
        7s exit list 0 {"n":[1,2,3]} -> list success; launch a[0]/3; launch a[1]/2; launch a[2]/1)");
    CHECK(world.task("a").mapped == 3);
}

TEST_CASE("killing a mapped task kills its instances, also those that wait at a gate") {
    expect("a | foreach=[1,2] max_parallel=1", R"(
        0s trigger -> launch a[0]/1
        1s kill r:a -> a[1] failed (killed by hand); kill a[0]
        2s signal a[0] 15 -> a failed (2 of 2 instances failed); a[0] failed (killed by hand); r failed)");
}

TEST_CASE("killing one instance of a mapped task leaves the others running") {
    expect("a | foreach=[1,2] retries=3", R"(
        0s trigger -> launch a[0]/1; launch a[1]/1
        1s kill r:a[0] -> kill a[0]
        2s signal a[0] 15 -> a[0] failed (killed by hand)
        3s kill r:a[0] -> error: task 'a[0]' has ended already: failed
        4s kill r:a[7] -> error: task 'a' has no instance 7 in run 'r'
        5s exit a[1] -> a failed (1 of 2 instances failed); a[1] success; r failed)");
}

TEST_CASE("instances survive a crash, with their gates") {
    expect("a | foreach=[1,2,3] max_parallel=2\nb < a", R"(
        0s trigger -> launch a[0]/1; launch a[1]/1
        1s exit a[0] -> a[0] success; launch a[2]/1
        2s crash
        3s list
        4s exit a[2] -> a[2] success
        5s crash
        6s list
        7s exit a[1] -> a success; a[1] success; launch b/1
        8s exit b -> b success; r success)");
}

TEST_CASE("an instance that waits at a gate in a crash starts after it") {
    expect("a | foreach=[1,2] max_parallel=1", R"(
        0s trigger -> launch a[0]/1
        1s crash
        2s list
        3s exit a[0] -> a[0] success; launch a[1]/1
        4s exit a[1] -> a success; a[1] success; r success)");
}

TEST_CASE("logs of instances lie in folders of their own") {
    World world("a | foreach=[1,2]");
    world.trigger();
    CHECK(world.launched("a[1]")->log_path == "etl/r/a.foreach/1.1.log");
    CHECK(world.launched("a[1]")->env.at("WEIR_MAP_INDEX") == "1");
    CHECK(world.launched("a[1]")->env.at("WEIR_ITEM") == "2");
}

// --- setup, teardown, short circuits ---------------------------------------------------------------------------------------

TEST_CASE("a teardown runs when its setup succeeded, however the work between ended, and does not decide the run") {
    expect("make | setup=yes\nwork < make\ndrop < make work | teardown=yes", R"(
        0s trigger -> launch make/1
        1s exit make -> make success; launch work/1
        2s exit work 1 -> work failed (exit code 1); launch drop/1
        3s exit drop -> drop success; r failed)");
    expect("make | setup=yes\nwork < make\ndrop < make work | teardown=yes", R"(
        0s trigger -> launch make/1
        1s exit make -> make success; launch work/1
        2s exit work -> work success; launch drop/1
        3s exit drop 1 -> drop failed (exit code 1); r success)");
}

TEST_CASE("a teardown has nothing to remove when its setup failed") {
    expect("make | setup=yes\nwork < make\ndrop < make work | teardown=yes", R"(
        0s trigger -> launch make/1
        1s exit make 1 -> drop upstream_failed; make failed (exit code 1); work upstream_failed; r failed)");
}

TEST_CASE("a short circuit skips everything downstream, whatever its rule, but no teardown") {
    expect("a | if=false short_circuit=yes\nb < a | rule=all_done\nc < b | rule=always\nd\ne < c d | teardown=yes", R"(
        0s trigger -> a skipped (its `if` is false); b skipped ('a' was skipped, and is a short circuit); c skipped ('a' was skipped, and is a short circuit); launch d/1
        1s exit d -> d success; launch e/1)");
}

TEST_CASE("skip_on_exit_code skips the task") {
    expect("a | skip_on=99 retries=3\nb < a", R"(
        0s trigger -> launch a/1
        1s exit a 99 -> a skipped (exit code 99); b skipped; r success)");
}

TEST_CASE("retry_on lists what is worth another try") {
    expect("a | retries=5 retry_on=75 delay=1s", R"(
        0s trigger -> launch a/1
        1s exit a 75 -> a up_for_retry (exit code 75)
        9s wake -> launch a/2
        10s exit a 1 -> a failed (exit code 1); r failed)");
    expect("a | retries=5 retry_on=timeout delay=1s", R"(
        0s trigger -> launch a/1
        1s timeout a -> a up_for_retry (timed out after 0s)
        9s wake -> launch a/2
        10s signal a 9 -> a failed (killed by signal 9 (SIGKILL)); r failed)");
}

}  // namespace weir::core::testing
