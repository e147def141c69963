// Slows down who guesses passwords: after a few wrong ones, each further try has to wait twice as long as the last. Counted
// by user and by address, but that of this machine; an hour without a try and it is forgotten.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "scheduler/model/time.hpp"

namespace weir::accounts {

inline constexpr int kFreeTriesOfUser = 5;
inline constexpr int kFreeTriesOfAddress = 20;  // people may share one
// A user is not kept out for long by a stranger who guesses on and on.
inline constexpr std::chrono::seconds kLongestWaitOfUser{30};
inline constexpr std::chrono::seconds kLongestWaitOfAddress{15 * 60};
inline constexpr std::size_t kMostThrottled = 10'000;

// Thread-safe.
class Throttle {
   public:
    // How long the next try must wait; nullopt: it may be made now, and counts.
    [[nodiscard]] std::optional<std::chrono::seconds> begin(std::string_view user, std::string_view address,
                                                            model::TimePoint now);
    // It was no guess: the user's tries are forgotten.
    void succeeded(std::string_view user, std::string_view address);

   private:
    struct Tries {
        int count = 0;
        model::TimePoint last;
    };
    [[nodiscard]] std::chrono::seconds wait_of(const std::string& key, int free, std::chrono::seconds longest,
                                               model::TimePoint now) const;
    void count(const std::string& key, model::TimePoint now);

    std::mutex mutex_;
    std::map<std::string, Tries, std::less<>> tries_;
};

// The network that an address belongs to, where one customer has many: of IPv6 the first 64 bits. "127.0.0.1:51234" and
// "[::1]:80" lose their port.
[[nodiscard]] std::string network_of(std::string_view address);

}  // namespace weir::accounts
