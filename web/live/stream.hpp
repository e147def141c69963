// GET /api/v2/live: what has changed, as server-sent events. See docs/api.md.
#pragma once

#include <memory>

#include "web/http/router.hpp"
#include "web/live/feed.hpp"

namespace weir::live {

// The body of one stream. `resume_after`: an id that a stream was sent; nullopt: from now on.
[[nodiscard]] http::LiveBody stream(std::shared_ptr<Feed> feed, std::optional<std::string> resume_after,
                                    DagFilter filter);

[[nodiscard]] http::Response answer(const std::shared_ptr<Feed>& feed, const http::Request& request);

void add_live(http::Router& router, std::shared_ptr<Feed> feed);

}  // namespace weir::live
