#include "scheduler/yaml/syntax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace weir::yaml {
namespace {

struct Words {
    std::string_view fault;  // how yaml-cpp's message begins
    std::string_view meaning;
};

constexpr std::array kWords{
    Words{"end of map not found", "this line does not fit the map above it; mind the indentation"},
    Words{"end of sequence not found", "this line does not fit the list above it; each item begins with '- '"},
    Words{"end of map flow not found", "the map in { } goes wrong here: a ',' or '}' is missing"},
    Words{"end of sequence flow not found", "the list in [ ] goes wrong here: a ',' or ']' is missing"},
    Words{"illegal map value", "a ':' that no key stands before; a text that holds ': ' must be quoted"},
    Words{"illegal map key", "a '?' where no key can stand; quote the text"},
    Words{"illegal block entry", "a '- ' where no list item can stand; begin the list on a line of its own"},
    Words{"illegal flow end", "nothing is open that this bracket could close; quote the text if it begins with it"},
    Words{"illegal EOF in scalar", "a quoted text is still open at the end of the file"},
    Words{"illegal document indicator in scalar", "a quoted text is still open at this '---' or '...'"},
    Words{"illegal tab", "a tab in the indentation; YAML is indented with blanks"},
    Words{"unexpected character in block scalar", "after | or > only a digit, + or - may stand on the line"},
    Words{"the referenced anchor is not defined",
          "no anchor of this name stands above; quote a text that begins with *"},
    Words{"bad file", "the text is nested too deep or can't be read"},
};

std::string_view line_around(std::string_view text, std::size_t offset) {
    const auto start = offset == 0 ? 0 : text.rfind('\n', offset - 1) + 1;  // npos + 1 is 0
    return text.substr(start, text.find('\n', offset) - start);
}

bool is_indented_by_tab(std::string_view line) {
    return line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
}

std::size_t offset_of(std::string_view text, Place reported) {
    auto offset = std::min(reported.offset, text.size());
    // At the end of the file: the last thing that stands there.
    if (offset == text.size()) offset = std::max<std::size_t>(text.find_last_not_of(" \n\t") + 1, 1) - 1;
    if (offset > 0 && (text[offset - 1] == '*' || text[offset - 1] == '&')) --offset;  // the sign, not what is after it
    return offset;
}

}  // namespace

Place place_of_fault(std::string_view text, Place reported) {
    if (text.empty()) return {};
    const auto offset = offset_of(text, reported);
    const auto before = text.substr(0, offset);
    return {1 + static_cast<int>(std::ranges::count(before, '\n')),
            static_cast<int>(offset - (before.rfind('\n') + 1)) + 1, offset};
}

std::string explain(std::string_view text, Place reported, std::string_view fault) {
    if (text.empty()) return std::string(fault);
    const auto offset = offset_of(text, reported);
    const auto line = line_around(text, offset);
    if (is_indented_by_tab(line)) return "a tab in the indentation; YAML is indented with blanks";
    const char sign = text[offset];
    if (fault.starts_with("unknown token")) return fmt::format("a text can't begin with {} unless it is quoted", sign);
    if (fault.starts_with("alias not found") || fault.starts_with("anchor not found") ||
        fault.starts_with("illegal character found while scanning a"))
        return fmt::format("a text can't begin with {} unless it is quoted (bare, it names an {})", sign,
                           sign == '&' ? "anchor" : "alias");
    if (fault.starts_with("unknown escape character"))
        return fmt::format("{} in a \"quoted\" text; write \\\\ for \\, or take 'single quotes'", fault);
    if (line.find("${{") != std::string_view::npos) return "a text with ${{ }} must be quoted here";
    for (const auto& words : kWords)
        if (fault.starts_with(words.fault)) return std::string(words.meaning);
    return fmt::format("this is no YAML: {}", fault);
}

}  // namespace weir::yaml
