#include <fmt/format.h>

#include "scheduler/expr/expression.hpp"
#include "scheduler/expr/lexer.hpp"
#include "scheduler/expr/limits.hpp"
#include "scheduler/expr/outcome.hpp"
#include "scheduler/expr/sql_text.hpp"

namespace weir::expr {
namespace {

constexpr std::string_view kOpen = "${{";
constexpr int kDeepestSettings = 100;
constexpr const char* kSqlKey = "$sql";

struct Opening {
    std::size_t at;
    bool escaped;  // $${{: `at` is the first of the two
};

std::optional<Opening> next_opening(std::string_view text, std::size_t from) {
    const auto found = text.find(kOpen, from);
    if (found == std::string_view::npos) return std::nullopt;
    if (found > from && text[found - 1] == '$') return Opening{found - 1, true};
    return Opening{found, false};
}

// The offset of the }} that ends the expression which starts at `from`; one within quotes does not.
Compiled<std::size_t> closing(std::string_view text, std::size_t from) {
    Lexer lexer(text, from);
    for (;;) {
        const auto token = lexer.next();
        if (token && token->kind == TokenKind::close) return {boost::system::in_place_value, token->offset};
        if (token && token->kind != TokenKind::end) continue;
        if (!token && text.find("}}", from) != std::string_view::npos) return token.error();
        return Fault{from - kOpen.size(), "'${{' is not closed by '}}'; a literal '${{' is written '$${{'"};
    }
}

}  // namespace

bool Template::has_expressions(std::string_view text) {
    for (auto open = next_opening(text, 0); open; open = next_opening(text, open->at + 1 + kOpen.size()))
        if (!open->escaped) return true;
    return false;
}

Compiled<Template> Template::compile(std::string_view text, const NameCheck& check) {
    Template compiled;
    std::string literal;
    std::size_t at = 0, literal_at = 0;
    const auto end_literal = [&compiled, &literal, &literal_at]() {
        if (!literal.empty()) compiled.parts_.push_back({std::move(literal), literal_at, std::nullopt});
        literal.clear();
    };
    for (auto open = next_opening(text, at); open; open = next_opening(text, at)) {
        literal += text.substr(at, open->at - at);
        if (open->escaped) {
            literal += kOpen;
            at = open->at + 1 + kOpen.size();
            continue;
        }
        end_literal();
        const auto start = open->at + kOpen.size();
        const auto end = closing(text, start);
        if (!end) return end.error();
        const auto source = text.substr(start, *end - start);
        const auto expression = Expression::compile(source, check);
        if (!expression) return Fault{start + expression.error().offset, expression.error().message};
        compiled.parts_.push_back({std::string(source), open->at, *expression});
        at = literal_at = *end + 2;
    }
    literal += text.substr(at);
    end_literal();
    return compiled;
}

Compiled<Template> Template::compile_sql(std::string_view text, const NameCheck& check) {
    auto compiled = compile(text, check);
    if (!compiled) return compiled;
    SqlText sql;
    for (const auto& part : compiled->parts_) {
        if (part.expression) {
            if (const auto place = sql.expression(); !place) return Fault{part.offset, place.error().message};
        } else if (const auto fault = sql.literal(part.text)) {
            return Fault{part.offset + fault->offset, fault->message};
        }
    }
    return compiled;
}

model::Result<Json> Template::evaluate(const Part& part, const Lookup& lookup) {
    auto value = part.expression->evaluate(lookup);
    if (value) return value;
    return model::Error{value.error().kind, fmt::format("${{{{{}}}}}: {}", excerpt(part.text), value.error().message)};
}

model::Result<Json> Template::render(const Lookup& lookup) const {
    if (parts_.size() == 1 && parts_.front().expression) return evaluate(parts_.front(), lookup);
    std::string text;
    for (const auto& part : parts_) {
        if (!part.expression) {
            text += part.text;
            continue;
        }
        const auto value = evaluate(part, lookup);
        if (!value) return value;
        text += text_of(*value);
        if (text.size() > kLongestText)
            return model::Error{model::ErrorKind::invalid,
                                fmt::format("the text would be longer than {} bytes", kLongestText)};
    }
    return success(std::move(text));
}

model::Result<Json> Template::render_sql(const Lookup& lookup) const {
    std::string text;
    auto params = Json::array();
    SqlText sql;
    const auto error = [](const Fault& fault) { return model::Error{model::ErrorKind::invalid, fault.message}; };
    for (const auto& part : parts_) {
        if (!part.expression) {
            if (const auto fault = sql.literal(part.text)) return error(*fault);
            text += part.text;
            continue;
        }
        const auto place = sql.expression();
        if (!place) return error(place.error());
        if (*place == SqlText::Place::comment) continue;
        auto value = evaluate(part, lookup);
        if (!value) return value;
        params.push_back(std::move(*value));
        text += fmt::format("${}", params.size());
    }
    return success(Json{{"text", std::move(text)}, {"params", std::move(params)}});
}

namespace {

model::Result<Json> render_text(const std::string& text, bool is_sql, const Lookup& lookup) {
    if (text.find(kOpen) == std::string::npos && !is_sql) return success(text);
    const auto compiled = Template::compile(text, nullptr);
    if (!compiled) return model::Error{model::ErrorKind::invalid, compiled.error().message};
    return is_sql ? compiled->render_sql(lookup) : compiled->render(lookup);
}

model::Result<Json> render_below(const Json& settings, const Lookup& lookup, int depth);

model::Result<Json> render_object(const Json& settings, const Lookup& lookup, int depth) {
    if (settings.size() == 1 && settings.contains(kSqlKey) && settings[kSqlKey].is_string())
        return render_text(settings[kSqlKey].get_ref<const std::string&>(), true, lookup);
    auto rendered = Json::object();
    for (const auto& [key, below] : settings.items()) {
        auto value = render_below(below, lookup, depth + 1);
        // The way to the text that failed grows from its end: "to.table: …".
        if (!value) {
            const bool at_text = !below.is_structured() || below.contains(kSqlKey);
            return model::Error{value.error().kind,
                                fmt::format("{}{}{}", key, at_text ? ": " : ".", value.error().message)};
        }
        rendered[key] = std::move(*value);
    }
    return success(std::move(rendered));
}

model::Result<Json> render_list(const Json& settings, const Lookup& lookup, int depth) {
    auto rendered = Json::array();
    for (const auto& below : settings) {
        auto value = render_below(below, lookup, depth + 1);
        if (!value) {
            const bool at_text = !below.is_structured() || below.contains(kSqlKey);
            return model::Error{value.error().kind,
                                fmt::format("{}{}{}", rendered.size(), at_text ? ": " : ".", value.error().message)};
        }
        rendered.push_back(std::move(*value));
    }
    return success(std::move(rendered));
}

model::Result<Json> render_below(const Json& settings, const Lookup& lookup, int depth) {
    if (depth > kDeepestSettings)
        return model::Error{model::ErrorKind::invalid,
                            fmt::format("settings are nested more than {} deep", kDeepestSettings)};
    if (settings.is_string()) return render_text(settings.get_ref<const std::string&>(), false, lookup);
    if (settings.is_object()) return render_object(settings, lookup, depth);
    if (settings.is_array()) return render_list(settings, lookup, depth);
    return success(settings);
}

}  // namespace

model::Result<Json> render(const Json& settings, const Lookup& lookup) { return render_below(settings, lookup, 0); }

}  // namespace weir::expr
