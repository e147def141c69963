#include "tests/sim/rules.hpp"

namespace weir::sim {

using core::Verdict;
using model::TriggerRule;

Verdict verdict_at_end(TriggerRule rule, const core::UpstreamCounts& ended) {
    if (ended.done() == 0) return Verdict::run;
    const bool fault = ended.failed > 0 || ended.upstream_failed > 0;
    const bool skip = ended.skipped > 0;
    const bool success = ended.success > 0;
    const auto run_if = [](bool holds, Verdict otherwise) { return holds ? Verdict::run : otherwise; };
    switch (rule) {
        case TriggerRule::always:
        case TriggerRule::all_done:
            return Verdict::run;
        case TriggerRule::all_success:
            return fault ? Verdict::upstream_fail : run_if(!skip, Verdict::skip);
        case TriggerRule::all_failed:
            return run_if(!success && !skip, Verdict::skip);
        case TriggerRule::all_skipped:
            return run_if(!success && !fault, Verdict::skip);
        case TriggerRule::none_failed:
            return run_if(!fault, Verdict::upstream_fail);
        case TriggerRule::none_skipped:
            return run_if(!skip, Verdict::skip);
        case TriggerRule::none_failed_min_one_success:
            return fault ? Verdict::upstream_fail : run_if(success, Verdict::skip);
        case TriggerRule::all_done_min_one_success:
            return skip ? Verdict::skip : run_if(success, Verdict::upstream_fail);
        case TriggerRule::one_success:
            return run_if(success, fault ? Verdict::upstream_fail : Verdict::skip);
        case TriggerRule::one_failed:
            return run_if(fault, Verdict::skip);
        case TriggerRule::one_done:
            return run_if(success || ended.failed > 0, Verdict::skip);
        case TriggerRule::all_done_setup_success:
            if (ended.setups == 0 || ended.setup_success > 0) return Verdict::run;
            return ended.setup_skipped == ended.setups ? Verdict::skip : Verdict::upstream_fail;
    }
    return Verdict::wait;
}

bool may_start(TriggerRule rule, const core::UpstreamCounts& ended, std::uint32_t total) {
    const bool one_is_enough =
        rule == TriggerRule::one_success || rule == TriggerRule::one_failed || rule == TriggerRule::one_done;
    if (rule == TriggerRule::always) return true;
    return (one_is_enough || ended.done() == total) && verdict_at_end(rule, ended) == Verdict::run;
}

}  // namespace weir::sim
