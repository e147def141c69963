// Finds the handler for a request. Filled once at start, then read from many threads. Knows nothing of sockets, so that a
// test can call handle() directly.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "web/http/message.hpp"

namespace weir::http {

// Runs on the thread pool and may block for milliseconds.
using Handler = std::function<Response(const Request&)>;

// Answers a GET or HEAD of a path that no route has, or leaves it: nullopt.
using Fallback = std::function<std::optional<Response>(const Request&)>;

// Asked before each handler, with `route` and `path_params` filled in: fills in `caller`, or refuses. It may block, but for bodies that go
// on: during these it is asked again and again, maybe on the IO thread.
using Guard = std::function<std::optional<Response>(Request&)>;

class Router {
   public:
    // Pattern: "/api/v2/dags/{dag_id}". A literal segment goes before a parameter. Adding a route twice is a bug: it throws.
    void add(std::string_view method, std::string_view pattern, Handler handler);

    void set_guard(Guard guard) { guard_ = std::move(guard); }

    // For what is served by its name, such as files.
    void set_fallback(Fallback fallback) { fallback_ = std::move(fallback); }

    // The handler's answer; or the fallback's, 404, 405 with Allow, OPTIONS, HEAD by the handler of GET (the caller leaves out the body).
    // Fills request.path_params and request.route.
    [[nodiscard]] Response handle(Request& request) const;

    // "GET /api/v2/dags/{dag_id}" of all that were added, in alphabetical order.
    [[nodiscard]] std::vector<std::string> routes() const;

   private:
    struct Segment {
        bool is_param = false;
        std::string text;  // the literal, or the parameter's name
    };
    struct Route {
        std::string pattern;
        std::vector<Segment> segments;
        std::map<std::string, Handler, std::less<>> handlers;  // by method
        [[nodiscard]] bool matches(const std::vector<std::string>& path) const;
        [[nodiscard]] bool goes_before(const Route& other) const;
    };
    [[nodiscard]] Response guarded(const Request& request, Response response) const;
    [[nodiscard]] const Route* find(const std::vector<std::string>& path) const;

    std::vector<Route> routes_;
    Fallback fallback_;
    Guard guard_;
};

}  // namespace weir::http
