#include "web/http/router.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <set>
#include <stdexcept>

#include "web/http/target.hpp"

namespace weir::http {

namespace {

// "/a/b" is {"a", "b"}; "/" is {""}. The text begins with a slash.
std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> segments;
    while (!path.empty()) {
        path.remove_prefix(1);
        const auto end = std::min(path.find('/'), path.size());
        segments.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return segments;
}

// Segments are decoded after the split: "%2F" inside one is no separator.
std::optional<std::vector<std::string>> decoded_segments(std::string_view path) {
    std::vector<std::string> decoded;
    for (const auto segment : split(path)) {
        auto text = percent_decode(segment, Plus::stays);
        if (!text) return std::nullopt;
        decoded.push_back(std::move(*text));
    }
    return decoded;
}

}  // namespace

void Router::add(std::string_view method, std::string_view pattern, Handler handler) {
    Route route;
    route.pattern = pattern;
    for (const auto segment : split(pattern)) {
        const bool is_param = segment.starts_with('{') && segment.ends_with('}');
        route.segments.push_back({is_param, std::string(is_param ? segment.substr(1, segment.size() - 2) : segment)});
    }
    const auto same = std::find_if(routes_.begin(), routes_.end(), [&route](const Route& known) {
        return std::equal(
            known.segments.begin(), known.segments.end(), route.segments.begin(), route.segments.end(),
            [](const Segment& a, const Segment& b) { return a.is_param == b.is_param && a.text == b.text; });
    });
    auto& target = same == routes_.end() ? routes_.emplace_back(std::move(route)) : *same;
    if (!target.handlers.emplace(method, std::move(handler)).second)
        throw std::logic_error(fmt::format("the route {} {} is there twice", method, pattern));
}

std::vector<std::string> Router::routes() const {
    std::vector<std::string> all;
    for (const auto& route : routes_)
        for (const auto& [method, handler] : route.handlers) all.push_back(fmt::format("{} {}", method, route.pattern));
    std::sort(all.begin(), all.end());
    return all;
}

bool Router::Route::matches(const std::vector<std::string>& path) const {
    return std::equal(segments.begin(), segments.end(), path.begin(), path.end(),
                      [](const Segment& segment, const std::string& text) {
                          return segment.is_param ? !text.empty() : segment.text == text;
                      });
}

bool Router::Route::goes_before(const Route& other) const {
    for (std::size_t i = 0; i < segments.size(); ++i)
        if (segments[i].is_param != other.segments[i].is_param) return other.segments[i].is_param;
    return false;
}

const Router::Route* Router::find(const std::vector<std::string>& path) const {
    const Route* best = nullptr;
    for (const auto& route : routes_)
        if (route.matches(path) && (best == nullptr || route.goes_before(*best))) best = &route;
    return best;
}

// A body may go on for days: it ends when who reads it may not any more.
Response Router::guarded(const Request& request, Response response) const {
    if (!guard_ || !response.live) return response;
    auto& next = response.live->next;
    next = [guard = &guard_, asked = std::make_shared<Request>(request),
            next = std::move(next)]() -> std::optional<LiveBody::Step> {
        if ((*guard)(*asked)) return LiveBody::Step{nullptr, true};
        return next();
    };
    return response;
}

Response Router::handle(Request& request) const {
    const auto path = decoded_segments(request.path);
    if (!path) return problem(400, fmt::format("bad percent-encoding in the path {}", request.path));
    const auto* route = find(*path);
    if (route == nullptr) {
        if (fallback_ && (request.method == "GET" || request.method == "HEAD"))
            if (auto response = fallback_(request)) return std::move(*response);
        return problem(404, fmt::format("nothing is served at {}", request.path));
    }

    for (std::size_t i = 0; i < path->size(); ++i)
        if (route->segments[i].is_param) request.path_params[route->segments[i].text] = (*path)[i];

    auto handler = route->handlers.find(request.method);
    if (handler == route->handlers.end() && request.method == "HEAD") handler = route->handlers.find("GET");
    if (handler != route->handlers.end()) {
        request.route = fmt::format("{} {}", handler->first, route->pattern);
        if (guard_)
            if (auto refusal = guard_(request)) return std::move(*refusal);
        return guarded(request, handler->second(request));
    }

    std::set<std::string> allowed{"OPTIONS"};
    for (const auto& [method, unused] : route->handlers) allowed.insert(method);
    if (allowed.contains("GET")) allowed.insert("HEAD");
    auto response =
        request.method == "OPTIONS"
            ? Response{.status = 204, .headers = {}, .content_type = "", .body = ""}
            : problem(405, fmt::format("{} is not allowed here; {} are", request.method, fmt::join(allowed, ", ")));
    response.headers.emplace("Allow", fmt::format("{}", fmt::join(allowed, ", ")));
    return response;
}

}  // namespace weir::http
