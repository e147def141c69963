// Time as the loop sees it.
#pragma once

#include "scheduler/model/time.hpp"

namespace weir::ports {

class Clock {
   public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual model::TimePoint now() const = 0;
};

}  // namespace weir::ports
