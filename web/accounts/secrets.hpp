// Passwords, sessions' ids and tokens: made, hashed and compared, by libsodium. What is stored is never the secret itself.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace weir::accounts {

// The prefix and 256 random bits, in letters, digits, - and _.
[[nodiscard]] std::string new_secret(std::string_view prefix);
// BLAKE2b of it, in hex. A secret has 256 random bits, so its hash can be neither guessed nor turned round, without salt.
[[nodiscard]] std::string hash_of(std::string_view secret);
// What a page sends along to show that it can read what this session is told: another site's page can't.
[[nodiscard]] std::string csrf_token_of(std::string_view session_secret);
// Takes as long wherever they differ.
[[nodiscard]] bool same(std::string_view left, std::string_view right);

// argon2id. The default takes about a tenth of a second and 64 MiB: dear for who guesses, unnoticed by who logs in.
struct PasswordCost {
    unsigned long long operations = 3;
    std::size_t memory = std::size_t{64} << 20;
};

// At most two passwords are worked on at once, and nobody waits: nullopt is "come again in a moment". So logins can neither
// use up the memory nor the threads that answer everybody else. Thread-safe.
class Passwords {
   public:
    explicit Passwords(PasswordCost cost) : cost_(cost) {}

    [[nodiscard]] std::optional<std::string> hash(const std::string& password);
    // Without a hash, of a user that there is not: takes as long as a wrong password.
    [[nodiscard]] std::optional<bool> matches(const std::optional<std::string>& hash, const std::string& password);

   private:
    class Seat;

    PasswordCost cost_;
    std::mutex mutex_;
    int at_work_ = 0;
};

}  // namespace weir::accounts
