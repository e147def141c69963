#include "scheduler/calendar/zone.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "scheduler/model/nearest.hpp"

namespace weir::calendar {

namespace ch = std::chrono;

namespace {

// The machine's own zone under Debian's name: it would make one file mean different times on different machines.
constexpr std::string_view kMachineZone = "localtime";

// Far outside any schedule; keeps arithmetic with microseconds and offsets within 64 bits.
constexpr ch::sys_seconds kEarliest{ch::sys_days{ch::year{-9999} / 1 / 1}};
constexpr ch::sys_seconds kLatest{ch::sys_days{ch::year{19999} / 1 / 1}};

ch::sys_seconds clamped(ch::sys_seconds t) { return std::clamp(t, kEarliest, kLatest); }

}  // namespace

model::Result<Zone> Zone::find(std::string_view name) {
    try {
        if (name != kMachineZone) {
            const auto& zones = date::get_tzdb().zones;
            const auto found = std::lower_bound(
                zones.begin(), zones.end(), name,
                [](const date::time_zone& zone, std::string_view wanted) { return zone.name() < wanted; });
            if (found != zones.end() && found->name() == name) {
                // Reads the zone's file now, so that a damaged one is an error here and not at some tick.
                static_cast<void>(found->get_info(ch::sys_seconds{}));
                return Zone(&*found);
            }
        }
    } catch (const std::exception& failure) {
        return model::Error{
            model::ErrorKind::internal,
            fmt::format("cannot read the tz database for the time zone '{}' ({}); install the package tzdata", name,
                        failure.what())};
    }
    return model::Error{model::ErrorKind::invalid,
                        fmt::format("unknown time zone '{}'{}", name, model::did_you_mean(name, names()))};
}

std::vector<std::string> Zone::names() {
    std::vector<std::string> names;
    try {
        for (const auto& zone : date::get_tzdb().zones)
            if (zone.name() != kMachineZone) names.push_back(zone.name());
    } catch (const std::exception&) {
        names.clear();  // find() says why, to the user who needs it
    }
    return names;
}

std::string_view Zone::name() const { return zone_->name(); }

ch::seconds Zone::offset_at(model::TimePoint t) const { return period_at(ch::floor<ch::seconds>(t)).utc_offset; }

Zone::Period Zone::period_at(ch::sys_seconds t) const {
    const auto info = zone_->get_info(t);
    return Period{clamped(info.begin), clamped(info.end), info.offset};
}

Zone::Instants Zone::instants_of(LocalTime local) const {
    const date::local_seconds wanted{local.time_since_epoch()};
    const auto info = zone_->get_info(wanted);
    const auto instant = [local](const date::sys_info& period) {
        return ch::sys_seconds{local.time_since_epoch() - period.offset};
    };
    if (info.result == date::local_info::nonexistent) return Instants{{}, {}, info.first.end};
    const auto first = instant(info.first);
    if (info.result == date::local_info::unique) return Instants{first, {}, first};
    return Instants{first, instant(info.second), first};
}

Zone::LocalTime Zone::local_time(model::TimePoint t) const {
    const auto second = ch::floor<ch::seconds>(t);
    return LocalTime{second.time_since_epoch() + period_at(second).utc_offset};
}

}  // namespace weir::calendar
