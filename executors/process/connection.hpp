// One connection to the supervisor: frames in both directions. IO thread only; handlers keep it alive until they have
// run.
#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "executors/wire/codec.hpp"

namespace weir::process {

class Connection : public std::enable_shared_from_this<Connection> {
   public:
    using OnReport = std::function<void(const wire::Report&)>;
    using OnClosed = std::function<void()>;

    // nullptr: no supervisor listens there.
    [[nodiscard]] static std::shared_ptr<Connection> open(boost::asio::io_context& io,
                                                          const std::filesystem::path& data_folder);

    explicit Connection(boost::asio::io_context& io) : socket_(io) {}

    // `on_closed` is called once, when the other side is gone or sent nonsense; never after close().
    void start(OnReport on_report, OnClosed on_closed);
    // False when the message is larger than a frame may be.
    [[nodiscard]] bool send(const wire::Command& command);
    // Calls back when all is written that was sent before, or can't be; at once where nothing waits.
    void when_written(std::function<void()> done);
    void close();

   private:
    void read();
    void write();
    void fail();

    boost::asio::local::stream_protocol::socket socket_;
    OnReport on_report_;
    OnClosed on_closed_;
    std::function<void()> on_written_;
    std::vector<char> buffer_ = std::vector<char>(64u << 10);
    wire::FrameBuffer in_;
    std::string waiting_;  // collected while `writing_` is on its way
    std::string writing_;
};

}  // namespace weir::process
