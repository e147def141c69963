// Who is asking, and may they? Asked by the router before each handler. Known are peers at the Unix socket, the tokens of
// programs, and the sessions of browsers; access.hpp says which role each route needs.
#pragma once

#include <optional>
#include <string>

#include "web/api/routes.hpp"

namespace weir::api {

inline constexpr const char* kSessionCookie = "weir_session";

// How somebody is known, as Caller::via has it.
inline constexpr const char* kViaSession = "session";
inline constexpr const char* kViaToken = "token";
inline constexpr const char* kViaUnix = "unix";
inline constexpr const char* kViaOff = "off";      // logins are off: everybody is admin
inline constexpr const char* kViaLocal = "local";  // nobody, from this machine, at a route that this is enough for

// Fills in the caller, or refuses: 401 for who is not known, 403 for who may not.
[[nodiscard]] std::optional<http::Response> guard(const Services& services, http::Request& request);

// The value of the session's cookie; "" without one.
[[nodiscard]] std::string session_secret(const http::Request& request);

}  // namespace weir::api
