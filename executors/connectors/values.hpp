// Does this text fit this type, and how is it written in one canonical form? Loads call it for every cell.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "executors/connectors/rows.hpp"
#include "scheduler/model/time.hpp"

namespace weir::connectors {

struct Fit {
    std::string_view text;    // the canonical form; lives as long as the value and `scratch`
    std::string_view misfit;  // why it doesn't fit: "is not a whole number"; empty when it does
};

// What is accepted, and the canonical form:
//   text         UTF-8 without NUL bytes, as it is
//   bigint       whole numbers of 64 bits; integer: of 32; blanks around are dropped
//   double       decimal or scientific notation, NaN, [-]Infinity
//   numeric      the same, of any precision that PostgreSQL's numeric holds
//   boolean      true false t f yes no y n on off 1 0, in any case -> true, false
//   date         YYYY-MM-DD, [-]infinity
//   timestamptz  a date, with or without time, fraction (6 digits count) and offset (without one it is UTC), [-]infinity
//                -> RFC 3339 in UTC: 2026-11-22T07:54:48Z
//   jsonb        one JSON value without \u0000, as it is
[[nodiscard]] Fit fit(ColumnType type, std::string_view value, std::string& scratch);

// UTF-8 as in Unicode's table 3-7: no surrogates, nothing overlong, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text);

// The timestamptz above as an instant; nullopt for infinities and for what is none.
[[nodiscard]] std::optional<model::TimePoint> parse_timestamp(std::string_view text);

// As SQLite's datetime() writes it, so that its functions and plain comparison work: "2026-11-22 07:54:48", with
// ".123456" only where there is a fraction. UTC.
[[nodiscard]] std::string sqlite_timestamp(model::TimePoint time);

}  // namespace weir::connectors
