// The ${{ }} language: names, literals, operators, filters; no loops, no side effects, always ends.
//
//   literals   1  2.5  'text'  "text"  true  false  null  [1, 2]
//   names      params.min_views   window.start   tasks.load.outputs.rows   tasks['load'].state
//   operators  or and not  == != < <= > >=  in  + - * / %  unary -  ~ (joins as text)  x if c else y
//   filters    value | date('%Y%m%d') | default(0) | lower | upper | trim | replace(a, b) | join(',') | length |
//              int | float | string | json | first | last | round | abs | split(',') | timestamp | add('1h')
//
// Times are RFC 3339 strings with an offset; `date` formats in the offset that the value bears, `timestamp` gives seconds.
// The loader compiles to find mistakes with their place; the core renders when it launches. Compiling is cheap enough
// (microseconds) to do again at launch, so nothing of a thousand idle DAGs' expressions stays in memory.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

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
    [[nodiscard]] static bool has_expressions(std::string_view text);

    [[nodiscard]] model::Result<Json> render(const Lookup& lookup) const;
    // Values are bound, never pasted: {"text": "… where day >= $1", "params": [value, …]}.
    [[nodiscard]] model::Result<Json> render_sql(const Lookup& lookup) const;

   private:
    struct Part {
        std::string text;                      // literal, when there is no expression
        std::optional<Expression> expression;
    };
    std::vector<Part> parts_;
};

// A whole tree of settings: every string is rendered as a Template, {"$sql": text} by render_sql; keys stay as they are.
[[nodiscard]] model::Result<Json> render(const Json& settings, const Lookup& lookup);

}  // namespace weir::expr
