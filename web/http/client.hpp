// A blocking HTTP client for command lines: one connection for each request, to a Unix socket or a TCP port, there also through
// TLS.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "web/http/failure.hpp"
#include "web/http/message.hpp"

namespace weir::http {

struct ClientRequest {
    std::string method = "GET";
    std::string target;  // "/api/v2/version"; percent_encode() makes segments and values of it
    Headers headers;     // beside Host, Content-Length, "User-Agent: weir" and, with a body, application/json
    std::string body;
};

struct ClientResponse {
    int status = 0;
    Headers headers;
    std::string body;
};

struct ClientTimeouts {
    std::chrono::seconds connect{5};  // also for the handshake of TLS
    std::chrono::seconds answer{60};  // from the request to its answer's headers
    std::chrono::seconds piece{60};   // between two pieces of a body
};

struct Trust;

class Client {
   public:
    // "/run/weir/weir.sock", "http://host:port" or "https://host:port". Whose certificates https trusts: the CAs of `ca_file` (PEM)
    // alone, or without one those of the system.
    [[nodiscard]] static Outcome<Client> to(std::string_view server, ClientTimeouts timeouts = {},
                                            const std::filesystem::path& ca_file = {});

    // Whether others on the way can read what is sent: plain HTTP to another machine.
    [[nodiscard]] bool is_exposed() const;

    // Any status is a success here; a failure says in words why there is no answer. Bodies over 64 MiB are a failure.
    [[nodiscard]] Outcome<ClientResponse> request(const ClientRequest& request) const;

    // The body of a 2xx answer goes to `on_piece` as it comes and is nowhere else; it may return false to end it. The body
    // of another answer is in the response.
    [[nodiscard]] Outcome<ClientResponse> download(const ClientRequest& request,
                                                   const std::function<bool(std::string_view)>& on_piece) const;

   private:
    Client() = default;
    [[nodiscard]] std::string authority() const;  // for the Host header

    std::string server_;       // as given, for messages
    std::string socket_path_;  // or host and port
    std::string host_;
    std::uint16_t port_ = 0;
    ClientTimeouts timeouts_;
    std::shared_ptr<const Trust> trust_;  // null: no TLS
};

}  // namespace weir::http
