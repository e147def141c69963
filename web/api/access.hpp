// Who may use which route, and what the audit calls it: one table. Every route that changes something stands in it, or
// add_routes() throws at start; a GET that does not is for viewers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scheduler/model/account.hpp"
#include "web/api/routes.hpp"

namespace weir::api {

struct Access {
    std::string_view route;             // "POST /api/v2/backfills"
    std::optional<model::Role> least;   // nullopt: open to all, also without login
    std::string_view event = {};        // the audit's word for it; empty: it changes nothing
    bool open_on_this_machine = false;  // to requests from loopback
    bool takes_events = false;          // tokens of the scope "events" may use it
};

// As the router names the route in Request::route; nullopt for a route that changes something and was forgotten.
[[nodiscard]] std::optional<Access> access_of(std::string_view route);
// Throws when access_of() does not know one of the router's routes.
void check_access(const http::Router& router);

// The audit's line of what this request does, as far as its path tells.
[[nodiscard]] model::AuditEntry audit_of(const Services& services, const http::Request& request);

}  // namespace weir::api
