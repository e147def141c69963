#include "scheduler/yaml/formats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <regex>

#include "scheduler/calendar/cron.hpp"
#include "scheduler/calendar/zone.hpp"
#include "scheduler/model/nearest.hpp"
#include "scheduler/model/time.hpp"

namespace weir::yaml {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name(std::string_view text) {
    return !text.empty() && !is_digit(text.front()) && text.size() <= kLongestId &&
           std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

constexpr const char* kNamePattern = "^[A-Za-z_][A-Za-z0-9_]{0,249}$";

// Wraps a fault that needs no surroundings.
TextFault alone(std::string (*fault)(std::string_view)) {
    return [fault](std::string_view text, const Surroundings& /*surroundings*/) { return fault(text); };
}

}  // namespace

std::string id_fault(std::string_view text, std::string_view what) {
    const auto fits = [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.'; };
    if (text.empty()) return fmt::format("{} is empty", what);
    if (text.size() > kLongestId)
        return fmt::format("{} has {} characters; at most {} are allowed", what, text.size(), kLongestId);
    if (!std::ranges::all_of(text, fits))
        return fmt::format("'{}' can't be {}; letters, digits, '_', '-' and '.' can", text, what);
    // Ids are folders of the log tree.
    if (text.find_first_not_of('.') == std::string_view::npos)
        return fmt::format("'{}' can't be {}; it needs more than dots", text, what);
    return "";
}

Text id_text(std::string what) {
    return {[what = std::move(what)](std::string_view text, const Surroundings&) { return id_fault(text, what); },
            {{"pattern", "^[A-Za-z0-9_.-]*[A-Za-z0-9_-][A-Za-z0-9_.-]*$"}, {"maxLength", kLongestId}},
            false,
            {},
            false};
}

Text task_id_text() {
    return {[](std::string_view text, const Surroundings&) {
                auto fault = id_fault(text, "a task id");
                if (!fault.empty() || text.find('.') == std::string_view::npos) return fault;
                std::string without(text);
                std::ranges::replace(without, '.', '_');
                return fmt::format("'{}' can't be a task id; a point stands between a group and its tasks: write {}",
                                   text, without);
            },
            {{"pattern", "^[A-Za-z0-9_-]+$"}, {"maxLength", kLongestId}},
            false,
            {},
            false};
}

Text name_text(std::string what) {
    return {[what = std::move(what)](std::string_view text, const Surroundings&) {
                if (is_name(text)) return std::string();
                return fmt::format("'{}' can't be {}; letters, digits and '_' can, not beginning with a digit", text,
                                   what);
            },
            {{"pattern", kNamePattern}},
            false,
            {},
            false};
}

Text variable_text() {
    return {[](std::string_view text, const Surroundings&) {
                if (text.starts_with("WEIR_"))
                    return fmt::format("'{}': names that begin with WEIR_ are set by Weir", text);
                if (is_name(text)) return std::string();
                return fmt::format("'{}' can't name an environment variable; letters, digits and '_' can", text);
            },
            {{"pattern", "^(?!WEIR_)[A-Za-z_][A-Za-z0-9_]{0,249}$"}},
            false,
            {},
            false};
}

Text header_name() {
    return {[](std::string_view text, const Surroundings&) -> std::string {
                constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
                const auto fits = [kMarks](char c) {
                    return is_letter(c) || is_digit(c) || kMarks.find(c) != std::string_view::npos;
                };
                if (!text.empty() && std::ranges::all_of(text, fits)) return "";
                return fmt::format("'{}' can't name a header", text);
            },
            {{"pattern", "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}},
            false,
            {},
            false};
}

ShapePtr duration() {
    const auto fault = [](std::string_view text) -> std::string {
        return model::parse_duration(text) ? "" : "no duration";
    };
    Json schema = {
        {"anyOf",
         {{{"const", 0}},
          {{"type", "string"}, {"pattern", "^(0|(?=[0-9])([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$"}}}}};
    return shape("a duration such as 30s, 5m or 1h30m", Measure{alone(fault), std::move(schema), "s"});
}

ShapePtr instant() {
    return text("a time such as \"2026-11-22T08:00:00Z\"", alone([](std::string_view text) -> std::string {
                    if (model::parse_rfc3339(text)) return "";
                    return fmt::format("'{}' is no time; write date, time and offset: \"2026-11-22T08:00:00Z\"", text);
                }),
                {{"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]+([Zz]|[+-][0-9]{2}:[0-9]{2})$"}});
}

ShapePtr web_address() {
    return text("an address such as https://example.org/ready", alone([](std::string_view text) -> std::string {
                    for (const std::string_view scheme : {"http://", "https://"})
                        if (text.starts_with(scheme) && text.size() > scheme.size() &&
                            text.find_first_of(" \n") == std::string_view::npos)
                            return "";
                    return fmt::format("'{}' is no address; it begins with http:// or https://", text);
                }),
                {{"pattern", "^https?://[^ ]+$"}});
}

ShapePtr script() {
    return filled_text("a shell script", alone([](std::string_view script) -> std::string {
                           // A value pasted into a script would be read as shell: quotes and semicolons in data become
                           // commands.
                           if (script.find("${{") != std::string_view::npos)
                               return "a script can't hold ${{ }}; pass the value through `env` and write $NAME in the "
                                      "script";
                           return "";
                       }),
                       {{"not", {{"pattern", "\\$\\{\\{"}}}});
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
    struct Unit {
        std::string_view name;
        unsigned shift;
    };
    constexpr std::array kUnits{Unit{"B", 0}, Unit{"KiB", 10}, Unit{"MiB", 20}, Unit{"GiB", 30}};
    std::uint64_t count = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    const auto unit = std::ranges::find(kUnits, text, &Unit::name);
    if (unit == kUnits.end() || count > (std::uint64_t{1} << 50) >> unit->shift) return std::nullopt;
    return count << unit->shift;
}

ShapePtr size() {
    const auto fault = [](std::string_view text) -> std::string {
        return parse_size(text).value_or(0) > 0 ? "" : "no size";
    };
    return shape("a size such as 64KiB, 256MiB or 1GiB",
                 Measure{alone(fault), {{"type", "string"}, {"pattern", "^0*[1-9][0-9]*(B|KiB|MiB|GiB)$"}}, "MiB"});
}

ShapePtr cron() {
    return text("a cron expression such as \"15 2 * * *\"", [](std::string_view text, const Surroundings&) {
        const auto parsed = calendar::Cron::parse(text);
        return parsed ? std::string() : parsed.error().message;
    });
}

ShapePtr timezone() {
    return text("a time zone such as Europe/Berlin", [](std::string_view text, const Surroundings&) {
        const auto zone = calendar::Zone::find(text);
        return zone ? std::string() : zone.error().message;
    });
}

std::string absolute_path(const std::string& folder, const std::string& text) {
    auto whole = (std::filesystem::path(folder) / text).lexically_normal().string();
    while (whole.size() > 1 && whole.ends_with('/')) whole.pop_back();
    return whole;
}

ShapePtr path(std::string wanted) {
    return filled_text(std::move(wanted), alone([](std::string_view text) -> std::string {
                           if (text.find("${{") != std::string_view::npos) return "no ${{ }} may stand in this path";
                           return text.starts_with('~') ? "~ is not replaced here; write the whole path" : "";
                       }),
                       {{"pattern", "^[^~]"}, {"not", {{"pattern", "\\$\\{\\{"}}}});
}

ShapePtr pattern() {
    return text("a regular expression", alone([](std::string_view text) -> std::string {
                    if (text.size() > kLongestPattern)
                        return fmt::format("pattern: at most {} characters are allowed", kLongestPattern);
                    try {
                        const std::regex compiled{std::string(text)};
                        return "";
                    } catch (const std::regex_error& fault) {
                        return fmt::format("pattern: no regular expression (ECMAScript): {}", fault.what());
                    }
                }),
                {{"format", "regex"}, {"maxLength", kLongestPattern}});
}

ShapePtr listen_address() {
    auto fault = alone([](std::string_view text) -> std::string {
        constexpr auto kRemedy =
            "write host:port, such as 127.0.0.1:8080 or [::1]:8080, or off for the unix socket alone";
        if (text == "off") return "";
        const auto colon = text.rfind(':');
        if (colon == std::string_view::npos || colon == 0)
            return fmt::format("listen: '{}' names no host; {}", text, kRemedy);
        const auto host = text.substr(0, colon);
        const auto port = text.substr(colon + 1);
        unsigned value = 0;
        const auto [rest, error] = std::from_chars(port.data(), port.data() + port.size(), value);
        if (error != std::errc{} || rest != port.data() + port.size() || value > 65535)
            return fmt::format("listen: '{}' is no port from 0 to 65535; {}", port, kRemedy);
        const bool bracketed = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
        if (host.find_first_of(" /@[]") != std::string_view::npos && !bracketed)
            return fmt::format("listen: '{}' is no host; {}", host, kRemedy);
        if (!bracketed && host.find(':') != std::string_view::npos)
            return fmt::format("listen: an IPv6 address stands in brackets: [{}]:{}", host, port);
        return "";
    });
    return shape("host:port, or off",
                 Text{std::move(fault),
                      {{"pattern", "^(off|(\\[[0-9A-Fa-f:.%a-z]+\\]|[^\\[\\] /@:]+):[0-9]{1,5})$"}},
                      false,
                      {"off"},
                      false});
}

ShapePtr secret() {
    // A fault never repeats the text: who confuses the two forms may have written the secret itself.
    const auto variable = alone([](std::string_view text) -> std::string {
        return is_name(text) ? "" : "env: expected the name of an environment variable, such as CACHE_PASSWORD";
    });
    const auto map =
        object({"a secret",
                "Where a secret is read when it is used",
                {{"env", text("the name of an environment variable", variable, {{"pattern", kNamePattern}}),
                  "Environment variable that holds it"},
                 {"file", path("the path of a file"),
                  "File that holds it, relative to weir.yaml's folder; a newline at its end is cut"}},
                {exactly_one_of({"env", "file"}, "a secret needs")}});
    auto copy = *map;
    copy.wanted = "{env: NAME} or {file: path}";
    copy.secret = true;
    copy.remedy = "a secret never stands in the file itself";
    return std::make_shared<const Shape>(std::move(copy));
}

ShapePtr sql_text(std::string wanted) { return shape(std::move(wanted), Text{{}, Json::object(), true, {}, true}); }

ShapePtr connection(std::string kind) {
    auto wanted = fmt::format("the name of a {} connection", kind);
    return filled_text(std::move(wanted),
                       [kind = std::move(kind)](std::string_view text, const Surroundings& surroundings) {
                           if (!surroundings.complete) return std::string();
                           const auto found = surroundings.connections.find(std::string(text));
                           if (found == surroundings.connections.end()) {
                               std::vector<std::string> names;
                               for (const auto& [name, its_kind] : surroundings.connections)
                                   if (its_kind == kind) names.push_back(name);
                               const auto hint = names.empty() ? fmt::format("; weir.yaml has no {} connection", kind)
                                                               : model::did_you_mean(text, names);
                               return fmt::format("unknown connection '{}'{}", text, hint);
                           }
                           if (found->second == kind) return std::string();
                           return fmt::format("connection '{}' is of kind {}, not {}", text, found->second, kind);
                       });
}

ShapePtr pool() {
    return text(
        "the name of a pool",
        [](std::string_view text, const Surroundings& surroundings) {
            if (auto fault = id_fault(text, "the name of a pool"); !fault.empty()) return fault;
            if (!surroundings.complete || text == model::kDefaultPool || surroundings.pools.contains(std::string(text)))
                return std::string();
            std::vector<std::string> known(surroundings.pools.begin(), surroundings.pools.end());
            if (!surroundings.pools.contains(model::kDefaultPool)) known.emplace_back(model::kDefaultPool);
            return fmt::format("unknown pool '{}'{}", text, model::did_you_mean(text, known));
        },
        id_text("").schema);
}

ShapePtr notifier() {
    return text(
        "the name of a notifier",
        [](std::string_view text, const Surroundings& surroundings) {
            if (auto fault = id_fault(text, "the name of a notifier"); !fault.empty()) return fault;
            if (!surroundings.complete || surroundings.notifiers.contains(std::string(text))) return std::string();
            const std::vector<std::string> known(surroundings.notifiers.begin(), surroundings.notifiers.end());
            return fmt::format("unknown notifier '{}'{}", text,
                               known.empty() ? "; weir.yaml has no notifiers" : model::did_you_mean(text, known));
        },
        id_text("").schema);
}

ShapePtr executor() {
    return text("the name of an executor", [](std::string_view text, const Surroundings& surroundings) {
        if (surroundings.executors.contains(std::string(text))) return std::string();
        const std::vector<std::string> known(surroundings.executors.begin(), surroundings.executors.end());
        return fmt::format("unknown executor '{}'{}", text, model::did_you_mean(text, known));
    });
}

}  // namespace weir::yaml
