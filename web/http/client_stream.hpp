// A connection's bytes, plain or through TLS, as one type: so there is one connection loop. Internal to this folder.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_stream.hpp>
#include <chrono>
#include <memory>
#include <optional>

namespace weir::http {

// TCP and Unix sockets through one type.
using Protocol = boost::asio::generic::stream_protocol;
using Socket = Protocol::socket;

class ClientStream {
   public:
    using Plain = boost::beast::basic_stream<Protocol>;
    // Flat: a head, a chunk's size and its text go out in one record.
    using Encrypted = boost::beast::flat_stream<boost::asio::ssl::stream<Plain&>>;
    using executor_type = Plain::executor_type;

    explicit ClientStream(Socket socket) : plain_(std::move(socket)) {}

    [[nodiscard]] executor_type get_executor() { return plain_.get_executor(); }
    [[nodiscard]] Socket& socket() { return plain_.socket(); }
    [[nodiscard]] Plain& plain() { return plain_; }
    // Null before start_tls().
    [[nodiscard]] Encrypted* tls() { return tls_ ? &*tls_ : nullptr; }
    void start_tls(std::shared_ptr<boost::asio::ssl::context> context) {
        context_ = std::move(context);
        tls_.emplace(plain_, *context_);
    }

    // Of what is read or written next; see boost::beast::basic_stream.
    void expires_after(std::chrono::steady_clock::duration limit) { plain_.expires_after(limit); }
    void expires_never() { plain_.expires_never(); }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
            [this](auto handler, const Buffers& space) {
                if (tls_)
                    tls_->async_read_some(space, std::move(handler));
                else
                    plain_.async_read_some(space, std::move(handler));
            },
            token, buffers);
    }
    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
            [this](auto handler, const Buffers& bytes) {
                if (tls_)
                    tls_->async_write_some(bytes, std::move(handler));
                else
                    plain_.async_write_some(bytes, std::move(handler));
            },
            token, buffers);
    }

   private:
    Plain plain_;
    std::shared_ptr<boost::asio::ssl::context> context_;  // as long as the connection, whatever is loaded meanwhile
    std::optional<Encrypted> tls_;
};

}  // namespace weir::http
