// Texts with a form of their own: ids, durations, cron, zones, names of connections. Each is a shape for the tables.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "scheduler/yaml/shape.hpp"

namespace weir::yaml {

[[nodiscard]] std::string id_fault(std::string_view text, std::string_view what);

[[nodiscard]] Text id_text(std::string what);    // "a task id"
[[nodiscard]] Text task_id_text();               // an id without a point, which stands between a group and its tasks
[[nodiscard]] Text name_text(std::string what);  // letters, digits and _: what an expression can say after a dot
[[nodiscard]] Text variable_text();              // name of an environment variable of a task
[[nodiscard]] Text header_name();                // of HTTP
[[nodiscard]] ShapePtr duration();
[[nodiscard]] ShapePtr instant();  // RFC 3339
[[nodiscard]] ShapePtr web_address();
[[nodiscard]] ShapePtr script();  // of the shell
[[nodiscard]] ShapePtr size();
[[nodiscard]] ShapePtr cron();
[[nodiscard]] ShapePtr timezone();
[[nodiscard]] ShapePtr path(std::string wanted);
[[nodiscard]] ShapePtr pattern();
[[nodiscard]] ShapePtr listen_address();
[[nodiscard]] ShapePtr secret();
[[nodiscard]] ShapePtr sql_text(std::string wanted);
[[nodiscard]] ShapePtr connection(std::string kind);  // of weir.yaml, known and of this kind
[[nodiscard]] ShapePtr pool();
[[nodiscard]] ShapePtr notifier();
[[nodiscard]] ShapePtr executor();

// `text` below `folder` unless it is absolute; without `..` and a slash at its end.
[[nodiscard]] std::string absolute_path(const std::string& folder, const std::string& text);

// "256MiB" in bytes; units B KiB MiB GiB.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

inline constexpr std::size_t kLongestId = 250;       // as in Airflow
inline constexpr std::size_t kLongestPattern = 500;  // std::regex compiles and matches by recursion

}  // namespace weir::yaml
