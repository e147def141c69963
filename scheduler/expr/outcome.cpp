#include "scheduler/expr/outcome.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "scheduler/expr/expression.hpp"
#include "scheduler/expr/limits.hpp"

namespace weir::expr {

void throw_exception_from_error(const Fault& fault, const boost::source_location& where) {
    throw std::logic_error("value() of a failed result at " + where.to_string() + ": " + fault.message);
}

Outcome bounded(std::string text) {
    if (text.size() > kLongestText) return Problem{fmt::format("the text would be longer than {} bytes", kLongestText)};
    return Json(std::move(text));
}

std::string kind_of(const Json& value) {
    switch (value.type()) {
        case Json::value_t::null:
            return "null";
        case Json::value_t::boolean:
            return value.get<bool>() ? "true" : "false";
        case Json::value_t::number_integer:
        case Json::value_t::number_unsigned:
            return "an integer";
        case Json::value_t::number_float:
            return "a number";
        case Json::value_t::string:
            return "a string";
        case Json::value_t::array:
            return "a list";
        case Json::value_t::object:
            return "an object";
        case Json::value_t::binary:
        case Json::value_t::discarded:
            return "no JSON value";
    }
    return "";
}

std::string excerpt(std::string text) {
    constexpr std::size_t kLongestExcerpt = 80;
    if (text.size() <= kLongestExcerpt) return text;
    auto end = kLongestExcerpt;
    while (end > 0 && (text[end] & 0xC0) == 0x80) --end;  // not within a letter of several bytes
    return text.substr(0, end) + "…";
}

std::string shown(const Json& value) { return excerpt(model::to_text(value)); }

std::string text_of(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    return value.is_null() ? std::string{} : model::to_text(value);
}

bool truth(const Json& value) {
    switch (value.type()) {
        case Json::value_t::null:
        case Json::value_t::discarded:
            return false;
        case Json::value_t::boolean:
            return value.get<bool>();
        case Json::value_t::number_integer:
        case Json::value_t::number_unsigned:
        case Json::value_t::number_float:
            return value != 0;
        case Json::value_t::string:
            return !value.get_ref<const std::string&>().empty();
        case Json::value_t::array:
        case Json::value_t::object:
        case Json::value_t::binary:
            return !value.empty();
    }
    return false;
}

}  // namespace weir::expr
