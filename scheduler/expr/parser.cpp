#include "scheduler/expr/parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "scheduler/expr/lexer.hpp"
#include "scheduler/expr/limits.hpp"
#include "scheduler/model/nearest.hpp"

namespace weir::expr {
namespace {

constexpr std::array<std::string_view, 9> kKeywords{"and", "or", "not", "in", "if", "else", "true", "false", "null"};

// How tightly an operator binds; larger binds first.
enum Power { kLoosest, kOr, kAnd, kNot, kComparison, kJoin, kSum, kProduct };

struct BinaryRule {
    std::string_view text;
    Power power;
    Operator op;  // not looked at for and, or
};
constexpr std::array kBinaries{
    BinaryRule{"or", kOr, {}},
    BinaryRule{"and", kAnd, {}},
    BinaryRule{"==", kComparison, Operator::equal},
    BinaryRule{"!=", kComparison, Operator::not_equal},
    BinaryRule{"<", kComparison, Operator::less},
    BinaryRule{"<=", kComparison, Operator::less_equal},
    BinaryRule{">", kComparison, Operator::greater},
    BinaryRule{">=", kComparison, Operator::greater_equal},
    BinaryRule{"in", kComparison, Operator::in},
    BinaryRule{"not", kComparison, Operator::not_in},  // `not in`
    BinaryRule{"~", kJoin, Operator::join},
    BinaryRule{"+", kSum, Operator::add},
    BinaryRule{"-", kSum, Operator::subtract},
    BinaryRule{"*", kProduct, Operator::multiply},
    BinaryRule{"/", kProduct, Operator::divide},
    BinaryRule{"%", kProduct, Operator::remainder},
};

class Parser {
   public:
    Parser(std::string_view text, const NameCheck& check) : lexer_(text, 0), check_(check) {}

    Compiled<NodePtr> whole() {
        if (const auto fault = advance()) return *fault;
        if (token_.kind == TokenKind::end) return Fault{token_.offset, "an expression is missing"};
        auto node = expression();
        if (!node) return node;
        if (token_.kind == TokenKind::end) return node;
        if (token_.is(TokenKind::symbol, "("))
            return Fault{token_.offset, "there are no functions; a filter follows its value: value | name(…)"};
        return Fault{token_.offset, fmt::format("expected an operator or the end, not '{}'", token_.text)};
    }

   private:
    using MaybeFault = std::optional<Fault>;

    // Bounds the recursion of the parser: without it "((((…" would overflow the stack.
    class Deeper {
       public:
        explicit Deeper(int& depth) : depth_(depth) { ++depth_; }
        ~Deeper() { --depth_; }
        Deeper(const Deeper&) = delete;
        Deeper& operator=(const Deeper&) = delete;
        [[nodiscard]] bool too_deep() const { return depth_ > kDeepest; }

       private:
        int& depth_;
    };

    [[nodiscard]] static Fault too_deep(std::size_t offset) {
        return Fault{offset, fmt::format("the expression is nested more than {} deep", kDeepest)};
    }

    MaybeFault advance() {
        auto next = lexer_.next();
        if (!next) return next.error();
        token_ = std::move(*next);
        return std::nullopt;
    }

    [[nodiscard]] bool at_symbol(std::string_view text) const { return token_.is(TokenKind::symbol, text); }
    [[nodiscard]] bool at_word(std::string_view text) const { return token_.is(TokenKind::name, text); }

    MaybeFault expect(TokenKind kind, std::string_view text, std::string_view why) {
        if (token_.is(kind, text)) return advance();
        const auto found = token_.kind == TokenKind::end ? std::string("the end") : fmt::format("'{}'", token_.text);
        return Fault{token_.offset, fmt::format("expected '{}' {}, not {}", text, why, found)};
    }

    Compiled<NodePtr> make(std::size_t offset, decltype(Node::form) form, std::initializer_list<NodePtr> below,
                           std::span<const NodePtr> more = {}) {
        auto node = std::make_shared<Node>();
        for (const auto& child : below) node->height = std::max(node->height, child->height + 1);
        for (const auto& child : more) node->height = std::max(node->height, child->height + 1);
        if (node->height > kDeepest) return too_deep(offset);
        node->form = std::move(form);
        return NodePtr(std::move(node));
    }

