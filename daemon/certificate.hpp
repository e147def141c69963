// Keeps the HTTP listener's certificate as its files are: looks at them every few seconds, and at once on SIGHUP. The server
// owns one when weir.yaml has `tls`.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>

#include "web/http/tls.hpp"

namespace weir::daemon {

class CertificateKeeper {
   public:
    // The pool is joined, and the io_context has stopped, before this goes.
    CertificateKeeper(boost::asio::io_context& io, boost::asio::thread_pool& pool, std::shared_ptr<http::Tls> tls)
        : timer_(io), pool_(pool), tls_(std::move(tls)) {}

    // IO thread.
    void start();
    void stop();
    void reload();  // whether the files changed or not

   private:
    boost::asio::steady_timer timer_;
    bool stopped_ = false;
    boost::asio::thread_pool& pool_;
    std::shared_ptr<http::Tls> tls_;
};

}  // namespace weir::daemon
