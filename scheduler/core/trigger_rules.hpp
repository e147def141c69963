// When does a task run, given how its upstream tasks ended? One function for all rules.
// Semantics: Airflow 3, trigger_rule_dep.py: a task is settled as soon as its rule can no longer hold, without
// waiting for the rest of its upstream tasks.
#pragma once

#include <cstdint>
#include <string>

#include "scheduler/model/states.hpp"

namespace weir::core {

// The finished upstream tasks of one task, by how they ended. Unfinished ones are the rest.
struct UpstreamCounts {
    std::uint32_t success = 0;
    std::uint32_t failed = 0;
    std::uint32_t upstream_failed = 0;
    std::uint32_t skipped = 0;  // and removed
    // Those of them that are setups.
    std::uint32_t setups = 0;
    std::uint32_t setup_success = 0;
    std::uint32_t setup_skipped = 0;
    [[nodiscard]] std::uint32_t done() const { return success + failed + upstream_failed + skipped; }
    bool operator==(const UpstreamCounts&) const = default;
};

enum class Verdict : std::uint8_t { wait, run, skip, upstream_fail };

// `total`: number of upstream tasks; a task without any always runs.
[[nodiscard]] Verdict decide(model::TriggerRule rule, const UpstreamCounts& counts, std::uint32_t total);

// Why a rule cannot hold, in words: "all_success cannot hold: of 3 upstream tasks 1 failed, 1 was skipped".
[[nodiscard]] std::string unmet_rule(model::TriggerRule rule, const UpstreamCounts& counts, std::uint32_t total);

}  // namespace weir::core
