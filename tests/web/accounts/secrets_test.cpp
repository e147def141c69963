#include "web/accounts/secrets.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace weir::accounts;

namespace {
constexpr PasswordCost kCheap{1, 8192};
}

TEST_CASE("a secret is its prefix and 256 random bits in characters that go into a header") {
    const auto secret = new_secret("weir_");
    CHECK(secret.size() == 5 + 43);
    CHECK(secret.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
          std::string::npos);
    CHECK(secret != new_secret("weir_"));
}

TEST_CASE("a secret's hash is BLAKE2b with 256 bits, in hex") {
    // b2sum --length=256
    CHECK(hash_of("abc") == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

TEST_CASE("the CSRF token follows from the session and tells neither it nor its hash") {
    const auto token = csrf_token_of("session");
    CHECK(token == csrf_token_of("session"));
    CHECK(token != csrf_token_of("sessiom"));
    CHECK(token != hash_of("session"));
    CHECK(same(token, csrf_token_of("session")));
    CHECK_FALSE(same(token, token.substr(1)));
    CHECK_FALSE(same("", token));
}

TEST_CASE("a password fits its own hash and no other, and two hashes of it differ") {
    Passwords passwords(kCheap);
    const auto hash = passwords.hash("correct horse").value();
    CHECK(hash.starts_with("$argon2id$"));
    CHECK(hash != passwords.hash("correct horse").value());
    CHECK(passwords.matches(hash, "correct horse") == true);
    CHECK(passwords.matches(hash, "correct horsE") == false);
    CHECK(passwords.matches(std::nullopt, "correct horse") == false);
    CHECK(passwords.matches("rubbish", "correct horse") == false);
}

TEST_CASE("a third password at the same time is told to come again") {
    Passwords passwords({3, std::size_t{64} << 20});
    std::atomic<int> refused = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&passwords, &refused] {
            if (!passwords.hash("correct horse")) ++refused;
        });
    for (auto& thread : threads) thread.join();
    CHECK(refused >= 1);
    CHECK(passwords.hash("correct horse").has_value());
}
