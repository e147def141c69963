// The executor's state on the IO thread: keeps a supervisor running and connected, turns launches into commands and
// reports into the core's inputs. Held by the executor and by the handlers that wait.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "executors/process/connection.hpp"
#include "executors/process/options.hpp"
#include "executors/process/render.hpp"
#include "scheduler/ports/executor.hpp"

namespace weir::process {

class Session : public std::enable_shared_from_this<Session> {
   public:
    Session(boost::asio::io_context& io, ProcessOptions options, ports::ReportSink sink);

    // Thread-safe: nothing more reaches the sink.
    void silence() { silent_ = true; }

    // IO thread only.
    void connect();
    void launch(const std::vector<core::Launch>& launches);
    void kill(const std::vector<model::TryId>& tries);
    void acknowledge(const std::vector<model::TryId>& tries);
    void stop(bool with_supervisor);

   private:
    void connected(std::shared_ptr<Connection> connection);
    void disconnected();
    void start_supervisor_if_none();
    void connect_later();
    void obey(const wire::Report& report);
    void welcome(const wire::Welcome& welcome);
    void exited(const wire::Exited& exited);
    void tell(core::Input input);
    void note(const std::string& words);
    void finish_stop();
    void reap_supervisor();

    boost::asio::io_context& io_;
    const ProcessOptions options_;
    const Renderer renderer_;
    const ports::ReportSink sink_;
    const std::uint64_t epoch_;  // of this daemon's life
    std::atomic<bool> silent_{false};
    bool stopping_ = false;

    std::shared_ptr<Connection> connection_;
    std::optional<wire::Welcome> welcome_;  // of the connection's supervisor; empty: not ready for commands
    pid_t supervisor_ = 0;                  // our child, until it is reaped; 0 where another daemon started it
    boost::asio::steady_timer timer_;
    std::chrono::milliseconds pause_;  // before the next attempt to connect
    std::string last_note_;
};

}  // namespace weir::process
