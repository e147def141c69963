// Cuts an expression into tokens, one at a time. The parser calls it; the template finds an expression's end with it.
#pragma once

#include <string_view>

#include "scheduler/expr/expression.hpp"

namespace weir::expr {

enum class TokenKind {
    literal,  // a number or a quoted string; `value` holds it
    name,     // names and keywords
    symbol,   // operators and brackets
    close,    // }}
    end,
};

struct Token {
    TokenKind kind = TokenKind::end;
    std::size_t offset = 0;
    std::string_view text;  // as written
    Json value;

    [[nodiscard]] bool is(TokenKind wanted, std::string_view wanted_text) const {
        return kind == wanted && text == wanted_text;
    }
};

class Lexer {
   public:
    Lexer(std::string_view text, std::size_t offset) : text_(text), at_(offset) {}

    [[nodiscard]] Compiled<Token> next();

   private:
    [[nodiscard]] Compiled<Token> number();
    [[nodiscard]] Compiled<Token> quoted();
    [[nodiscard]] Compiled<Token> symbol();
    [[nodiscard]] Token taken(TokenKind kind, std::size_t length);

    std::string_view text_;
    std::size_t at_;
};

}  // namespace weir::expr
