// What a client asks of the server at the other end of TLS: a certificate that leads to a CA it trusts, that is valid now, and that
// is for the host of the URL. Internal to this folder; client.cpp uses it.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "web/http/client_stream.hpp"
#include "web/http/failure.hpp"

namespace weir::http {

struct Trust {
    std::shared_ptr<boost::asio::ssl::context> context;  // TLS 1.2 or newer
    std::filesystem::path ca_file;                       // for messages; empty: the CAs of the system
};

// In the CAs of this PEM file alone; without one, in those of the system.
[[nodiscard]] Outcome<std::shared_ptr<const Trust>> trust_in(const std::filesystem::path& ca_file);

// Has the handshake fail unless the certificate is for the host, a name (RFC 6125) or an IP address. `complaint` then says what is
// wrong with the certificate and what to do about it. Trust and complaint must outlive the handshake.
void demand_certificate(boost::asio::ssl::stream<ClientStream::Plain&>& tls, const Trust& trust,
                        const std::string& host, std::string& complaint);

}  // namespace weir::http
