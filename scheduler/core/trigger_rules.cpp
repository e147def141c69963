#include "scheduler/core/trigger_rules.hpp"

#include <fmt/format.h>

namespace weir::core {

using model::TriggerRule;

Verdict decide(TriggerRule rule, const UpstreamCounts& counts, std::uint32_t total) {
    if (total == 0) return Verdict::run;
    const bool all_done = counts.done() == total;
    const bool broken = counts.failed + counts.upstream_failed > 0;
    const bool all_skipped = counts.skipped == total;
    const auto run_when = [](bool holds) { return holds ? Verdict::run : Verdict::wait; };
    switch (rule) {
        case TriggerRule::all_success:
            if (broken) return Verdict::upstream_fail;
            if (counts.skipped > 0) return Verdict::skip;
            return run_when(all_done);
        case TriggerRule::all_failed:
            if (counts.success + counts.skipped > 0) return Verdict::skip;
            return run_when(all_done);
        case TriggerRule::all_done:
            return run_when(all_done);
        case TriggerRule::all_done_min_one_success:
            if (counts.skipped > 0) return Verdict::skip;
            if (all_done && counts.success == 0) return Verdict::upstream_fail;
            return run_when(all_done);
        case TriggerRule::all_done_setup_success:
            if (!all_done || counts.setups == 0 || counts.setup_success > 0) return run_when(all_done);
            return counts.setup_skipped == counts.setups ? Verdict::skip : Verdict::upstream_fail;
        case TriggerRule::all_skipped:
            if (broken || counts.success > 0) return Verdict::skip;
            return run_when(all_done);
        case TriggerRule::one_success:
            if (counts.success > 0) return Verdict::run;
            if (all_skipped) return Verdict::skip;
            return all_done ? Verdict::upstream_fail : Verdict::wait;
        case TriggerRule::one_failed:
            if (broken) return Verdict::run;
            return all_done ? Verdict::skip : Verdict::wait;
        case TriggerRule::one_done:
            if (counts.success + counts.failed > 0) return Verdict::run;
            return all_done ? Verdict::skip : Verdict::wait;
        case TriggerRule::none_failed:
            if (broken) return Verdict::upstream_fail;
            return run_when(all_done);
        case TriggerRule::none_failed_min_one_success:
            if (broken) return Verdict::upstream_fail;
            if (all_skipped) return Verdict::skip;
            return run_when(all_done);
        case TriggerRule::none_skipped:
            if (counts.skipped > 0) return Verdict::skip;
            return run_when(all_done);
        case TriggerRule::always:
            return Verdict::run;
    }
    return Verdict::wait;
}

std::string unmet_rule(TriggerRule rule, const UpstreamCounts& counts, std::uint32_t total) {
    auto text = fmt::format("{} cannot hold: of {} upstream task{}", to_text(rule), total, total == 1 ? "" : "s");
    const char* separator = " ";
    const auto add = [&text, &separator](std::uint32_t count, const char* how) {
        if (count == 0) return;
        text += fmt::format("{}{} {}", separator, count, how);
        separator = ", ";
    };
    add(counts.success, "succeeded");
    add(counts.failed, "failed");
    add(counts.upstream_failed, "upstream_failed");
    add(counts.skipped, "skipped");
    return text;
}

}  // namespace weir::core
