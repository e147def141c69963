// Who a request comes from, and through what.
#pragma once

#include <string>

#include "scheduler/model/states.hpp"
#include "web/http/message.hpp"

namespace weir::api {

[[nodiscard]] std::string user_name(unsigned uid);  // the number where it has no name
// As the guard has found: "ada", "unix:ada" at the Unix socket, "anonymous" where logins are off.
[[nodiscard]] std::string user_of(const http::Request& request);
[[nodiscard]] model::Role role_of(const http::Request& request);
// The command line, a page of ours in a browser, or any other client.
[[nodiscard]] model::TriggeredBy origin_of(const http::Request& request);

}  // namespace weir::api
