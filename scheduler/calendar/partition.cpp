#include "scheduler/calendar/partition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace weir::calendar {
namespace {

using model::Error;
using model::ErrorKind;

constexpr std::string_view kFields = "YmdHM";  // coarsest first

std::size_t digits_of(char field) { return field == 'Y' ? 4 : 2; }

Error invalid(std::string_view pattern, std::string_view what) {
    return {ErrorKind::invalid, fmt::format("'{}' is no pattern of folders: {}", pattern, what)};
}

}  // namespace

model::Result<Partition> Partition::parse(std::string_view pattern) {
    Partition partition;
    std::string seen;
    std::string_view rest = pattern;
    while (true) {
        const auto slash = rest.find('/');
        const auto text = rest.substr(0, slash);
        if (text.empty() || text == "." || text == "..")
            return invalid(pattern, "it has names of folders between single slashes, as in dt=%Y-%m-%d/hour=%H");
        std::vector<Piece> pieces;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const bool literal = text[i] != '%' || text.substr(i, 2) == "%%";
            if (literal) {
                if (pieces.empty() || pieces.back().field != 0) pieces.push_back({});
                pieces.back().literal += text[i];
                if (text[i] == '%') ++i;
                continue;
            }
            const char field = i + 1 < text.size() ? text[++i] : ' ';
            if (kFields.find(field) == std::string_view::npos)
                return invalid(pattern, fmt::format("%{} means nothing here; %Y %m %d %H %M do", field));
            if (seen.find(field) != std::string::npos)
                return invalid(pattern, fmt::format("%{} stands there twice", field));
            seen += field;
            pieces.push_back({field, ""});
        }
        partition.segments_.push_back(std::move(pieces));
        if (slash == std::string_view::npos) break;
        rest.remove_prefix(slash + 1);
    }
    if (seen.empty()) return invalid(pattern, "it has no %Y, so that all windows would be in one folder");
    // A finer field means nothing without all coarser ones.
    for (std::size_t i = 0; i < kFields.size(); ++i) {
        const bool there = seen.find(kFields[i]) != std::string::npos;
        if (there) partition.finest_ = kFields[i];
        if (!there && seen.size() > i) return invalid(pattern, fmt::format("it needs %{}", kFields[i]));
    }
    return partition;
}

bool Partition::read(std::size_t level, std::string_view name, Fields& fields) const {
    for (const auto& piece : segments_[level]) {
        if (piece.field == 0) {
            if (!name.starts_with(piece.literal)) return false;
            name.remove_prefix(piece.literal.size());
            continue;
        }
        const auto digits = digits_of(piece.field);
        const auto text = name.substr(0, digits);
        int value = 0;
        if (text.size() != digits || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }))
            return false;
        std::from_chars(text.data(), text.data() + digits, value);
        name.remove_prefix(digits);
        const auto number = static_cast<unsigned>(value);
        if (piece.field == 'Y') fields.year = value;
        if (piece.field == 'm') fields.month = number;
        if (piece.field == 'd') fields.day = number;
        if (piece.field == 'H') fields.hour = number;
        if (piece.field == 'M') fields.minute = number;
    }
    using namespace std::chrono;
    const auto last = (year{fields.year} / month{fields.month} / std::chrono::last).day();
    return name.empty() && fields.month >= 1 && fields.month <= 12 && fields.day >= 1 &&
           (fields.day <= 28 || day{fields.day} <= last) && fields.hour < 24 && fields.minute < 60;
}

std::string Partition::fault_of(const model::Period& every) const {
    using Unit = model::Period::Unit;
    const bool fixed = every.unit == Unit::fixed;
    const bool fits = finest_ == 'M'   ? true
                      : finest_ == 'H' ? !fixed || every.length % std::chrono::hours{1} == model::Duration{0}
                      : finest_ == 'd' ? !fixed
                      : finest_ == 'm' ? every.unit == Unit::month
                                       : false;
    if (fits) return "";
    return fmt::format("windows of {} are finer than the folders of this pattern, which go down to %{}",
                       model::format_period(every), finest_);
}

model::Result<model::Interval> window_at(const Partition::Fields& start, const model::Period& every, const Zone& zone) {
    using namespace std::chrono;
    const auto date = year{start.year} / month{start.month} / day{start.day};
    const auto local = local_days{date} + hours{start.hour} + minutes{start.minute};
    const auto begin = zone.instants_of(local);
    const auto name = fmt::format("{:04}-{:02}-{:02} {:02}:{:02} in {}", start.year, start.month, start.day, start.hour,
                                  start.minute, zone.name());
    if (every.unit == model::Period::Unit::fixed) {
        if (!begin.first)
            return Error{ErrorKind::invalid, fmt::format("{} does not exist: the clocks go forward there", name)};
        const auto last = begin.second.value_or(*begin.first);
        if (last - *begin.first > every.length)
            return Error{ErrorKind::invalid, fmt::format("{} comes twice, with other windows between; name the folders "
                                                         "in UTC",
                                                         name)};
        return model::Interval{*begin.first, last + every.length};
    }
    auto end = local;
    if (every.unit == model::Period::Unit::day) end += days{1};
    if (every.unit == model::Period::Unit::week) end += days{7};
    if (every.unit == model::Period::Unit::month)
        end = local_days{(date.year() / date.month() + months{1}) / date.day()} + (local - local_days{date});
    const auto at = [&zone](Zone::LocalTime time) {
        const auto instants = zone.instants_of(time);
        return instants.first.value_or(instants.after_gap);
    };
    return model::Interval{at(local), at(end)};
}

}  // namespace weir::calendar
