#include "web/http/guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cctype>

namespace weir::http {

namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return std::tolower(c); });
    return result;
}

// "[::1]:80" -> "::1", "localhost:80" -> "localhost".
std::string host_of(std::string_view authority) {
    if (authority.starts_with('[')) return lower(authority.substr(1, authority.find(']') - 1));
    return lower(authority.substr(0, authority.find(':')));
}

bool is_safe(std::string_view method) { return method == "GET" || method == "HEAD" || method == "OPTIONS"; }

// The authority of an origin, without the port that its scheme implies: "http://a:80" -> "a".
std::string authority_of_origin(std::string_view origin) {
    for (const auto& [scheme, port] : {std::pair{"http://", ":80"}, std::pair{"https://", ":443"}}) {
        if (!origin.starts_with(scheme)) continue;
        origin.remove_prefix(std::string_view{scheme}.size());
        if (origin.ends_with(port)) origin.remove_suffix(std::string_view{port}.size());
        return lower(origin);
    }
    return "";
}

bool same_site(std::string_view origin, std::string_view authority) {
    const auto theirs = authority_of_origin(origin);
    const auto ours = lower(authority);
    return !theirs.empty() && (theirs == ours || theirs + ":80" == ours || theirs + ":443" == ours);
}

}  // namespace

bool is_loopback_authority(std::string_view authority) {
    const auto host = host_of(authority);
    if (host == "localhost") return true;
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    return !error && address.is_loopback();
}

std::optional<Response> refuse_foreign(const Request& request, std::string_view authority,
                                       const std::vector<std::string>& allowed_hosts) {
    if (authority.empty()) return problem(400, "the Host header is missing");
    const auto allowed = [&authority](const std::string& host) { return lower(host) == host_of(authority); };
    if (!is_loopback_authority(authority) && std::none_of(allowed_hosts.begin(), allowed_hosts.end(), allowed))
        return problem(421, fmt::format("this server does not go by the name {}; if it should, add the name to the "
                                        "allowed hosts in its configuration",
                                        authority));
    if (is_safe(request.method)) return std::nullopt;

    const auto site = request.header("Sec-Fetch-Site");
    if (site == "cross-site" || site == "same-site")
        return problem(403, "a page of another site may not change anything here (Sec-Fetch-Site)");
    const auto origin = request.header("Origin");
    const auto is_public = [&origin](const std::string& host) { return lower(origin) == "https://" + lower(host); };
    const bool public_page = request.peer.is_proxied && request.peer.is_tls &&
                             std::any_of(allowed_hosts.begin(), allowed_hosts.end(), is_public);
    if (!origin.empty() && !same_site(origin, authority) && !public_page)
        return problem(403, fmt::format("a page of {} may not change anything here (Origin)", origin));
    return std::nullopt;
}

}  // namespace weir::http
