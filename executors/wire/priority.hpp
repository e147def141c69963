// Tasks may use every core. Whoever starts them and hears of their ends comes first, or else the scheduler waits behind its own
// tasks: 16 short tasks on two cores are a tenth slower then.
#pragma once

namespace weir {

// Of the calling thread; what it forks, threads too, begins as if this had not been called. Where the system does not allow it
// (it takes root or CAP_SYS_NICE), or somebody has set another priority already, all stays as it is.
void come_first();

}  // namespace weir
