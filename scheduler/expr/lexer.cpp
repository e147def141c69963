#include "scheduler/expr/lexer.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace weir::expr {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool starts_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool continues_name(char c) { return starts_name(c) || is_digit(c); }

// Longer ones first.
constexpr std::array<std::string_view, 19> kSymbols{"==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/",
                                                    "%",  "~",  "(",  ")",  "[", "]", ",", ".", "|"};

struct Habit {
    std::string_view symbol;
    std::string_view instead;
};
// What people bring from other languages.
constexpr std::array kHabits{Habit{"&&", "write 'and'"},
                             Habit{"||", "write 'or'"},
                             Habit{"**", "there is no power operator"},
                             Habit{"//", "write (a / b) | int"},
                             Habit{"=", "write '==' to compare"},
                             Habit{"!", "write 'not'"},
                             Habit{"?", "write: x if condition else y"},
                             Habit{"{", "there are no objects in expressions"},
                             Habit{"$", "names stand without '$' within ${{ }}"}};

std::size_t length_while(std::string_view text, bool (*belongs)(char)) {
    std::size_t n = 0;
    while (n < text.size() && belongs(text[n])) ++n;
    return n;
}

}  // namespace

Token Lexer::taken(TokenKind kind, std::size_t length) {
    Token token{kind, at_, text_.substr(at_, length), nullptr};
    at_ += length;
    return token;
}

Compiled<Token> Lexer::next() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
    const auto rest = text_.substr(at_);
    if (rest.empty()) return taken(TokenKind::end, 0);
    if (rest.starts_with("}}")) return taken(TokenKind::close, 2);
    if (is_digit(rest.front())) return number();
    if (rest.front() == '\'' || rest.front() == '"') return quoted();
    if (starts_name(rest.front())) return taken(TokenKind::name, length_while(rest, continues_name));
    return symbol();
}

Compiled<Token> Lexer::number() {
    const auto rest = text_.substr(at_);
    auto length = length_while(rest, is_digit);
    bool whole = true;
    if (length + 1 < rest.size() && rest[length] == '.' && is_digit(rest[length + 1])) {
        whole = false;
        length += 1 + length_while(rest.substr(length + 1), is_digit);
    }
    if (length < rest.size() && (rest[length] == 'e' || rest[length] == 'E')) {
        const auto exponent = rest.substr(length + 1);
        const std::size_t sign = !exponent.empty() && (exponent.front() == '-' || exponent.front() == '+') ? 1 : 0;
        if (const auto digits = length_while(exponent.substr(sign), is_digit); digits != 0) {
            whole = false;
            length += 1 + sign + digits;
        }
    }
    if (length < rest.size() && continues_name(rest[length]))
        return Fault{at_, fmt::format("'{}' is neither a number nor a name",
                                      rest.substr(0, length + length_while(rest.substr(length), continues_name)))};
    auto token = taken(TokenKind::literal, length);
    const char* const end = token.text.data() + token.text.size();
    std::int64_t integer = 0;
    double real = 0;
    const auto error =
        whole ? std::from_chars(token.text.data(), end, integer).ec : std::from_chars(token.text.data(), end, real).ec;
    if (error != std::errc{}) return Fault{token.offset, fmt::format("the number {} is out of range", token.text)};
    if (whole)
        token.value = integer;
    else
        token.value = real;
    return token;
}

Compiled<Token> Lexer::quoted() {
    const char quote = text_[at_];
    std::string value;
    for (auto i = at_ + 1; i < text_.size(); ++i) {
        if (text_[i] == quote) {
            auto token = taken(TokenKind::literal, i + 1 - at_);
            token.value = std::move(value);
            return token;
        }
        if (text_[i] != '\\') {
            value += text_[i];
            continue;
        }
        ++i;
        const char escaped = i < text_.size() ? text_[i] : '\0';
        if (escaped == 'n')
            value += '\n';
        else if (escaped == 't')
            value += '\t';
        else if (escaped == '\\' || escaped == '\'' || escaped == '"')
            value += escaped;
        else
            return Fault{i - 1, R"(after a backslash stands one of \ ' " n t)"};
    }
    return Fault{at_, "the string is not closed"};
}

Compiled<Token> Lexer::symbol() {
    const auto rest = text_.substr(at_);
    for (const auto& habit : kHabits) {
        const bool comparison = habit.symbol.size() == 1 && rest.substr(1).starts_with('=');  // == and !=
        if (rest.starts_with(habit.symbol) && !comparison)
            return Fault{at_, fmt::format("'{}' is not an operator here: {}", habit.symbol, habit.instead)};
    }
    for (const auto known : kSymbols)
        if (rest.starts_with(known)) return taken(TokenKind::symbol, known.size());
    if (static_cast<unsigned char>(rest.front()) >= 0x80 || rest.front() < ' ')
        return Fault{at_, "unexpected character; text stands in quotes"};
    return Fault{at_, fmt::format("unexpected '{}'", rest.front())};
}

}  // namespace weir::expr
