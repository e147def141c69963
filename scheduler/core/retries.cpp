#include "scheduler/core/retries.hpp"

#include <algorithm>
#include <cmath>

#include "scheduler/core/mixing.hpp"

namespace weir::core {

using model::Duration;

namespace {

// -0.1 … 0.1
double jitter(model::TryId ended) {
    constexpr double kRange = 0.2;
    const auto bits = mix(static_cast<std::uint64_t>(ended.value)) >> 11;  // 53 bits: exact in a double
    return kRange * (static_cast<double>(bits) / static_cast<double>(1ULL << 53)) - kRange / 2;
}

Duration grown(Duration first, double factor, Duration longest, int count, model::TryId ended) {
    const auto bound = static_cast<double>(longest.count());
    // pow() may give infinity; min() makes that the bound.
    const auto exact = std::min(static_cast<double>(first.count()) * std::pow(factor, count - 1), bound);
    return Duration{static_cast<Duration::rep>(std::min(exact * (1 + jitter(ended)), bound))};
}

}  // namespace

Duration retry_delay(const model::RetryPolicy& policy, int failures, model::TryId ended) {
    return grown(policy.delay, std::max(policy.backoff, 1.0), std::max(policy.max_delay, policy.delay), failures,
                 ended);
}

Duration free_retry_delay(int in_a_row, model::TryId ended) {
    return grown(kFirstFreeDelay, 2.0, kLongestFreeDelay, in_a_row, ended);
}

}  // namespace weir::core
