#include "executors/wire/priority.hpp"

#include <sched.h>
#include <sys/resource.h>

namespace weir {

void come_first() {
    constexpr int kNice = -10;
    const sched_param none{};
    if (::getpriority(PRIO_PROCESS, 0) != 0 || ::sched_getscheduler(0) != SCHED_OTHER) return;
    if (::sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &none) != 0) return;
    (void)::setpriority(PRIO_PROCESS, 0, kNice);
}

}  // namespace weir
