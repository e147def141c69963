// Follows SQL text (PostgreSQL's lexical rules, which SQLite's are close to) to know where in it an expression stands.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "scheduler/expr/expression.hpp"

namespace weir::expr {

class SqlText {
   public:
    // The next literal piece. The fault's offset is within the piece.
    [[nodiscard]] std::optional<Fault> literal(std::string_view piece);

    enum class Place { value, comment };
    // An expression stands here, between two pieces. The fault says why no value can.
    [[nodiscard]] Compiled<Place> expression();

   private:
    enum class State { plain, string, escape_string, identifier, line_comment, block_comment, dollar_quote };

    [[nodiscard]] std::size_t step(std::string_view rest);
    [[nodiscard]] std::size_t step_plain(std::string_view rest);

    State state_ = State::plain;
    char quote_ = '\0';      // that closes an identifier
    int comment_depth_ = 0;  // block comments nest
    std::string tag_;        // $tag$ that closes the dollar quote
    std::string previous_;   // the last two bytes of plain text, to know a name's end
    bool after_expression_ = false;
};

}  // namespace weir::expr
