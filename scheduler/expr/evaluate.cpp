// Walks a compiled tree. Recursion is bounded by the height that the parser allows.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>

#include "scheduler/expr/expression.hpp"
#include "scheduler/expr/limits.hpp"
#include "scheduler/expr/node.hpp"
#include "scheduler/expr/parser.hpp"

namespace weir::expr {
namespace {

// Bytes that the value takes, roughly: what keeps [x, x, x, …] of long texts from eating the memory.
std::size_t weight(const Json& value) {
    std::size_t bytes = 1;
    if (value.is_string()) bytes += value.get_ref<const std::string&>().size();
    if (value.is_structured())
        for (const auto& [key, below] : value.items()) bytes += weight(below);
    return bytes;
}

class Evaluation {
   public:
    explicit Evaluation(const Lookup& lookup) : lookup_(lookup) {}

    [[nodiscard]] Outcome of(const Node& node) const {
        return std::visit([this](const auto& form) { return of(form); }, node.form);
    }

   private:
    Outcome of(const Literal& literal) const { return literal.value; }

    Outcome of(const List& list) const {
        auto values = Json::array();
        std::size_t bytes = 0;
        for (const auto& element : list.elements) {
            auto value = of(*element);
            if (!value) return value;
            bytes += weight(*value);
            if (bytes > kLongestText)
                return Problem{fmt::format("the list would be larger than {} bytes", kLongestText)};
            values.push_back(std::move(*value));
        }
        return values;
    }

    Outcome of(const Name& name) const {
        if (auto value = lookup_(name.path)) return std::move(*value);
        return Problem{fmt::format("'{}' has no value; where that may be, add | default(…)",
                                   excerpt(fmt::format("{}", fmt::join(name.path, ".")))),
                       true};
    }

    Outcome of(const Index& index) const {
        const auto whole = of(*index.of);
        if (!whole) return whole;
        const auto key = of(*index.key);
        if (!key) return key;
        if (whole->is_object() && key->is_string()) {
            const auto found = whole->find(key->get_ref<const std::string&>());
            if (found != whole->end()) return *found;
            return Problem{fmt::format("there is no {} in the object", shown(*key)), true};
        }
        if (whole->is_array() && key->is_number_integer()) return element(*whole, key->get<std::int64_t>());
        return Problem{fmt::format("cannot take [{}] of {}; an object takes a string, a list an integer", shown(*key),
                                   kind_of(*whole)),
                       whole->is_null()};
    }

    // A negative index counts from the end.
    static Outcome element(const Json& list, std::int64_t index) {
        const auto size = static_cast<std::int64_t>(list.size());
        const auto position = index < 0 ? index + size : index;
        if (position >= 0 && position < size) return list[static_cast<std::size_t>(position)];
        return Problem{fmt::format("there is no [{}] in a list of {}", index, size), true};
    }

    Outcome of(const Not& negation) const {
        const auto value = of(*negation.operand);
        if (!value) return value;
        return Json(!truth(*value));
    }

    Outcome of(const Negation& negation) const {
        const auto value = of(*negation.operand);
        if (!value) return value;
        return negated(*value);
    }

    Outcome of(const Either& either) const {
        auto left = of(*either.left);
        return !left || truth(*left) ? left : of(*either.right);
    }

    Outcome of(const Both& both) const {
        auto left = of(*both.left);
        return !left || !truth(*left) ? left : of(*both.right);
    }

    Outcome of(const Binary& binary) const {
        const auto left = of(*binary.left);
        if (!left) return left;
        const auto right = of(*binary.right);
        if (!right) return right;
        return apply(binary.op, *left, *right);
    }

    Outcome of(const Conditional& conditional) const {
        const auto condition = of(*conditional.condition);
        if (!condition) return condition;
        return of(truth(*condition) ? *conditional.then : *conditional.otherwise);
    }

    Outcome of(const Filtered& filtered) const {
        auto value = of(*filtered.value);
        if (filtered.filter->is_default()) {
            const bool missing = value ? value->is_null() : value.error().missing;
            return missing ? of(*filtered.arguments.front()) : value;
        }
        if (!value) return value;
        std::vector<Json> arguments;
        for (const auto& argument : filtered.arguments) {
            auto given = of(*argument);
            if (!given) return given;
            arguments.push_back(std::move(*given));
        }
        if (filtered.filter->check != nullptr && !arguments.empty())
            if (auto wrong = filtered.filter->check(arguments.front())) return Problem{std::move(*wrong)};
        return filtered.filter->apply(*value, arguments);
    }

    const Lookup& lookup_;
};

}  // namespace

Compiled<Expression> Expression::compile(std::string_view text, const NameCheck& check) {
    auto root = parse(text, check);
    if (!root) return root.error();
    return Expression(std::move(*root));
}

model::Result<Json> Expression::evaluate(const Lookup& lookup) const {
    auto outcome = Evaluation(lookup).of(*root_);
    if (!outcome) return model::Error{model::ErrorKind::invalid, outcome.error().message};
    return success(std::move(*outcome));
}

}  // namespace weir::expr
