// A compiled expression: an immutable tree. parser.cpp makes it, evaluate.cpp walks it.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "scheduler/expr/expression.hpp"
#include "scheduler/expr/filters.hpp"
#include "scheduler/expr/operators.hpp"
#include "scheduler/model/json.hpp"

namespace weir::expr {

using NodePtr = std::shared_ptr<const Node>;

struct Literal {
    model::Json value;
};
struct List {
    std::vector<NodePtr> elements;
};
struct Name {
    std::vector<std::string> path;
};
struct Index {  // of[key]; of.name where `of` is not a name
    NodePtr of;
    NodePtr key;
};
struct Not {
    NodePtr operand;
};
struct Negation {
    NodePtr operand;
};
struct Either {  // left or right
    NodePtr left, right;
};
struct Both {  // left and right
    NodePtr left, right;
};
struct Binary {
    Operator op;
    NodePtr left, right;
};
struct Conditional {
    NodePtr then, condition, otherwise;
};
struct Filtered {
    const Filter* filter;
    NodePtr value;
    std::vector<NodePtr> arguments;
};

struct Node {
    std::variant<Literal, List, Name, Index, Not, Negation, Either, Both, Binary, Conditional, Filtered> form;
    int height = 1;  // of the tree below, itself included; at most kDeepest
};

}  // namespace weir::expr
