// What the core and `weir task` agree on about tasks that wait: how a look says "not yet", and what is meant where a task
// is silent.
#pragma once

#include "scheduler/model/time.hpp"

namespace weir::model {

// A try of a `wait` that ends with this looked, and found nothing yet: EX_TEMPFAIL of sysexits.h. It is no failure, uses
// up no retry, and another look follows. `outputs.waiting_for` may say in words what is missing.
inline constexpr int kNotYetExitCode = 75;
inline constexpr const char* kNotYet = "not yet";  // the reason of such a try
inline constexpr const char* kWaitingFor = "waiting_for";

inline constexpr Duration kDefaultWaitInterval = std::chrono::seconds{30};
inline constexpr Duration kDefaultWaitTimeout = std::chrono::days{7};  // from the first look

}  // namespace weir::model
