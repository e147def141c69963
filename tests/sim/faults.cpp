#include "tests/sim/faults.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <sstream>

namespace weir::sim {

std::string_view name_of(Fault fault) {
    switch (fault) {
        case Fault::crash:
            return "crash";
        case Fault::supervisor:
            return "supervisor";
        case Fault::reports:
            return "reports";
        case Fault::shortage:
            return "shortage";
        case Fault::lost:
            return "lost";
        case Fault::disk_full:
            return "disk_full";
        case Fault::clock:
            return "clock";
        case Fault::people:
            return "people";
        case Fault::files:
            return "files";
        case Fault::events:
            return "events";
    }
    return "";
}

std::string Plan::text() const {
    std::string missing;
    for (const auto fault : kAllFaults)
        if (!has(fault)) missing += fmt::format("{}{}", missing.empty() ? " without=" : ",", name_of(fault));
    return fmt::format("seed={} steps={} tasks={}{}", seed, steps, tasks, missing);
}

Plan Plan::parse(const std::string& text) {
    Plan plan;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        const auto equals = word.find('=');
        const auto name = word.substr(0, equals);
        const auto value = equals == std::string::npos ? "" : word.substr(equals + 1);
        const auto number = std::strtoull(value.c_str(), nullptr, 10);
        if (name == "seed") {
            plan.seed = number;
        } else if (name == "steps") {
            plan.steps = static_cast<int>(number);
        } else if (name == "tasks") {
            plan.tasks = static_cast<int>(number);
        } else if (name == "without") {
            std::istringstream names(value);
            for (std::string one; std::getline(names, one, ',');)
                for (const auto fault : kAllFaults)
                    if (one == name_of(fault)) plan.without |= 1U << static_cast<int>(fault);
        } else {
            fmt::print(stderr, "a plan has seed=, steps=, tasks= and without=, but no {}\n", name);
            std::exit(2);
        }
    }
    return plan;
}

}  // namespace weir::sim
