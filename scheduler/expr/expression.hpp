// The ${{ }} language: names, literals, operators, filters; no loops, no side effects, always ends.
//
//   literals   1  2.5  'text'  "text"  true  false  null  [1, 2]
//   names      params.min_views   window.start   tasks.load.outputs.rows   tasks['load'].state
//   operators  or and not  == != < <= > >=  in  + - * / %  unary -  ~ (joins as text)  x if c else y
//   filters    value | date('%Y%m%d') | default(0) | lower | upper | trim | replace(a, b) | join(',') | length |
//              int | float | string | json | first | last | round | abs | split(',') | timestamp | add('1h')
//
// Loosest first: `x if c else y`, or, and, not, comparisons, ~, + -, * / %, unary -, filters, .name and [index].
// Integers are 64 bits wide; an overflow or a division by zero is an error. 6 / 2 is 3 and 7 / 2 is 3.5; % has the
// divisor's sign. `or` and `and` give one of their operands. Values of two kinds do not compare (null does, with ==):
// that is an error, for it is a slip ('5' == 5). A value that is missing is an error too; `default` stands in for it,
// and for null.
// Times are RFC 3339 strings with an offset; `date` formats in the offset that the value bears, `timestamp` gives
// seconds, `add` keeps the offset (1d is 24 hours), and two times compare as instants.
// The loader compiles to find mistakes with their place; the core renders when it launches. Compiling is cheap enough
// (microseconds) to do again at launch, so nothing of a thousand idle DAGs' expressions stays in memory.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scheduler/model/json.hpp"
#include "scheduler/model/result.hpp"

namespace weir::expr {

using model::Json;

// Where in the compiled text, in bytes from 0, and what is wrong there.
struct Fault {
    std::size_t offset = 0;
    std::string message;
};
template <class T>
using Compiled = boost::system::result<T, Fault>;

// `path` is the longest dotted chain of constant names: {"params", "min_views"}.
// Called at compile time: a message says why there is no such name.
using NameCheck = std::function<std::optional<std::string>(std::span<const std::string> path)>;
// Called at evaluation: nullopt when the name has no value (an error unless a `default` filter follows).
using Lookup = std::function<std::optional<Json>(std::span<const std::string> path)>;

// Reading the value of a failed Compiled is a bug, never an expected event.
[[noreturn]] void throw_exception_from_error(const Fault& fault, const boost::source_location& where);

struct Node;

// One expression, without its ${{ }}.
class Expression {
   public:
    [[nodiscard]] static Compiled<Expression> compile(std::string_view text, const NameCheck& check);
    [[nodiscard]] model::Result<Json> evaluate(const Lookup& lookup) const;

   private:
    explicit Expression(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
    std::shared_ptr<const Node> root_;
};

// The truth of a value: false, null, 0, "", [] and {} are false.
[[nodiscard]] bool truth(const Json& value);

// Text with ${{ }} in it. One expression and nothing around it keeps its type; else all is joined to a string.
// `$${{` stands for a literal `${{`.
class Template {
   public:
    [[nodiscard]] static Compiled<Template> compile(std::string_view text, const NameCheck& check);
    // The same for SQL, where an expression can be a value only: not part of a name, and not within quotes.
    [[nodiscard]] static Compiled<Template> compile_sql(std::string_view text, const NameCheck& check);
    [[nodiscard]] static bool has_expressions(std::string_view text);

    [[nodiscard]] model::Result<Json> render(const Lookup& lookup) const;
    // Values are bound, never pasted: {"text": "… where day >= $1", "params": [value, …]}. An expression within a
    // comment is left out.
    [[nodiscard]] model::Result<Json> render_sql(const Lookup& lookup) const;

   private:
    struct Part {
        std::string text;  // literal text, or the source of the expression
        std::size_t offset;
        std::optional<Expression> expression;
    };
    std::vector<Part> parts_;

    [[nodiscard]] static model::Result<Json> evaluate(const Part& part, const Lookup& lookup);
};

// A whole tree of settings: every string is rendered as a Template, {"$sql": text} by render_sql; keys stay.
[[nodiscard]] model::Result<Json> render(const Json& settings, const Lookup& lookup);

}  // namespace weir::expr
