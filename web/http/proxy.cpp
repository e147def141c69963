#include "web/http/proxy.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/beast/core/string.hpp>
#include <optional>

#include "web/http/lists.hpp"

namespace weir::http {

namespace ip = boost::asio::ip;

namespace {

// Of "10.0.0.1", "10.0.0.1:80", "::1" or "[::1]:80". An IPv4 address is one however it is written.
std::optional<ip::address> address_of(std::string_view text) {
    if (text.starts_with('['))
        text = text.substr(1, text.find(']') - 1);
    else if (text.find(':') == text.rfind(':'))
        text = text.substr(0, text.find(':'));
    boost::system::error_code error;
    const auto address = ip::make_address(text, error);
    if (error) return std::nullopt;
    if (address.is_v6() && address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    return address;
}

// Of all headers of that name, in their order.
std::vector<std::string_view> words_of(const Headers& headers, std::string_view name) {
    std::vector<std::string_view> words;
    const auto [first, last] = headers.equal_range(name);
    for (auto header = first; header != last; ++header)
        for (const auto word : split_list(header->second, ',')) words.push_back(word);
    return words;
}

}  // namespace

Peer behind_proxies(Peer peer, const Headers& headers, const std::vector<std::string>& proxies) {
    if (proxies.empty()) return peer;
    const auto is_proxy = [&proxies](const std::optional<ip::address>& address) {
        return address &&
               std::ranges::any_of(proxies, [&address](const auto& known) { return address_of(known) == address; });
    };
    auto nearest = address_of(peer.address);
    if (!is_proxy(nearest)) return peer;
    auto hops = words_of(headers, "X-Forwarded-For");
    // What is left of a hop that nobody has vouched for may be made up.
    for (; is_proxy(nearest) && !hops.empty(); hops.pop_back()) {
        nearest = address_of(hops.back());
        if (nearest) peer.address = nearest->is_v6() ? "[" + nearest->to_string() + "]" : nearest->to_string();
    }
    const auto protocols = words_of(headers, "X-Forwarded-Proto");
    if (!protocols.empty()) peer.is_tls = boost::beast::iequals(protocols.back(), "https");
    peer.is_proxied = true;
    return peer;
}

}  // namespace weir::http
