// The REST API under /api/v2. The daemon gives it what it needs of the world and gets routes; see docs/api.md.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "scheduler/ports/accounts.hpp"
#include "scheduler/ports/catalog.hpp"
#include "scheduler/ports/commands.hpp"
#include "scheduler/ports/events.hpp"
#include "scheduler/ports/history.hpp"
#include "web/accounts/accounts.hpp"
#include "web/http/router.hpp"

namespace weir::api {

// Everything here is called from several threads and outlives the router.
struct Services {
    const ports::History& history;
    ports::Commands& commands;
    ports::EventSink& events;
    const ports::Sources& sources;
    const ports::CatalogSource& catalog;
    accounts::Accounts& accounts;
    const ports::AccountRows& account_rows;
    std::filesystem::path log_folder;
    std::string version;
    std::function<model::TimePoint()> now;
};

// And the guard that each request has to pass: see access.hpp. Throws when nobody has said who may use a route.
void add_routes(http::Router& router, const Services& services);

}  // namespace weir::api
