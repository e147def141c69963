// What a handler gets and what it gives back: values, without sockets.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "web/http/bell.hpp"
#include "web/http/unique_fd.hpp"

namespace weir::http {

// Header names are equal whatever their case.
struct HeaderLess {
    using is_transparent = void;
    [[nodiscard]] bool operator()(std::string_view left, std::string_view right) const;
};
using Headers = std::multimap<std::string, std::string, HeaderLess>;
using Query = std::multimap<std::string, std::string, std::less<>>;

// Who is at the other end. A Unix socket's peer is known by its user id, which the kernel vouches for.
struct Peer {
    bool is_unix = false;
    unsigned uid = 0;         // of a Unix socket's peer
    std::string address;      // "127.0.0.1:51234", "unix"; without a port as a proxy tells it
    bool is_tls = false;      // its connection is encrypted
    bool is_proxied = false;  // a trusted proxy has told both
};

// Who asks, in the words of the router's guard; all empty where there is none.
struct Caller {
    std::string user;   // the name for records: "ada", "unix:root", "anonymous"
    std::string role;   // what it may do
    std::string via;    // how it is known: by a session, a token, …
    std::string login;  // which session or token
};

struct Request {
    std::string method;  // "GET"; upper case as sent
    std::string target;  // as sent
    std::string path;    // the target's path, not decoded
    Query query;         // decoded once
    Headers headers;
    std::string body;
    std::map<std::string, std::string, std::less<>> path_params;  // decoded once; may hold slashes
    Peer peer;
    std::string route;  // "GET /dags/{dag_id}": the one that the router has found
    Caller caller;

    // The first header of that name, or "".
    [[nodiscard]] std::string_view header(std::string_view name) const;
    // A parameter that the route's pattern names; asking for another one is a bug.
    [[nodiscard]] const std::string& path_param(std::string_view name) const;
};

// A body that is made while it is sent, so that it never stands in memory as a whole.
struct BodyStream {
    std::optional<std::uint64_t> length;  // the Content-Length; without it the body goes out in chunks
    // The next piece, empty at the end. nullopt is a failure: the connection is cut, so that the client knows that
    // something is missing. Called on the thread pool, one call at a time.
    std::function<std::optional<std::string>()> next;
};

// A body that goes on for as long as there may be something to tell of. While it waits it holds neither a thread nor text:
// what is sent is asked for when the client has taken up what was sent before. A client that doesn't read is cut.
struct LiveBody {
    enum class Where { io_thread, pool };  // where `next` is called; on the IO thread it must be quick
    struct Step {
        std::shared_ptr<const std::string> text;  // may be shared by many streams; null: nothing now
        bool last = false;                        // nothing comes after it: the body ends well
    };
    Where where = Where::io_thread;
    std::function<std::optional<Step>()> next;  // one call at a time; nullopt is a failure, and cuts the connection
    // After "nothing now" it is asked again when the bell rings, and after this time at the latest.
    std::chrono::milliseconds patience{1000};
    std::shared_ptr<Bell> bell = nullptr;
};

struct Response {
    int status = 200;
    Headers headers;
    std::string content_type = "application/json";
    std::string body;
    std::optional<BodyStream> stream = std::nullopt;  // instead of `body`
    std::optional<LiveBody> live = std::nullopt;      // instead of either; counts against Limits::streams
};

// {"detail": "…"} with this status.
[[nodiscard]] Response problem(int status, std::string_view detail);

// `length` bytes of an open file, from `offset`. The file may grow meanwhile; if it shrinks, the connection is cut.
[[nodiscard]] BodyStream file_range(UniqueFd file, std::uint64_t offset, std::uint64_t length);

}  // namespace weir::http