    // then if condition else otherwise
    Compiled<NodePtr> expression() {
        const Deeper deeper(depth_);
        const auto offset = token_.offset;
        if (deeper.too_deep()) return too_deep(offset);
        auto then = binary(kLoosest);
        if (!then || !at_word("if")) return then;
        if (const auto fault = advance()) return *fault;
        auto condition = binary(kLoosest);
        if (!condition) return condition;
        if (const auto fault = expect(TokenKind::name, "else", "after the condition of 'if'")) return *fault;
        auto otherwise = expression();
        if (!otherwise) return otherwise;
        return make(offset, Conditional{*then, *condition, *otherwise}, {*then, *condition, *otherwise});
    }

    [[nodiscard]] const BinaryRule* binary_rule() const {
        if (token_.kind != TokenKind::symbol && token_.kind != TokenKind::name) return nullptr;
        const auto found = std::ranges::find(kBinaries, token_.text, &BinaryRule::text);
        return found == kBinaries.end() ? nullptr : &*found;
    }

    Compiled<NodePtr> binary(Power least) {
        auto left = prefix();
        bool compared = false;
        while (left) {
            const auto* rule = binary_rule();
            if (rule == nullptr || rule->power <= least) return left;
            const auto offset = token_.offset;
            if (rule->power == kComparison && compared)
                return Fault{offset, "comparisons do not chain; write a < b and b < c"};
            compared = rule->power == kComparison;
            if (const auto fault = advance()) return *fault;
            if (rule->op == Operator::not_in)
                if (const auto fault = expect(TokenKind::name, "in", "after 'not'")) return *fault;
            const auto right = binary(rule->power);
            if (!right) return right;
            if (rule->power == kOr)
                left = make(offset, Either{*left, *right}, {*left, *right});
            else if (rule->power == kAnd)
                left = make(offset, Both{*left, *right}, {*left, *right});
            else
                left = make(offset, Binary{rule->op, *left, *right}, {*left, *right});
        }
        return left;
    }

    // not x, -x | filter, x | filter
    Compiled<NodePtr> prefix() {
        if (!at_word("not")) return filtered(negated());
        const Deeper deeper(depth_);
        const auto offset = token_.offset;
        if (deeper.too_deep()) return too_deep(offset);
        if (const auto fault = advance()) return *fault;
        const auto operand = binary(kNot);
        if (!operand) return operand;
        return make(offset, Not{*operand}, {*operand});
    }

    Compiled<NodePtr> negated() {
        if (!at_symbol("-")) return postfix();
        const Deeper deeper(depth_);
        const auto offset = token_.offset;
        if (deeper.too_deep()) return too_deep(offset);
        if (const auto fault = advance()) return *fault;
        const auto operand = negated();
        if (!operand) return operand;
        return make(offset, Negation{*operand}, {*operand});
    }

    Compiled<NodePtr> filtered(Compiled<NodePtr> value) {
        while (value && at_symbol("|")) {
            if (const auto fault = advance()) return *fault;
            value = filter(*value);
        }
        return value;
    }

    Compiled<NodePtr> filter(const NodePtr& value) {
        const auto name = token_;
        if (name.kind != TokenKind::name) return Fault{name.offset, "expected the name of a filter after '|'"};
        const auto* known = find_filter(name.text);
        if (known == nullptr)
            return Fault{name.offset, fmt::format("unknown filter '{}'{}", name.text,
                                                  model::did_you_mean(name.text, filter_names()))};
        if (const auto fault = advance()) return *fault;
        Filtered form{known, value, {}};
        std::size_t first_offset = name.offset;
        if (at_symbol("(")) {
            if (const auto fault = advance()) return *fault;
            first_offset = token_.offset;
            if (const auto fault = elements(form.arguments, ")", "after the filter's arguments")) return *fault;
        }
        const auto given = form.arguments.size();
        if (given < known->least_arguments || given > known->most_arguments)
            return Fault{name.offset, fmt::format("filter '{}' takes {}, not {}", known->name, counted(*known), given)};
        if (known->check != nullptr && given != 0)
            if (const auto* literal = std::get_if<Literal>(&form.arguments.front()->form))
                if (const auto wrong = known->check(literal->value)) return Fault{first_offset, *wrong};
        const auto arguments = form.arguments;
        return make(name.offset, std::move(form), {value}, arguments);
    }

    static std::string counted(const Filter& filter) {
        if (filter.most_arguments == 0) return "no arguments";
        const auto plural = filter.most_arguments == 1 ? "" : "s";
        if (filter.least_arguments == filter.most_arguments)
            return fmt::format("{} argument{}", filter.most_arguments, plural);
        return fmt::format("at most {} argument{}", filter.most_arguments, plural);
    }

