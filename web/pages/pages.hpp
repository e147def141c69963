// The browser's side of Weir over HTTP: files of the bundle by their names, and index.html for the paths of its pages, which
// the browser routes itself. The daemon puts this into the router.
#pragma once

#include <optional>
#include <span>

#include "web/http/router.hpp"
#include "web/pages/bundle.hpp"

namespace weir::pages {

// nullopt for what is no page: /api, /auth and /metrics, and names of files that are not there.
[[nodiscard]] std::optional<http::Response> page(std::span<const File> files, const http::Request& request);

// Serves the embedded bundle wherever the router has no route.
void add_pages(http::Router& router);

}  // namespace weir::pages
