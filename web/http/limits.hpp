// How much of everything one listener takes on.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace weir::http {

struct Limits {
    std::size_t connections = 1024;         // open at once on each listening socket; further ones are told 503
    std::size_t streams = 512;              // live bodies at once, of all sockets; further ones are told 429
    std::uint32_t header_bytes = 16 << 10;  // request line and headers; more is 431
    std::uint64_t body_bytes = 1 << 20;     // more is 413
    std::chrono::seconds handshake{10};     // of TLS, from the accept to its end
    std::chrono::seconds idle{60};          // between requests
    std::chrono::seconds header{10};        // from the first byte of a request to the end of its headers
    std::chrono::seconds body{30};          // for the whole body
    std::chrono::seconds write{30};         // for each piece of an answer that the client takes up
};

}  // namespace weir::http
