#include "executors/operators/sql_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "executors/connectors/sqlite.hpp"

namespace weir::operators {
namespace {

using model::Error;
using model::ErrorKind;
using model::Result;

bool starts_name(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool continues_name(char c) { return starts_name(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '$'; }

// The length of the token at the front of `text`, which isn't empty. Whatever has its own rules for what is within
// (strings, comments, quoted names) is one token; a token that doesn't end runs to the end of the text.
class Lexer {
   public:
    explicit Lexer(std::string_view text) : text_(text) {}

    [[nodiscard]] std::size_t token(std::size_t at) const {
        const char c = text_[at];
        if (c == '\'') return quoted(at, '\'', /*backslash=*/false);
        if ((c == 'e' || c == 'E') && text_.substr(at + 1, 1) == "'") return 1 + quoted(at + 1, '\'', true);
        if (c == '"') return quoted(at, '"', false);
        if (text_.substr(at, 2) == "--") return std::min(text_.find('\n', at), text_.size()) - at;
        if (text_.substr(at, 2) == "/*") return comment(at);
        if (starts_name(c)) {
            auto end = at + 1;
            while (end < text_.size() && continues_name(text_[end])) ++end;
            return end - at;
        }
        if (c == '$') return dollar(at);
        return 1;
    }

   private:
    [[nodiscard]] std::size_t quoted(std::size_t at, char quote, bool backslash) const {
        for (auto i = at + 1; i < text_.size(); ++i) {
            if (backslash && text_[i] == '\\') {
                ++i;
            } else if (text_[i] == quote) {
                if (i + 1 >= text_.size() || text_[i + 1] != quote) return i + 1 - at;
                ++i;
            }
        }
        return text_.size() - at;
    }
    [[nodiscard]] std::size_t comment(std::size_t at) const {  // PostgreSQL's nest
        int depth = 0;
        for (auto i = at; i + 1 < text_.size(); ++i) {
            const auto two = text_.substr(i, 2);
            if (two == "/*") {
                ++depth;
                ++i;
            } else if (two == "*/") {
                ++i;
                if (--depth == 0) return i + 1 - at;
            }
        }
        return text_.size() - at;
    }
    [[nodiscard]] std::size_t dollar(std::size_t at) const {
        auto end = at + 1;
        if (end < text_.size() && std::isdigit(static_cast<unsigned char>(text_[end])) != 0) {  // $1
            while (end < text_.size() && std::isdigit(static_cast<unsigned char>(text_[end])) != 0) ++end;
            return end - at;
        }
        while (end < text_.size() && text_[end] != '$' && continues_name(text_[end])) ++end;
        if (end >= text_.size() || text_[end] != '$') return 1;
        const auto tag = text_.substr(at, end + 1 - at);  // $$ or $tag$
        const auto close = text_.find(tag, end + 1);
        return close == std::string_view::npos ? text_.size() - at : close + tag.size() - at;
    }

    std::string_view text_;
};

bool is_blank(std::string_view token) {
    return token.starts_with("--") || token.starts_with("/*") ||
           std::isspace(static_cast<unsigned char>(token.front())) != 0;
}

}  // namespace

Result<std::vector<SqlText>> split_statements(const SqlText& sql) {
    std::vector<SqlText> statements;
    std::vector<bool> used(sql.params.size(), false);
    SqlText current;
    std::vector<std::size_t> numbers;  // of the whole text's parameters, in this statement's order
    bool has_words = false;
    const auto finish = [&statements, &current, &numbers, &has_words] {
        if (has_words) statements.push_back(std::move(current));
        current = {};
        numbers.clear();
        has_words = false;
    };
    const Lexer lexer(sql.text);
    for (std::size_t at = 0; at < sql.text.size();) {
        const auto token = std::string_view{sql.text}.substr(at, lexer.token(at));
        at += token.size();
        if (token == ";") {
            finish();
            continue;
        }
        if (!is_blank(token)) has_words = true;
        std::size_t number = 0;
        if (token.size() < 2 || token.front() != '$' ||
            std::from_chars(token.data() + 1, token.data() + token.size(), number).ptr != token.data() + token.size()) {
            current.text += token;
            continue;
        }
        if (number == 0 || number > sql.params.size())
            return Error{ErrorKind::invalid,
                         fmt::format("the SQL text has {}, but {} values; write ${{{{ }}}} for a value", token,
                                     sql.params.size())};
        used[number - 1] = true;
        auto own = std::ranges::find(numbers, number);
        if (own == numbers.end()) {
            numbers.push_back(number);
            current.params.push_back(sql.params[number - 1]);
            own = numbers.end() - 1;
        }
        current.text += fmt::format("${}", own - numbers.begin() + 1);
    }
    finish();
    for (std::size_t i = 0; i < used.size(); ++i)
        if (!used[i])
            return Error{
                ErrorKind::invalid,
                fmt::format(
                    "${{{{ }}}} number {} of the SQL text stands within quotes or a comment, where no value can "
                    "be bound; leave the quotes out",
                    i + 1)};
    return statements;
}

Result<SqlText> single_statement(const SqlText& sql) {
    auto statements = split_statements(sql);
    if (!statements) return statements.error();
    if (statements->empty()) return Error{ErrorKind::invalid, "the SQL text is empty"};
    if (statements->size() > 1)
        return Error{ErrorKind::invalid, "one statement is wanted here, and the SQL text has several"};
    return std::move(statements->front());
}

std::string first_word(std::string_view statement) {
    const Lexer lexer(statement);
    for (std::size_t at = 0; at < statement.size();) {
        const auto token = statement.substr(at, lexer.token(at));
        at += token.size();
        if (is_blank(token)) continue;
        std::string word{token};
        std::ranges::transform(word, word.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        return word;
    }
    return "";
}

Result<TableName> parse_table_name(std::string_view text) {
    const Error wrong{ErrorKind::invalid,
                      fmt::format("'{}' is no table name; write table, schema.table or \"Quoted name\"", text)};
    std::vector<std::string> parts;
    const Lexer lexer(text);
    std::size_t at = 0;
    while (true) {
        if (at >= text.size()) return wrong;
        const auto token = text.substr(at, lexer.token(at));
        at += token.size();
        std::string name;
        if (token.front() == '"') {
            if (token.size() < 3 || token.back() != '"') return wrong;
            const auto inner = token.substr(1, token.size() - 2);
            for (std::size_t i = 0; i < inner.size(); ++i) {
                name.push_back(inner[i]);
                if (inner[i] == '"') ++i;  // a doubled quote
            }
        } else if (starts_name(token.front())) {
            name = token;
            for (char& c : name)
                if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        } else {
            return wrong;
        }
        if (name.find('\0') != std::string::npos) return wrong;
        parts.push_back(std::move(name));
        if (at == text.size()) break;
        if (text[at++] != '.') return wrong;
    }
    if (parts.size() > 2) return wrong;
    if (parts.size() == 1) return TableName{"", parts[0]};
    return TableName{parts[0], parts[1]};
}

std::string quoted(const TableName& name) {
    const auto table = connectors::quote_identifier(name.table);
    return name.schema.empty() ? table : connectors::quote_identifier(name.schema) + "." + table;
}

}  // namespace weir::operators
