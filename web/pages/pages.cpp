#include "web/pages/pages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>

#include "web/http/lists.hpp"
#include "web/http/target.hpp"

namespace weir::pages {

namespace {

constexpr const char* kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src "
    "'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
    return result;
}

bool is_below(std::string_view path, std::string_view folder) {
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

// Weights are not weighed, but "q=0" is a no (RFC 9110, 12.5.3).
bool accepts(std::string_view accept_encoding, std::string_view encoding) {
    for (const auto entry : http::split_list(accept_encoding, ',')) {
        const auto parts = http::split_list(entry, ';');
        if (parts.empty() || lower(parts.front()) != encoding) continue;
        return std::none_of(parts.begin() + 1, parts.end(), [](std::string_view part) {
            const auto weight = lower(part);
            return weight.starts_with("q=0") && weight.find_first_not_of("q=0.") == std::string::npos;
        });
    }
    return false;
}

bool matches(std::string_view if_none_match, std::string_view etag) {
    return std::ranges::any_of(http::split_list(if_none_match, ','), [etag](std::string_view known) {
        if (known.starts_with("W/")) known.remove_prefix(2);
        return known == "*" || known == etag;
    });
}

http::Response answer(const File& file, const http::Request& request) {
    const auto wanted = request.header("Accept-Encoding");
    auto content = file.plain;
    std::string_view encoding;
    if (!file.brotli.empty() && accepts(wanted, "br")) {
        content = file.brotli;
        encoding = "br";
    } else if (!file.gzip.empty() && accepts(wanted, "gzip")) {
        content = file.gzip;
        encoding = "gzip";
    }

    http::Response response;
    response.content_type = file.type;
    // Each encoding is other bytes, so it has a tag of its own.
    const auto etag = fmt::format("\"{}{}{}\"", file.hash, encoding.empty() ? "" : "-", encoding);
    response.headers.emplace("ETag", etag);
    response.headers.emplace("Vary", "Accept-Encoding");
    response.headers.emplace("Cache-Control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache");
    response.headers.emplace("Content-Security-Policy", kContentSecurityPolicy);
    if (matches(request.header("If-None-Match"), etag)) {
        response.status = 304;
        return response;
    }
    if (!encoding.empty()) response.headers.emplace("Content-Encoding", encoding);
    response.body = content;
    return response;
}

const File* find(std::span<const File> files, std::string_view path) {
    const auto found = std::ranges::find(files, path, &File::path);
    return found == files.end() ? nullptr : &*found;
}

// Pages have names of DAGs, runs and tasks in their paths, and these may have dots. What must not become a page is a file
// that is missing: a script of an older version, /robots.txt, /.well-known/…
bool may_be_page(std::string_view path) {
    if (path.starts_with("/assets/") || path.starts_with("/.")) return false;
    const bool at_the_top = path.find('/', 1) == std::string_view::npos;
    return !at_the_top || path.find('.') == std::string_view::npos;
}

}  // namespace

std::optional<http::Response> page(std::span<const File> files, const http::Request& request) {
    for (const auto* folder : {"/api", "/auth", "/metrics"})
        if (is_below(request.path, folder)) return std::nullopt;
    const auto path = http::percent_decode(request.path, http::Plus::stays);
    if (!path) return std::nullopt;
    const auto* file = find(files, *path);
    if (file == nullptr && may_be_page(*path)) file = find(files, "/index.html");
    if (file == nullptr) return std::nullopt;
    return answer(*file, request);
}

void add_pages(http::Router& router) {
    router.set_fallback([](const http::Request& request) { return page(bundle(), request); });
}

}  // namespace weir::pages
