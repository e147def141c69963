#include "executors/process/connection.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace weir::process {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t kMaxWaiting = 64u << 20;  // bytes; a supervisor that is so far behind doesn't answer any more

}  // namespace

std::shared_ptr<Connection> Connection::open(asio::io_context& io, const std::filesystem::path& data_folder) {
    // Through /proc, because the data folder's own path may be longer than the 107 bytes of an address.
    const int folder = ::open(data_folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return nullptr;
    const auto address = "/proc/self/fd/" + std::to_string(folder) + '/' + std::string(wire::kSocketName);
    auto connection = std::make_shared<Connection>(io);
    error_code error;
    connection->socket_.open(asio::local::stream_protocol(), error);
    if (!error) connection->socket_.non_blocking(true, error);
    if (!error) connection->socket_.connect(asio::local::stream_protocol::endpoint(address), error);
    ::close(folder);
    return error ? nullptr : connection;
}

void Connection::start(OnReport on_report, OnClosed on_closed) {
    on_report_ = std::move(on_report);
    on_closed_ = std::move(on_closed);
    read();
}

void Connection::read() {
    socket_.async_read_some(asio::buffer(buffer_), [self = shared_from_this()](error_code error, std::size_t size) {
        if (error) return self->fail();
        self->in_.add({self->buffer_.data(), size});
        while (self->socket_.is_open()) {
            const auto body = self->in_.next();
            if (!body) break;
            const auto report = wire::decode_report(*body);
            if (!report) return self->fail();
            self->on_report_(*report);
        }
        if (self->in_.broken()) return self->fail();
        if (self->socket_.is_open()) self->read();
    });
}

bool Connection::send(const wire::Command& command) {
    if (!socket_.is_open()) return true;
    if (!wire::append_frame(waiting_, command)) return false;
    if (waiting_.size() > kMaxWaiting) {
        fail();
        return true;
    }
    if (writing_.empty()) write();
    return true;
}

void Connection::write() {
    std::swap(waiting_, writing_);
    asio::async_write(socket_, asio::buffer(writing_), [self = shared_from_this()](error_code error, std::size_t) {
        self->writing_.clear();
        if (error) return self->fail();
        if (!self->waiting_.empty()) return self->write();
        if (self->on_written_) std::exchange(self->on_written_, nullptr)();
    });
}

void Connection::when_written(std::function<void()> done) {
    if (writing_.empty()) return done();
    on_written_ = std::move(done);
}

void Connection::close() {
    on_closed_ = nullptr;
    error_code ignored;
    socket_.close(ignored);
    if (on_written_) std::exchange(on_written_, nullptr)();
}

void Connection::fail() {
    const auto on_closed = std::exchange(on_closed_, nullptr);
    close();
    if (on_closed) on_closed();
}

}  // namespace weir::process
