#include "executors/process/process_executor.hpp"

#include <boost/asio/post.hpp>
#include <utility>
#include <vector>

#include "executors/process/session.hpp"

namespace weir::process {

namespace {

// Copies the batch to the IO thread.
template <class Row>
void hand_over(boost::asio::io_context& io, const std::shared_ptr<Session>& session, std::span<const Row> rows,
               void (Session::*take)(const std::vector<Row>&)) {
    if (rows.empty()) return;
    boost::asio::post(
        io, [session, take, batch = std::vector<Row>(rows.begin(), rows.end())] { (session.get()->*take)(batch); });
}

}  // namespace

ProcessExecutor::ProcessExecutor(boost::asio::io_context& io, ProcessOptions options, ports::ReportSink sink)
    : io_(io), session_(std::make_shared<Session>(io, std::move(options), std::move(sink))) {}

ProcessExecutor::~ProcessExecutor() { session_->silence(); }

void ProcessExecutor::start() {
    boost::asio::post(io_, [session = session_] { session->connect(); });
}
void ProcessExecutor::stop() {
    boost::asio::post(io_, [session = session_] { session->stop(false); });
}
void ProcessExecutor::shut_down() {
    boost::asio::post(io_, [session = session_] { session->stop(true); });
}

void ProcessExecutor::launch(std::span<const core::Launch> launches) {
    hand_over(io_, session_, launches, &Session::launch);
}
void ProcessExecutor::kill(std::span<const model::TryId> tries) { hand_over(io_, session_, tries, &Session::kill); }
void ProcessExecutor::acknowledge(std::span<const model::TryId> tries) {
    hand_over(io_, session_, tries, &Session::acknowledge);
}

}  // namespace weir::process
