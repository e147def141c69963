// What is served where no route is, of a bundle made up here, and that the real one is fit to be served.
#include "web/pages/pages.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace weir::pages;
using weir::http::Headers;
using weir::http::Request;
using weir::http::Response;

namespace {

const File kFiles[] = {
    {"/assets/app-Ab12.js", "text/javascript; charset=utf-8", "aaa", true, "plain script", "gz", "b"},
    {"/index.html", "text/html; charset=utf-8", "bbb", false, "<title>Weir</title>", "gzipped", ""},
    {"/weir.svg", "image/svg+xml", "ccc", false, "<svg/>", "", ""},
};

std::optional<Response> get(const std::string& path, const Headers& headers = {}) {
    Request request;
    request.method = "GET";
    request.path = path;
    request.headers = headers;
    return page(kFiles, request);
}

std::string header(const Response& response, std::string_view name) {
    const auto found = response.headers.find(name);
    return found == response.headers.end() ? "" : found->second;
}

}  // namespace

TEST_CASE("a file of the bundle is served with its type") {
    const auto file = get("/weir.svg");
    REQUIRE(file.has_value());
    CHECK(file->status == 200);
    CHECK(file->content_type == "image/svg+xml");
    CHECK(file->body == "<svg/>");
    CHECK(header(*file, "Content-Encoding").empty());
    CHECK(header(*file, "Vary") == "Accept-Encoding");
}

TEST_CASE("the best encoding that the client takes is served, each with a tag of its own") {
    const std::string script = "/assets/app-Ab12.js";
    CHECK(get(script, {{"Accept-Encoding", "gzip, deflate, br"}})->body == "b");
    CHECK(header(*get(script, {{"Accept-Encoding", "gzip, br"}}), "Content-Encoding") == "br");
    CHECK(header(*get(script, {{"Accept-Encoding", "gzip, br"}}), "ETag") == "\"aaa-br\"");
    CHECK(get(script, {{"Accept-Encoding", "gzip"}})->body == "gz");
    CHECK(get(script, {{"Accept-Encoding", "br;q=0, GZIP;q=0.5"}})->body == "gz");
    CHECK(get(script, {{"Accept-Encoding", "br;q=0.0, gzip;q=0.001"}})->body == "gz");
    CHECK(get(script, {{"Accept-Encoding", "identity, brx"}})->body == "plain script");
    CHECK(get(script)->body == "plain script");
    CHECK(header(*get(script), "ETag") == "\"aaa\"");
    CHECK(get("/index.html", {{"Accept-Encoding", "br"}})->body == "<title>Weir</title>");
}

TEST_CASE("names with a hash are kept for ever, others are asked for again") {
    CHECK(header(*get("/assets/app-Ab12.js"), "Cache-Control") == "public, max-age=31536000, immutable");
    CHECK(header(*get("/index.html"), "Cache-Control") == "no-cache");
    CHECK(header(*get("/dags"), "Cache-Control") == "no-cache");
}

TEST_CASE("a client that has the file already is told 304") {
    for (const std::string known : {"\"bbb\"", "W/\"bbb\"", "\"x\", \"bbb\"", "*"}) {
        const auto answer = get("/", {{"If-None-Match", known}});
        REQUIRE(answer.has_value());
        CHECK_MESSAGE(answer->status == 304, known);
        CHECK(answer->body.empty());
        CHECK(header(*answer, "ETag") == "\"bbb\"");
    }
    CHECK(get("/", {{"If-None-Match", "\"bbb-gzip\""}})->status == 200);
    CHECK(get("/", {{"If-None-Match", "\"bbb-gzip\""}, {"Accept-Encoding", "gzip"}})->status == 304);
}

TEST_CASE("paths of pages get index.html, also with the names of DAGs that have dots") {
    for (const auto* path : {"/", "/dags", "/login", "/dags/etl.daily",
                             "/dags/a%2Fb/runs/manual__2026-11-22T08:00:00.5Z", "/apiary", "/authors"}) {
        const auto answer = get(path);
        REQUIRE_MESSAGE(answer.has_value(), path);
        CHECK(answer->body == "<title>Weir</title>");
        CHECK(answer->content_type == "text/html; charset=utf-8");
    }
}

TEST_CASE("files that are not there and paths of the API are nobody's page") {
    for (const auto* path : {"/assets/app-Old1.js", "/assets/", "/robots.txt", "/favicon.ico", "/.well-known/x",
                             "/.env", "/api", "/api/v2/nothing", "/auth/token", "/metrics", "/metrics/x", "/%", "/%00"})
        CHECK_MESSAGE(!get(path).has_value(), path);
}

TEST_CASE("the policy of the pages allows this server's own files and nothing else") {
    const auto policy = header(*get("/"), "Content-Security-Policy");
    CHECK(policy.starts_with("default-src 'none'; script-src 'self'; "));
    CHECK(policy.find("unsafe") == std::string::npos);
}

TEST_CASE("the embedded bundle has a page, its script and its style, and nothing inline that the policy forbids") {
    const File* index = nullptr;
    bool script = false;
    bool style = false;
    for (const auto& file : bundle()) {
        CHECK_MESSAGE(!file.plain.empty(), file.path);
        if (file.path == "/index.html") index = &file;
        script |= file.immutable && file.path.ends_with(".js") && !file.brotli.empty();
        style |= file.immutable && file.path.ends_with(".css") && !file.gzip.empty();
    }
    REQUIRE(index != nullptr);
    CHECK(script);
    CHECK(style);
    CHECK(index->plain.starts_with("<!doctype html>"));
    CHECK(index->plain.find("<script>") == std::string_view::npos);
    CHECK(index->plain.find("<style") == std::string_view::npos);
    CHECK(index->plain.find(" style=") == std::string_view::npos);
}

TEST_CASE("everything that index.html names is in the bundle, but for what the API answers") {
    std::string_view html;
    for (const auto& file : bundle())
        if (file.path == "/index.html") html = file.plain;
    for (auto at = html.find("=\"/"); at != std::string_view::npos; at = html.find("=\"/", at + 1)) {
        const auto path = html.substr(at + 2, html.find('"', at + 2) - at - 2);
        if (path.starts_with("/api/")) continue;
        const auto named = std::ranges::find(bundle(), path, &File::path);
        CHECK_MESSAGE(named != bundle().end(), path);
    }
}
