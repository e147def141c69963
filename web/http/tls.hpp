// A server's certificate and key, and what TLS is spoken with them: 1.2 or newer. They are read anew on request; connections
// that are open keep what they began with. The daemon owns one and gives it to the listener.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "web/http/failure.hpp"

namespace weir::http {

struct TlsFiles {
    std::filesystem::path certificate;  // PEM; the server's first, then those that lead to the root
    std::filesystem::path key;          // PEM, without a password
};

class Tls {
   public:
    // Fails when either can't be read, or they don't belong together.
    [[nodiscard]] static Outcome<std::shared_ptr<Tls>> load(TlsFiles files);

    // From any thread. On a failure the last good certificate stays.
    [[nodiscard]] Outcome<> reload();
    // Whether either file is another than the one that was read last, well or not.
    [[nodiscard]] bool files_changed() const;

    // For a new connection, from any thread.
    [[nodiscard]] std::shared_ptr<boost::asio::ssl::context> context() const;

   private:
    explicit Tls(TlsFiles files) : files_(std::move(files)) {}

    const TlsFiles files_;
    mutable std::mutex mutex_;
    std::shared_ptr<boost::asio::ssl::context> context_;
    std::string seen_;  // what tells the files from others
};

}  // namespace weir::http
