#include "web/live/stream.hpp"

#include <fmt/format.h>

#include <chrono>

namespace weir::live {

namespace {

using Clock = std::chrono::steady_clock;

// Something is sent at least so often, so that proxies and clients see that the stream is alive.
constexpr std::chrono::seconds kAlive{15};
constexpr std::size_t kMostDags = 1000;  // in one filter

std::shared_ptr<const std::string> shared(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
}

// One stream, on the IO thread. Its body holds it in a std::function, which is made on the pool: it listens from its
// first step on.
class Stream {
   public:
    Stream(std::shared_ptr<Feed> feed, std::optional<std::string> resume_after, DagFilter filter)
        : feed_(std::move(feed)), resume_after_(std::move(resume_after)), filter_(std::move(filter)) {}

    http::LiveBody::Step next() {
        if (!listener_) return begin();
        const auto read = feed_->ring().read(at_, filter_);
        if (read.lost) return reload();
        at_ = read.through;
        if (read.text) return say(read.text);
        if (Clock::now() < said_ + kAlive) return {};
        return say(shared(fmt::format(": alive\nid: {}\n\n", id())));
    }

   private:
    [[nodiscard]] std::string id() const { return feed_->ring().id_of(at_); }

    http::LiveBody::Step begin() {
        listener_.emplace(feed_);
        at_ = feed_->newest();
        if (resume_after_) {
            const auto after = feed_->ring().parse_id(*resume_after_);
            if (!after || *after > at_) return reload();
            at_ = *after;
        }
        // An id without data: whoever is cut before the first change goes on from here.
        return say(shared(fmt::format("retry: 2000\nid: {}\n\n", id())));
    }
    http::LiveBody::Step reload() {
        at_ = feed_->newest();
        return say(shared(fmt::format("event: reload\ndata: {{}}\nid: {}\n\n", id())));
    }
    http::LiveBody::Step say(std::shared_ptr<const std::string> text) {
        said_ = Clock::now();
        return {std::move(text), false};
    }

    std::shared_ptr<Feed> feed_;
    std::optional<std::string> resume_after_;
    DagFilter filter_;
    std::optional<Feed::Listener> listener_;
    std::uint64_t at_ = 0;  // told of everything up to this serial
    Clock::time_point said_;
};

}  // namespace

http::LiveBody stream(std::shared_ptr<Feed> feed, std::optional<std::string> resume_after, DagFilter filter) {
    const auto bell = feed->bell();
    auto made = std::make_shared<Stream>(std::move(feed), std::move(resume_after), std::move(filter));
    return {http::LiveBody::Where::io_thread, [made] { return std::optional(made->next()); }, kAlive, bell};
}

http::Response answer(const std::shared_ptr<Feed>& feed, const http::Request& request) {
    std::optional<std::string> resume_after;
    DagFilter filter;
    for (const auto& [name, value] : request.query) {
        if (name == "dag_id")
            filter.insert(value);
        else if (name == "after")
            resume_after = value;
        else
            return http::problem(422, fmt::format("unknown query parameter '{}'; there are dag_id and after", name));
    }
    if (filter.size() > kMostDags)
        return http::problem(422, fmt::format("more than {} dag_id; leave them out to hear of all DAGs", kMostDags));
    // A browser that comes back names the last message it saw, which is newer than what its page asked for.
    if (const auto last = request.header("Last-Event-ID"); !last.empty()) resume_after = last;

    http::Response response;
    response.content_type = "text/event-stream";
    response.headers.emplace("Cache-Control", "no-store");
    response.headers.emplace("X-Accel-Buffering", "no");  // nginx would keep messages back
    response.live = stream(feed, std::move(resume_after), std::move(filter));
    return response;
}

void add_live(http::Router& router, std::shared_ptr<Feed> feed) {
    router.add("GET", "/api/v2/live",
               [feed = std::move(feed)](const http::Request& request) { return answer(feed, request); });
}

}  // namespace weir::live
