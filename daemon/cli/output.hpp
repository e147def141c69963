// How verbs print: tables with aligned columns, colour on a terminal and none in a pipe, errors on stderr.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/exit_codes.hpp"
#include "scheduler/model/json.hpp"
#include "scheduler/model/result.hpp"
#include "scheduler/model/time.hpp"

namespace weir::daemon::cli {

enum class Colour { none, red, green, yellow, blue, grey, bold };

// The text, coloured if stdout is a terminal and NO_COLOR is not set.
[[nodiscard]] std::string paint(std::string_view text, Colour colour);
// A state's name in its colour: success green, failed red, running blue, waiting yellow.
[[nodiscard]] std::string paint_state(std::string_view state);

[[nodiscard]] bool stdout_is_terminal();

// Columns as wide as their widest cell; colour codes count for nothing. Without rows: says `empty`.
void print_table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows,
                 std::string_view empty);
void print_json(const model::Json& value);

// "weir: message" on stderr; returns the exit code that belongs to it.
int fail(const model::Error& error);

// Others have written it: control characters, but line break and tab, become "\x1b", so that none reaches the terminal.
[[nodiscard]] std::string harmless(std::string_view text);
// A text of the API's answer, harmless; "" when it is null or not there.
[[nodiscard]] std::string text_of(const model::Json& object, const char* key);
// RFC 3339 from the API to "2026-11-22 02:15:00", and lengths to "1m30s"; "" for null.
[[nodiscard]] std::string short_time(const model::Json& value);
[[nodiscard]] std::string short_seconds(const model::Json& value);

}  // namespace weir::daemon::cli
