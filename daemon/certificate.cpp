#include "daemon/certificate.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <chrono>

namespace weir::daemon {
namespace {

// A renewed certificate is for weeks; the old one has days left.
constexpr std::chrono::seconds kLookInterval{5};

void read_again(http::Tls& tls) {
    if (const auto reloaded = tls.reload(); reloaded)
        spdlog::info("the certificate was read again");
    else
        spdlog::error("the last good certificate stays: {}", reloaded.error().message);
}

}  // namespace

void CertificateKeeper::start() {
    timer_.expires_after(kLookInterval);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (error || stopped_) return;  // the time may be up just when it is stopped
        // On the pool: files may be on a network.
        boost::asio::post(pool_, [tls = tls_] {
            if (tls->files_changed()) read_again(*tls);
        });
        start();
    });
}

void CertificateKeeper::stop() {
    stopped_ = true;
    timer_.cancel();
}

void CertificateKeeper::reload() {
    boost::asio::post(pool_, [tls = tls_] { read_again(*tls); });
}

}  // namespace weir::daemon
