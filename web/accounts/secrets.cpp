#include "web/accounts/secrets.hpp"

#include <sodium.h>

#include <array>
#include <stdexcept>

namespace weir::accounts {

namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr int kPasswordsAtOnce = 2;

// Thread-safe, and quick from the second time on.
void start_sodium() {
    if (sodium_init() < 0) throw std::runtime_error("libsodium finds no source of random numbers");
}

template <std::size_t kBytes>
std::string hex(const std::array<unsigned char, kBytes>& bytes) {
    std::array<char, 2 * kBytes + 1> text{};
    sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
    return text.data();
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

std::string new_secret(std::string_view prefix) {
    start_sodium();
    std::array<unsigned char, kSecretBytes> random{};
    randombytes_buf(random.data(), random.size());
    constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::array<char, sodium_base64_ENCODED_LEN(kSecretBytes, kVariant)> text{};
    sodium_bin2base64(text.data(), text.size(), random.data(), random.size(), kVariant);
    return std::string(prefix) + text.data();
}

std::string hash_of(std::string_view secret) {
    start_sodium();
    std::array<unsigned char, crypto_generichash_BYTES> hash{};
    crypto_generichash(hash.data(), hash.size(), bytes_of(secret), secret.size(), nullptr, 0);
    return hex(hash);
}

std::string csrf_token_of(std::string_view session_secret) {
    start_sodium();
    constexpr std::string_view kPurpose = "weir: X-CSRF-Token";
    crypto_auth_hmacsha256_state state{};
    crypto_auth_hmacsha256_init(&state, bytes_of(session_secret), session_secret.size());
    crypto_auth_hmacsha256_update(&state, bytes_of(kPurpose), kPurpose.size());
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> token{};
    crypto_auth_hmacsha256_final(&state, token.data());
    return hex(token);
}

bool same(std::string_view left, std::string_view right) {
    return left.size() == right.size() && sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

// One of the places at work; `taken` says whether there was one.
class Passwords::Seat {
   public:
    explicit Seat(Passwords& passwords) : passwords_(passwords) {
        start_sodium();
        const std::lock_guard lock(passwords_.mutex_);
        taken = passwords_.at_work_ < kPasswordsAtOnce;
        if (taken) ++passwords_.at_work_;
    }
    ~Seat() {
        if (!taken) return;
        const std::lock_guard lock(passwords_.mutex_);
        --passwords_.at_work_;
    }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

    bool taken = false;

   private:
    Passwords& passwords_;
};

std::optional<std::string> Passwords::hash(const std::string& password) {
    const Seat seat(*this);
    if (!seat.taken) return std::nullopt;
    std::array<char, crypto_pwhash_STRBYTES> text{};
    if (crypto_pwhash_str(text.data(), password.data(), password.size(), cost_.operations, cost_.memory) != 0)
        throw std::runtime_error("there is no memory to hash a password");
    return text.data();
}

std::optional<bool> Passwords::matches(const std::optional<std::string>& hash, const std::string& password) {
    const Seat seat(*this);
    if (!seat.taken) return std::nullopt;
    if (hash) return crypto_pwhash_str_verify(hash->c_str(), password.data(), password.size()) == 0;
    std::array<char, crypto_pwhash_STRBYTES> unused{};
    if (crypto_pwhash_str(unused.data(), password.data(), password.size(), cost_.operations, cost_.memory) != 0)
        throw std::runtime_error("there is no memory to hash a password");
    return false;
}

}  // namespace weir::accounts
