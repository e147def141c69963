// What evaluating a part of an expression gives: a value, or why there is none.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "scheduler/model/json.hpp"
#include "scheduler/model/result.hpp"

namespace weir::expr {

struct Problem {
    std::string message;
    bool missing = false;  // a name or an index without a value: what `default` stands in for
};

// Not a boost result: nlohmann's values claim to convert to everything, so a result of one takes no value by itself.
class Outcome {
   public:
    Outcome(model::Json value) : content_(std::in_place_index<0>, std::move(value)) {}
    Outcome(Problem problem) : content_(std::in_place_index<1>, std::move(problem)) {}

    explicit operator bool() const { return content_.index() == 0; }
    const model::Json& operator*() const { return std::get<0>(content_); }
    model::Json& operator*() { return std::get<0>(content_); }
    const model::Json* operator->() const { return &std::get<0>(content_); }
    [[nodiscard]] const Problem& error() const { return std::get<1>(content_); }

   private:
    std::variant<model::Json, Problem> content_;
};

// A success of the contract's own kind.
[[nodiscard]] inline model::Result<model::Json> success(model::Json value) {
    return {boost::system::in_place_value, std::move(value)};
}

// Text, unless it is longer than kLongestText.
[[nodiscard]] Outcome bounded(std::string text);

// "a string", "an integer": for messages.
[[nodiscard]] std::string kind_of(const model::Json& value);

// JSON text for messages, cut where it is long.
[[nodiscard]] std::string shown(const model::Json& value);
[[nodiscard]] std::string excerpt(std::string text);

// As it reads within other text: a string as it is, null as nothing, all else as JSON.
[[nodiscard]] std::string text_of(const model::Json& value);

}  // namespace weir::expr
