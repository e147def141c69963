#include "scheduler/expr/sql_text.hpp"

#include <algorithm>

namespace weir::expr {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool in_name(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
}

// "$tag$" at the front of the text, or "".
std::string_view dollar_tag(std::string_view rest) {
    const auto end = rest.find('$', 1);
    if (end == std::string_view::npos) return "";
    const auto tag = rest.substr(1, end - 1);
    if (!tag.empty() && is_digit(tag.front())) return "";
    return std::ranges::all_of(tag, [](char c) { return in_name(c) && c != '$'; }) ? rest.substr(0, end + 1) : "";
}

}  // namespace

// Takes one thing off plain text and returns its length.
std::size_t SqlText::step_plain(std::string_view rest) {
    const char before = previous_.empty() ? ' ' : previous_.back();
    const char c = rest.front();
    if (c == '\'') {
        const bool escapes = (before == 'e' || before == 'E') && (previous_.size() < 2 || !in_name(previous_.front()));
        state_ = escapes ? State::escape_string : State::string;
    } else if (c == '"' || c == '`') {
        state_ = State::identifier;
        quote_ = c;
    } else if (rest.starts_with("--")) {
        state_ = State::line_comment;
        return 2;
    } else if (rest.starts_with("/*")) {
        state_ = State::block_comment;
        comment_depth_ = 1;
        return 2;
    } else if (c == '$' && !in_name(before)) {
        if (const auto tag = dollar_tag(rest); !tag.empty()) {
            state_ = State::dollar_quote;
            tag_ = tag;
            return tag.size();
        }
    }
    return 1;
}

std::size_t SqlText::step(std::string_view rest) {
    switch (state_) {
        case State::plain:
            return step_plain(rest);
        case State::string:
        case State::escape_string:
            if (state_ == State::escape_string && rest.front() == '\\') return std::min<std::size_t>(2, rest.size());
            if (rest.starts_with("''")) return 2;
            if (rest.front() == '\'') state_ = State::plain;
            return 1;
        case State::identifier:
            if (rest.front() == quote_) state_ = State::plain;  // a doubled quote opens it again at once
            return 1;
        case State::line_comment:
            if (rest.front() == '\n') state_ = State::plain;
            return 1;
        case State::block_comment:
            if (rest.starts_with("/*")) return ++comment_depth_, 2;
            if (!rest.starts_with("*/")) return 1;
            if (--comment_depth_ == 0) state_ = State::plain;
            return 2;
        case State::dollar_quote:
            if (!rest.starts_with(tag_)) return 1;
            state_ = State::plain;
            return tag_.size();
    }
    return 1;
}

std::optional<Fault> SqlText::literal(std::string_view piece) {
    if (after_expression_ && state_ == State::plain && !piece.empty() && in_name(piece.front()))
        return Fault{0, "a blank or an operator must stand between an expression's '}}' and what follows it"};
    after_expression_ = false;
    for (std::size_t at = 0; at < piece.size();) {
        const auto rest = piece.substr(at);
        const bool name_before = !previous_.empty() && in_name(previous_.back());
        if (state_ == State::plain && !name_before && rest.front() == '$' && rest.size() > 1 && is_digit(rest[1]))
            return Fault{at, "'$' and a number is how expressions are bound; write the value as ${{ … }}"};
        const auto length = step(rest);
        previous_.append(rest.substr(0, length));
        previous_.erase(0, previous_.size() - std::min<std::size_t>(2, previous_.size()));
        at += length;
    }
    return std::nullopt;
}

Compiled<SqlText::Place> SqlText::expression() {
    switch (state_) {
        case State::line_comment:
        case State::block_comment:
            return Place::comment;
        case State::string:
        case State::escape_string:
        case State::dollar_quote:
            return Fault{
                0,
                "an expression within quotes would stay text: it is bound as a value; leave the quotes out (and "
                "join text with || in SQL)"};
        case State::identifier:
            return Fault{0, "a value cannot be a name in SQL: the expression stands within a quoted name"};
        case State::plain:
            break;
    }
    if (after_expression_ || (!previous_.empty() && in_name(previous_.back())))
        return Fault{0, "a value cannot be a part of a name in SQL; a blank or an operator must stand before '${{'"};
    after_expression_ = true;
    previous_.clear();
    return Place::value;
}

}  // namespace weir::expr
