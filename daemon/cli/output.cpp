#include "daemon/cli/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace weir::daemon::cli {

bool stdout_is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

std::string paint(std::string_view text, Colour colour) {
    static const bool coloured = stdout_is_terminal() && std::getenv("NO_COLOR") == nullptr;
    if (!coloured || colour == Colour::none) return std::string(text);
    const auto code = [colour] {
        switch (colour) {
            case Colour::none:
                return "0";
            case Colour::red:
                return "31";
            case Colour::green:
                return "32";
            case Colour::yellow:
                return "33";
            case Colour::blue:
                return "34";
            case Colour::grey:
                return "90";
            case Colour::bold:
                return "1";
        }
        return "0";
    }();
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::string paint_state(std::string_view state) {
    if (state == "success") return paint(state, Colour::green);
    if (state == "failed" || state == "upstream_failed" || state == "broken") return paint(state, Colour::red);
    if (state == "running") return paint(state, Colour::blue);
    if (state == "skipped" || state == "removed") return paint(state, Colour::grey);
    return paint(state, Colour::yellow);
}

namespace {

// Characters on the screen: UTF-8 continuation bytes and colour codes take no place.
std::size_t width_of(std::string_view text) {
    std::size_t width = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\x1b') {
            while (i < text.size() && text[i] != 'm') ++i;
        } else if ((text[i] & 0xC0) != 0x80) {
            ++width;
        }
    }
    return width;
}

}  // namespace

void print_table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows,
                 std::string_view empty) {
    if (rows.empty()) {
        fmt::print("{}\n", empty);
        return;
    }
    std::vector<std::size_t> widths;
    for (const auto& cell : header) widths.push_back(width_of(cell));
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
    const auto print_row = [&widths](const std::vector<std::string>& row, Colour colour) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += paint(row[i], colour);
            if (i + 1 < row.size()) line.append(widths[i] - width_of(row[i]) + 2, ' ');
        }
        fmt::print("{}\n", line);
    };
    print_row(header, Colour::grey);
    for (const auto& row : rows) print_row(row, Colour::none);
}

void print_json(const model::Json& value) {
    fmt::print("{}\n", value.dump(2, ' ', false, model::Json::error_handler_t::replace));
}

int fail(const model::Error& error) {
    fmt::print(stderr, "weir: {}\n", harmless(error.message));
    return exit_code(error.kind);
}

std::string harmless(std::string_view text) {
    std::string drawn;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
        if (byte == 0xc2 && next >= 0x80 && next < 0xa0)  // U+009B begins commands as ESC [ does
            drawn += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[++i]));
        else if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f)
            drawn += fmt::format("\\x{:02x}", byte);
        else
            drawn += text[i];
    }
    return drawn;
}

std::string text_of(const model::Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? harmless(found->get_ref<const std::string&>()) : "";
}

std::string short_time(const model::Json& value) {
    if (!value.is_string()) return "";
    auto text = value.get<std::string>();
    if (text.size() < 19) return text;
    text[10] = ' ';
    return text.substr(0, 19);
}

std::string short_seconds(const model::Json& value) {
    if (!value.is_number()) return "";
    const auto seconds = value.get<double>();
    if (seconds < 10) return fmt::format("{:.2f}s", seconds);
    return model::format_duration(std::chrono::seconds{static_cast<std::int64_t>(seconds)});
}

}  // namespace weir::daemon::cli
