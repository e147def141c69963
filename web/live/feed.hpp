// Committed changes on their way from the core thread to the streams of browsers. The core thread only appends; at most ten
// times a second, and only while somebody listens, the IO thread writes what has come into the ring, once for all streams,
// and wakes them.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "web/http/bell.hpp"
#include "web/live/ring.hpp"

namespace weir::live {

inline constexpr std::chrono::milliseconds kPace{100};
// While nobody listens the newest changes are kept unwritten, for streams that come back.
inline constexpr std::size_t kMostPending = 8192;
// What all streams together are sent in a second; faster changes come in larger and fewer messages.
inline constexpr std::size_t kMostSent = 96 << 20;

struct RunName {
    std::string dag_id;
    std::string run_id;
};
// The name of a run that was there before the daemon started. Called on the pool; may block.
using FindRun = std::function<std::optional<RunName>(model::RunId)>;

class Feed : public std::enable_shared_from_this<Feed> {
   public:
    Feed(boost::asio::io_context& io, boost::asio::thread_pool& pool, FindRun find_run, std::string epoch);

    // From any thread. These cost the caller an append.
    void committed(std::span<const core::Change> rows);
    void dags_changed(std::span<const std::string> dag_ids);  // also when they run next
    void catalog_changed();

    // IO thread. Somebody who listens, as long as it lives.
    class Listener {
       public:
        explicit Listener(std::shared_ptr<Feed> feed);
        ~Listener();
        Listener(const Listener&) = delete;
        Listener& operator=(const Listener&) = delete;

       private:
        std::shared_ptr<Feed> feed_;
    };
    [[nodiscard]] const Ring& ring() const { return ring_; }
    [[nodiscard]] std::uint64_t newest() const;  // serial; what comes later is greater
    [[nodiscard]] const std::shared_ptr<http::Bell>& bell() const { return bell_; }

   private:
    void append(std::vector<Change> changes);
    void wake_later();
    void publish();
    void look_up(std::vector<model::RunId> unknown);
    void forget_ended_runs();
    void write();
    [[nodiscard]] std::vector<model::RunId> name_runs();

    boost::asio::io_context& io_;
    boost::asio::thread_pool& pool_;
    const FindRun find_run_;

    mutable std::mutex mutex_;
    std::deque<Change> pending_;
    std::uint64_t newest_ = 0;
    std::uint64_t lost_ = 0;  // the newest change that `pending_` had no room for
    bool listened_to_ = false;
    bool woken_ = false;  // the IO thread was told, and has not looked yet

    // IO thread only.
    Ring ring_;
    std::shared_ptr<http::Bell> bell_ = std::make_shared<http::Bell>();
    boost::asio::steady_timer timer_;
    std::chrono::steady_clock::time_point next_;
    std::size_t listeners_ = 0;
    std::vector<Change> taken_;  // from `pending_`, being named and written
    bool busy_ = false;          // waits for its time, or for names
    std::unordered_map<model::RunId, RunName> names_;
};

}  // namespace weir::live
