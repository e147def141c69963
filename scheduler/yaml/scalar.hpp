// What a scalar is to YAML: text, number, boolean, or one of the traps that YAML 1.1 and 1.2 read differently.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "scheduler/model/json.hpp"
#include "scheduler/yaml/tree.hpp"

namespace weir::yaml {

enum class ScalarType {
    text,
    integer,
    number,
    boolean,
    maybe_boolean,      // yes, no, on, off, y, n: booleans to YAML 1.1
    maybe_octal,        // 010, 0o10
    maybe_sexagesimal,  // 1:30 is 90 to YAML 1.1
    maybe_date,         // 2026-11-22
    not_finite,         // .inf, .nan
};

[[nodiscard]] ScalarType type_of(const Scalar& scalar);

[[nodiscard]] std::optional<std::int64_t> as_integer(const Scalar& scalar);
[[nodiscard]] std::optional<double> as_number(const Scalar& scalar);
[[nodiscard]] std::optional<bool> as_boolean(const Scalar& scalar);
// The scalar as JSON; of a trap, its text.
[[nodiscard]] model::Json to_json(const Scalar& scalar);

// The scalar where any scalar is taken as text: True is "true", 0x1F is "31".
[[nodiscard]] std::string canonical_text(const Scalar& scalar);

// Of a yes or no of any spelling: "true" or "false".
[[nodiscard]] std::string_view meant_boolean(std::string_view text);
// Of 1:30: 90.
[[nodiscard]] std::int64_t sexagesimal(std::string_view text);

// "the text 'x'", "the number 5", "a map": for "expected …, found …".
[[nodiscard]] std::string describe(const Node& node);
// For the remedy "quote it: …".
[[nodiscard]] std::string in_quotes(std::string_view text);

}  // namespace weir::yaml
