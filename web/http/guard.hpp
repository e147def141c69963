// Keeps foreign web pages away from a server on the same machine. A browser sends requests to loopback for any page that
// asks: through a name that resolves to 127.0.0.1 (DNS rebinding), or as a form of another site (CSRF).
// The connection asks before it reads a body; requests over a Unix socket are not held against this.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "web/http/message.hpp"

namespace weir::http {

// "localhost", 127.0.0.0/8 or ::1, with or without a port.
[[nodiscard]] bool is_loopback_authority(std::string_view authority);

// The refusal, or nullopt. `authority` is what the request calls this server: the Host header, or the authority of an absolute target.
// `allowed_hosts`: further names this server goes by, without port ("weir.example.com"). Of a request through a proxy with TLS, pages of
// https://weir.example.com are its own, whatever the proxy calls it by.
[[nodiscard]] std::optional<Response> refuse_foreign(const Request& request, std::string_view authority,
                                                     const std::vector<std::string>& allowed_hosts);

}  // namespace weir::http