    // a, b, c up to and past `closing`; a comma may stand before it.
    MaybeFault elements(std::vector<NodePtr>& into, std::string_view closing, std::string_view where) {
        while (!at_symbol(closing)) {
            const auto element = expression();
            if (!element) return element.error();
            into.push_back(*element);
            if (!at_symbol(",")) break;
            if (const auto fault = advance()) return *fault;
        }
        return expect(TokenKind::symbol, closing, where);
    }

    // A value and the .name and [index] that follow it. Constant ones after a name belong to its path.
    Compiled<NodePtr> postfix() {
        const auto offset = token_.offset;
        const bool is_name =
            token_.kind == TokenKind::name && std::ranges::find(kKeywords, token_.text) == kKeywords.end();
        std::vector<std::string> path;
        NodePtr node;  // null while all is path
        if (is_name) {
            path.emplace_back(token_.text);
            if (const auto fault = advance()) return *fault;
        } else {
            const auto value = primary();
            if (!value) return value;
            node = *value;
        }
        while (at_symbol(".") || at_symbol("[")) {
            const auto key = at_symbol(".") ? member() : index();
            if (!key) return key;
            const auto* literal = std::get_if<Literal>(&(*key)->form);
            if (node == nullptr && literal != nullptr && literal->value.is_string()) {
                path.push_back(literal->value.get<std::string>());
                continue;
            }
            if (node == nullptr) {
                const auto named = name(offset, std::move(path));
                if (!named) return named;
                node = *named;
            }
            const auto indexed = make(offset, Index{node, *key}, {node, *key});
            if (!indexed) return indexed;
            node = *indexed;
        }
        if (node == nullptr) return name(offset, std::move(path));
        return node;
    }

    Compiled<NodePtr> name(std::size_t offset, std::vector<std::string> path) {
        if (path == std::vector<std::string>{"True"} || path == std::vector<std::string>{"False"} ||
            path == std::vector<std::string>{"None"})
            return Fault{offset,
                         fmt::format("unknown name '{}'; the constants are true, false and null", path.front())};
        if (at_symbol("("))
            return Fault{token_.offset, "there are no functions; a filter follows its value: value | name(…)"};
        if (check_)
            if (auto wrong = check_(path)) return Fault{offset, std::move(*wrong)};
        return make(offset, Name{std::move(path)}, {});
    }

    // .name gives the literal 'name'; keywords are names here.
    Compiled<NodePtr> member() {
        if (const auto fault = advance()) return *fault;
        if (token_.kind != TokenKind::name)
            return Fault{token_.offset, "expected a name after '.'; other keys stand in brackets: x['a-b'], x[0]"};
        const auto text = token_;
        if (const auto fault = advance()) return *fault;
        return make(text.offset, Literal{std::string(text.text)}, {});
    }

    Compiled<NodePtr> index() {
        if (const auto fault = advance()) return *fault;
        auto key = expression();
        if (!key) return key;
        if (const auto fault = expect(TokenKind::symbol, "]", "after the index")) return *fault;
        return key;
    }

    Compiled<NodePtr> primary() {
        const auto token = token_;
        if (token.kind == TokenKind::literal) return constant(token.value);
        if (at_word("true")) return constant(true);
        if (at_word("false")) return constant(false);
        if (at_word("null")) return constant(nullptr);
        if (at_symbol("(")) {
            if (const auto fault = advance()) return *fault;
            auto inner = expression();
            if (!inner) return inner;
            if (const auto fault = expect(TokenKind::symbol, ")", "to close the bracket")) return *fault;
            return inner;
        }
        if (at_symbol("[")) {
            if (const auto fault = advance()) return *fault;
            List list;
            if (const auto fault = elements(list.elements, "]", "to close the list")) return *fault;
            const auto below = list.elements;
            return make(token.offset, std::move(list), {}, below);
        }
        if (token.kind == TokenKind::end) return Fault{token.offset, "expected a value, not the end"};
        return Fault{token.offset, fmt::format("expected a value, not '{}'", token.text)};
    }

    Compiled<NodePtr> constant(Json value) {
        const auto offset = token_.offset;
        if (const auto fault = advance()) return *fault;
        return make(offset, Literal{std::move(value)}, {});
    }

    Lexer lexer_;
    const NameCheck& check_;
    Token token_;
    int depth_ = 0;
};

}  // namespace

Compiled<NodePtr> parse(std::string_view text, const NameCheck& check) {
    if (text.size() > kLongestExpression)
        return Fault{0, fmt::format("an expression has at most {} bytes", kLongestExpression)};
    return Parser(text, check).whole();
}

}  // namespace weir::expr
