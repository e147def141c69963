// What `wait` looks at, checked.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "executors/operators/settings.hpp"
#include "executors/operators/settings_object.hpp"

namespace weir::operators {

using model::Json;

namespace {

std::string as_text(const Json& value) { return value.is_string() ? value.get<std::string>() : model::to_text(value); }

// Header names know no case.
bool has_header(const std::vector<std::pair<std::string, std::string>>& headers, std::string_view name) {
    const auto equal = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
    return std::ranges::any_of(
        headers, [name, equal](const auto& header) { return std::ranges::equal(header.first, name, equal); });
}

}  // namespace

HttpLook SettingsReader::http_look(const Json& json) {
    SettingsObject http(*this, json, "wait.http", {"url", "method", "headers", "body", "expect_status", "expect"});
    HttpLook look;
    look.request.url = http.text("url");
    if (http.has("method")) look.request.method = http.text("method");
    if (const Json* headers = http.find("headers"); headers != nullptr && headers->is_object())
        for (const auto& [name, value] : headers->items()) look.request.headers.emplace_back(name, as_text(value));
    if (const Json* body = http.find("body")) {
        look.request.body = as_text(*body);
        if (body->is_structured() && !has_header(look.request.headers, "content-type"))
            look.request.headers.emplace_back("Content-Type", "application/json");
    }
    if (const Json* statuses = http.find("expect_status"); statuses != nullptr)
        for (const auto& status : statuses->is_array() ? *statuses : Json::array({*statuses})) {
            int number = 0;  // may be a text, when it was written as ${{ }}
            const auto text = as_text(status);
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
            if (error == std::errc{} && end == text.data() + text.size())
                look.statuses.push_back(number);
            else
                http.fail(fmt::format("`expect_status` must be a status or a list of them, not '{}'", text));
        }
    if (look.statuses.empty()) look.statuses = {200};
    if (http.has("expect")) look.expected_text = http.text("expect");
    return look;
}

model::Result<WaitLook> SettingsReader::wait(const Json& json) {
    SettingsObject object(*this, json, "wait", {"file", "http", "sql", "redis", "interval", "soft_fail"});
    const auto kind = object.one_of({"file", "http", "sql", "redis"});
    WaitLook look;
    if (kind == "file") {
        look = FileLook{object.text("file")};
    } else if (kind == "http") {
        look = http_look(object.required("http"));
    } else if (kind == "sql") {
        SettingsObject sql_object(*this, object.required("sql"), "wait.sql", {"postgres", "sqlite", "query"});
        look = SqlSettings{sql_object.database(), sql_object.sql("query")};
    } else if (kind == "redis") {
        SettingsObject key(*this, object.required("redis"), "wait.redis", {"connection", "key"});
        look = RedisLook{redis(key.text("connection")), key.text("key")};
    }
    if (problem_) return *problem_;
    return look;
}

}  // namespace weir::operators
