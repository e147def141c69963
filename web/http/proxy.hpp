// Requests that come through a proxy in front of this server: who asked it, and whether through TLS. That is believed of the
// addresses that the settings name; of anybody else it is a stranger's claim. The connection asks for each request.
#pragma once

#include <string>
#include <vector>

#include "web/http/message.hpp"

namespace weir::http {

// The peer as the proxies tell it, if it is one of them: its address is the rightmost of X-Forwarded-For that is none of theirs, and
// X-Forwarded-Proto says whether it came through TLS. Any other peer is as it is.
[[nodiscard]] Peer behind_proxies(Peer peer, const Headers& headers, const std::vector<std::string>& proxies);

}  // namespace weir::http
