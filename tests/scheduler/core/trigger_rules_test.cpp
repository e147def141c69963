#include "scheduler/core/trigger_rules.hpp"

#include "tests/scheduler/core/world.hpp"

using namespace weir;
using namespace weir::core;
using namespace weir::core::testing;
using weir::model::TriggerRule;

namespace {

// Of three upstream tasks, "s" succeeded, "f" failed, "u" is upstream_failed, "k" was skipped, "." is unfinished.
Verdict verdict(TriggerRule rule, std::string_view upstream) {
    UpstreamCounts counts;
    for (const char how : upstream) {
        counts.success += how == 's';
        counts.failed += how == 'f';
        counts.upstream_failed += how == 'u';
        counts.skipped += how == 'k';
    }
    return decide(rule, counts, static_cast<std::uint32_t>(upstream.size()));
}

struct Row {
    std::string_view upstream;
    Verdict expected;
};
constexpr auto kWait = Verdict::wait;
constexpr auto kRun = Verdict::run;
constexpr auto kSkip = Verdict::skip;
constexpr auto kUpstreamFail = Verdict::upstream_fail;

void check(TriggerRule rule, const std::vector<Row>& rows) {
    CHECK(verdict(rule, "") == kRun);
    for (const auto& [upstream, expected] : rows) {
        INFO("upstream ", std::string(upstream));
        CHECK(static_cast<int>(verdict(rule, upstream)) == static_cast<int>(expected));
    }
}

}  // namespace

TEST_CASE("all_success fails or skips at once") {
    check(TriggerRule::all_success, {{"...", kWait},
                                     {"ss.", kWait},
                                     {"sss", kRun},
                                     {"f..", kUpstreamFail},
                                     {"u..", kUpstreamFail},
                                     {"k..", kSkip},
                                     {"kf.", kUpstreamFail},
                                     {"ssk", kSkip}});
}
TEST_CASE("all_failed runs when all failed and skips at the first that did not") {
    check(TriggerRule::all_failed, {{"...", kWait}, {"ff.", kWait}, {"fuf", kRun}, {"s..", kSkip}, {"k..", kSkip}});
}
TEST_CASE("all_done waits for all and then runs") {
    check(TriggerRule::all_done, {{"sf.", kWait}, {"sfk", kRun}, {"uuu", kRun}, {"kkk", kRun}});
}
TEST_CASE("all_done_min_one_success skips at any skipped task and needs a success") {
    check(TriggerRule::all_done_min_one_success,
          {{"sf.", kWait}, {"sfu", kRun}, {"k..", kSkip}, {"ffu", kUpstreamFail}, {"ssk", kSkip}});
}
TEST_CASE("all_skipped runs when all were skipped and skips at the first that was not") {
    check(TriggerRule::all_skipped, {{"kk.", kWait}, {"kkk", kRun}, {"s..", kSkip}, {"f..", kSkip}, {"u..", kSkip}});
}
TEST_CASE("one_success runs at the first success") {
    check(TriggerRule::one_success,
          {{"...", kWait}, {"s..", kRun}, {"ff.", kWait}, {"kkk", kSkip}, {"fuk", kUpstreamFail}, {"sff", kRun}});
}
TEST_CASE("one_failed runs at the first failure") {
    check(TriggerRule::one_failed, {{"ss.", kWait}, {"f..", kRun}, {"u..", kRun}, {"ssk", kSkip}});
}
TEST_CASE("one_done runs at the first task that ran, whatever came of it") {
    check(TriggerRule::one_done, {{"...", kWait}, {"s..", kRun}, {"f..", kRun}, {"ku.", kWait}, {"kuk", kSkip}});
}
TEST_CASE("none_failed runs after successes and skips") {
    check(TriggerRule::none_failed,
          {{"sk.", kWait}, {"skk", kRun}, {"kkk", kRun}, {"f..", kUpstreamFail}, {"u..", kUpstreamFail}});
}
TEST_CASE("none_failed_min_one_success skips when all were skipped") {
    check(TriggerRule::none_failed_min_one_success,
          {{"sk.", kWait}, {"skk", kRun}, {"kkk", kSkip}, {"f..", kUpstreamFail}, {"u..", kUpstreamFail}});
}
TEST_CASE("none_skipped runs after any end but a skip") {
    check(TriggerRule::none_skipped, {{"sf.", kWait}, {"sfu", kRun}, {"k..", kSkip}});
}
TEST_CASE("always runs now") { check(TriggerRule::always, {{"...", kRun}, {"fuk", kRun}}); }

TEST_CASE("a failure is passed down at once, while other upstream tasks still run") {
    expect("a\n b\n c < a b\n d < c",
           "1s trigger -> launch a/1; launch b/1\n"
           "2s exit a 3 -> a failed (exit code 3); c upstream_failed; d upstream_failed\n"
           "3s exit b -> b success; r failed");
}

TEST_CASE("a run fails by its leaves: a handled failure is none") {
    expect("a\n cleanup < a | rule=all_done",
           "1s trigger -> launch a/1\n"
           "2s exit a 1 -> a failed (exit code 1); launch cleanup/1\n"
           "3s exit cleanup -> cleanup success; r success");
}

TEST_CASE("a false condition skips its task, and what needs it") {
    expect("a\n b < a | if=false\n c < b\n d < b | rule=none_failed",
           "1s trigger -> launch a/1\n"
           "2s exit a -> a success; b skipped (its `if` is false); c skipped; launch d/1\n"
           "3s exit d -> d success; r success");
}

TEST_CASE("a condition that cannot be worked out fails its task, without a try") {
    World world("a\n b < a | if=tasks.a.outputs.go");
    world.play("1s trigger\n 2s exit a");
    CHECK(world.task("b").state == TaskState::failed);
    CHECK(world.task("b").reason.starts_with("if: 'tasks.a.outputs.go' has no value"));
    CHECK(world.task("b").try_number == 0);
}

TEST_CASE("a condition sees the outputs of tasks before it") {
    World world("a\n b < a | if=tasks.a.outputs.rows>10");
    world.trigger();
    auto report = world.exited("a");
    report.outputs = {{"rows", 10}};
    world.step({report});
    CHECK(world.task("b").state == TaskState::skipped);
    CHECK(world.task("b").reason == "its `if` is false");
    CHECK(world.run().state == weir::model::RunState::success);
}

TEST_CASE("a task says which of its upstream tasks broke its rule") {
    World world("a\n b\n c < a b");
    world.trigger();
    world.exit("a", 1);
    CHECK(world.task("c").reason == "all_success cannot hold: of 2 upstream tasks 1 failed");
}
