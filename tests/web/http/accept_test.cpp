// Which of the kinds that a handler can give a client gets.
#include "web/http/accept.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using weir::http::preferred;

namespace {

std::string_view chosen(std::string_view accept) {
    static constexpr std::array<std::string_view, 3> kTypes{"application/json", "application/x-ndjson", "text/plain"};
    return kTypes.at(preferred(accept, kTypes));
}

}  // namespace

TEST_CASE("without a wish that can be met there is the first kind") {
    for (const auto* accept :
         {"", "*/*", "application/*", "text/html, */*;q=0.8", "image/png", ",;,", "text/plain;q=0"})
        CHECK_MESSAGE(chosen(accept) == "application/json", accept);
}

TEST_CASE("the greatest weight wins, wherever it stands") {
    CHECK(chosen("application/json;q=0.1, text/plain") == "text/plain");
    CHECK(chosen("text/plain;q=0.5, application/x-ndjson ; charset=utf-8 ; Q=0.9,*/*;q=0.1") == "application/x-ndjson");
    CHECK(chosen("text/plain;q=nonsense, application/x-ndjson;q=0.01") == "application/x-ndjson");
}

TEST_CASE("among equal weights what is named goes before a wildcard, then what is named first") {
    CHECK(chosen("text/plain, application/json") == "text/plain");
    CHECK(chosen("application/json, text/plain, */*") == "application/json");
    CHECK(chosen("*/*, text/plain") == "text/plain");
    CHECK(chosen("TEXT/Plain") == "text/plain");
    CHECK(chosen("text/*") == "text/plain");
}

TEST_CASE("a type's own weight counts, not that of a wildcard around it") {
    CHECK(chosen("application/json;q=0.2, */*;q=0.9, text/plain;q=0.5") == "application/x-ndjson");
    CHECK(chosen("application/json;q=0, application/*") == "application/x-ndjson");
}
