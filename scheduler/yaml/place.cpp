// Where a byte of a scalar's text stands in the file. yaml-cpp tells only where a scalar begins, so text and source are
// walked side by side: blanks that folding or indentation made or removed are skipped, escapes count as one.
#include <string_view>

#include "scheduler/yaml/tree.hpp"

namespace weir::yaml {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

// Past an anchor or tag, the quote, or the header of a block.
std::size_t start_of_content(std::string_view source, std::size_t at) {
    while (at < source.size() && (source[at] == '&' || source[at] == '!')) {
        while (at < source.size() && !is_blank(source[at])) ++at;
        while (at < source.size() && is_blank(source[at])) ++at;
    }
    return at;
}

// Bytes of the text that the escape at `source` stands for, and its own length.
struct Escape {
    std::size_t length = 2;
    std::size_t makes = 1;
};
Escape escape_of(std::string_view source) {
    const auto utf8_length = [&source](std::size_t digits) -> std::size_t {
        unsigned long code = 0;
        for (const char c : source.substr(2, digits))
            code = code * 16 + static_cast<unsigned long>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
        return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    };
    switch (source.size() > 1 ? source[1] : '\0') {
        case 'x':
            return {4, utf8_length(2)};
        case 'u':
            return {6, utf8_length(4)};
        case 'U':
            return {10, utf8_length(8)};
        case 'N':
        case '_':
            return {2, 2};
        case 'L':
        case 'P':
            return {2, 3};
        case '\n':
            return {2, 0};  // a folded line goes on
    }
    return {};
}

}  // namespace

Place place_within(const Tree& tree, const Node& node, std::size_t offset) {
    const std::string_view source = tree.text;
    const std::string_view text = node.scalar()->text;
    auto at = start_of_content(source, node.place.offset);
    const char style = at < source.size() ? source[at] : '\0';
    if (style == '"' || style == '\'') ++at;
    if (style == '|' || style == '>') at = source.find('\n', at);

    for (std::size_t done = 0; done < offset && done < text.size() && at < source.size();) {
        if (style == '"' && source[at] == '\\') {
            const auto escape = escape_of(source.substr(at));
            if (done + escape.makes > offset) break;
            at += escape.length;
            done += escape.makes;
            continue;
        }
        if (source[at] == text[done]) {
            at += style == '\'' && source[at] == '\'' ? 2 : 1;  // '' stands for '
            ++done;
        } else if (is_blank(source[at])) {
            const bool folds = is_blank(text[done]);
            while (at < source.size() && is_blank(source[at])) ++at;
            if (folds) ++done;
        } else if (is_blank(text[done])) {
            ++done;  // its source was skipped with the blanks before it
        } else {
            break;  // the two have parted: the nearest place is known
        }
    }
    if (at < source.size() && offset < text.size() && !is_blank(text[offset]))
        while (at < source.size() && is_blank(source[at])) ++at;

    Place place = node.place;
    for (auto i = node.place.offset; i < at && i < source.size(); ++i) {
        ++place.column;
        if (source[i] == '\n') place = {place.line + 1, 1, 0};
    }
    place.offset = at;
    return place;
}

}  // namespace weir::yaml
