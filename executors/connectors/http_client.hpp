// A blocking HTTP client over libcurl: one request, one answer, bounded in time, size and redirects; failures in words
// that name the server but no secret. Used by `wait: {http: …}` and by webhooks.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/model/result.hpp"
#include "scheduler/model/time.hpp"

namespace weir::connectors {

inline constexpr std::size_t kMostHttpBytes = 1 << 20;  // of an answer's body; the rest is not read
inline constexpr int kMostRedirects = 5;

struct HttpRequest {
    std::string method = "GET";
    std::string url;  // http or https only; certificates are verified
    std::vector<std::pair<std::string, std::string>> headers;
    std::optional<std::string> body;
    model::Duration timeout = std::chrono::seconds{30};  // of all of it, redirects included
};

struct HttpResponse {
    int status = 0;
    std::string body;  // its first kMostHttpBytes
};

[[nodiscard]] model::Result<HttpResponse> http_send(const HttpRequest& request);

// "https://hooks.example": what may be shown of an address whose path or query is a secret.
[[nodiscard]] std::string server_of(const std::string& url);

}  // namespace weir::connectors
