#include "web/http/target.hpp"

#include <fmt/format.h>

namespace weir::http {

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<Query> parse_query(std::string_view text) {
    Query query;
    while (!text.empty()) {
        const auto end = std::min(text.find('&'), text.size());
        const auto pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (pair.empty()) continue;
        const auto equals = std::min(pair.find('='), pair.size());
        auto name = percent_decode(pair.substr(0, equals), Plus::is_blank);
        auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), Plus::is_blank);
        if (!name || !value) return std::nullopt;
        query.emplace(std::move(*name), std::move(*value));
    }
    return query;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, Plus plus) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus == Plus::is_blank) {
            decoded += ' ';
        } else if (text[i] != '%') {
            decoded += text[i];
        } else {
            const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0 || high + low == 0) return std::nullopt;
            decoded += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    return decoded;
}

std::string percent_encode(std::string_view text) {
    std::string encoded;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '.' || c == '_' || c == '~';
        if (plain)
            encoded += c;
        else
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return encoded;
}

std::optional<Target> parse_target(std::string_view text) {
    Target target;
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!text.starts_with(scheme)) continue;
        text.remove_prefix(scheme.size());
        const auto end = std::min(text.find_first_of("/?#"), text.size());
        target.authority = text.substr(0, end);
        text.remove_prefix(end);
        if (target.authority.empty()) return std::nullopt;
        break;
    }
    if (!target.authority.empty() && !text.starts_with('/')) target.path = "/";
    if (target.authority.empty() && !text.starts_with('/')) return std::nullopt;

    text = text.substr(0, text.find('#'));
    const auto question = std::min(text.find('?'), text.size());
    target.path += text.substr(0, question);
    auto query = parse_query(text.substr(std::min(question + 1, text.size())));
    if (!query) return std::nullopt;
    target.query = std::move(*query);
    return target;
}

}  // namespace weir::http
