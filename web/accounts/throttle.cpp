#include "web/accounts/throttle.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace weir::accounts {

namespace {

constexpr std::chrono::hours kForgottenAfter{1};

std::string key_of(char kind, std::string_view name) { return kind + std::string(name); }

// Behind a proxy on this machine everybody has its address: one stranger would keep all others waiting.
bool is_this_machine(std::string_view network) { return network.starts_with("127.") || network == "::"; }

}  // namespace

std::optional<std::chrono::seconds> Throttle::begin(std::string_view user, std::string_view address,
                                                    model::TimePoint now) {
    const auto of_user = key_of('u', user);
    const auto network = network_of(address);
    const auto of_address = key_of('a', network);
    const std::lock_guard lock(mutex_);
    const auto wait = std::max(wait_of(of_user, kFreeTriesOfUser, kLongestWaitOfUser, now),
                               wait_of(of_address, kFreeTriesOfAddress, kLongestWaitOfAddress, now));
    if (wait > std::chrono::seconds{0}) return wait;
    count(of_user, now);
    if (!is_this_machine(network)) count(of_address, now);
    return std::nullopt;
}

void Throttle::succeeded(std::string_view user, std::string_view address) {
    const std::lock_guard lock(mutex_);
    tries_.erase(key_of('u', user));
    const auto of_address = tries_.find(key_of('a', network_of(address)));
    if (of_address != tries_.end() && --of_address->second.count == 0) tries_.erase(of_address);
}

std::chrono::seconds Throttle::wait_of(const std::string& key, int free, std::chrono::seconds longest,
                                       model::TimePoint now) const {
    const auto found = tries_.find(key);
    if (found == tries_.end() || found->second.count < free || now >= found->second.last + kForgottenAfter) return {};
    constexpr int kMostDoublings = 20;
    const auto delay =
        std::min(std::chrono::seconds{1} * (1 << std::min(found->second.count - free, kMostDoublings)), longest);
    return std::max(std::chrono::ceil<std::chrono::seconds>(found->second.last + delay - now), std::chrono::seconds{0});
}

void Throttle::count(const std::string& key, model::TimePoint now) {
    if (tries_.size() >= kMostThrottled && !tries_.contains(key)) {
        std::erase_if(tries_, [now](const auto& entry) { return now >= entry.second.last + kForgottenAfter; });
        if (tries_.size() >= kMostThrottled)
            tries_.erase(std::ranges::min_element(tries_, {}, [](const auto& entry) { return entry.second.last; }));
    }
    auto& tries = tries_[key];
    if (now >= tries.last + kForgottenAfter) tries.count = 0;
    ++tries.count;
    tries.last = now;
}

std::string network_of(std::string_view address) {
    auto host = address;
    if (host.starts_with('[')) {
        host = host.substr(1, host.find(']') - 1);
    } else if (const auto colon = host.find(':'); colon != std::string_view::npos && colon == host.rfind(':')) {
        host = host.substr(0, colon);
    }
    in6_addr bytes{};
    std::string text(host);
    if (::inet_pton(AF_INET6, text.c_str(), &bytes) != 1) return text;
    if (IN6_IS_ADDR_V4MAPPED(&bytes)) return text.substr(text.rfind(':') + 1);
    std::fill(bytes.s6_addr + 8, bytes.s6_addr + 16, std::uint8_t{0});
    char network[INET6_ADDRSTRLEN] = {};
    ::inet_ntop(AF_INET6, &bytes, network, sizeof network);
    return network;
}

}  // namespace weir::accounts
