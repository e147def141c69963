// Runs tries as processes of this machine, through a supervisor process that outlives the daemon. The loop calls
// launch, kill and acknowledge from the core thread; the work is done on the IO thread, and reports come from there.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>

#include "executors/process/options.hpp"
#include "scheduler/ports/executor.hpp"

namespace weir::process {

class Session;

class ProcessExecutor : public ports::Executor {
   public:
    // `io` outlives the executor. `sink` is called on the IO thread, and no more once the executor is gone.
    ProcessExecutor(boost::asio::io_context& io, ProcessOptions options, ports::ReportSink sink);
    ~ProcessExecutor() override;
    ProcessExecutor(const ProcessExecutor&) = delete;
    ProcessExecutor& operator=(const ProcessExecutor&) = delete;

    // Connects to the supervisor, starting it where none runs; then reports ExecutorListed and what became of known
    // tries. Does so again whenever the connection or the supervisor is lost.
    void start();
    // Sends what is waiting, then disconnects. The supervisor and its tasks go on. `io` has no work of ours afterwards.
    void stop();
    // As stop(), and the supervisor ends too, once nothing runs; waited for, but not long.
    void shut_down();

    // Thread-safe. What is handed over while there is no connection is dropped: the next ExecutorListed shows the
    // core what is missing.
    void launch(std::span<const core::Launch> launches) override;
    void kill(std::span<const model::TryId> tries) override;
    void acknowledge(std::span<const model::TryId> tries) override;

   private:
    boost::asio::io_context& io_;
    std::shared_ptr<Session> session_;
};

}  // namespace weir::process
