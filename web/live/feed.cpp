#include "web/live/feed.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <iterator>
#include <set>
#include <unordered_set>

namespace weir::live {

namespace asio = boost::asio;

namespace {

// Runs whose names are at hand. Past these all are forgotten, and looked up again as they come.
constexpr std::size_t kMostNames = 20'000;
// However much there is to send, streams hear of it so soon.
constexpr std::chrono::milliseconds kLongestPause{500};

}  // namespace

Feed::Feed(asio::io_context& io, asio::thread_pool& pool, FindRun find_run, std::string epoch)
    : io_(io), pool_(pool), find_run_(std::move(find_run)), ring_(std::move(epoch)), timer_(io) {}

// --- any thread -----------------------------------------------------------------------------------------------------------

void Feed::committed(std::span<const core::Change> rows) {
    std::vector<Change> changes;
    changes.reserve(rows.size());
    collect(rows, changes);
    append(std::move(changes));
}

void Feed::dags_changed(std::span<const std::string> dag_ids) {
    std::vector<Change> changes;
    for (const auto& dag_id : dag_ids) {
        auto& change = changes.emplace_back();
        change.kind = Kind::dag;
        change.dag_id = dag_id;
    }
    append(std::move(changes));
}

void Feed::catalog_changed() { append({Change{}}); }

void Feed::append(std::vector<Change> changes) {
    if (changes.empty()) return;
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        for (auto& change : changes) {
            change.serial = ++newest_;
            pending_.push_back(std::move(change));
        }
        while (pending_.size() > kMostPending) {
            lost_ = pending_.front().serial;
            pending_.pop_front();
        }
        wake = listened_to_ && !woken_;
        if (wake) woken_ = true;
    }
    if (wake) wake_later();
}

std::uint64_t Feed::newest() const {
    const std::lock_guard lock(mutex_);
    return newest_;
}

void Feed::wake_later() {
    asio::post(io_, [self = shared_from_this()] { self->publish(); });
}

// --- IO thread ------------------------------------------------------------------------------------------------------------

Feed::Listener::Listener(std::shared_ptr<Feed> feed) : feed_(std::move(feed)) {
    if (feed_->listeners_++ > 0) return;
    bool wake = false;
    {
        const std::lock_guard lock(feed_->mutex_);
        feed_->listened_to_ = true;
        wake = !feed_->pending_.empty() && !feed_->woken_;
        if (wake) feed_->woken_ = true;
    }
    if (wake) feed_->wake_later();
}

Feed::Listener::~Listener() {
    if (--feed_->listeners_ > 0) return;
    const std::lock_guard lock(feed_->mutex_);
    feed_->listened_to_ = false;
}

void Feed::publish() {
    if (busy_) return;
    if (const auto now = std::chrono::steady_clock::now(); now < next_) {
        busy_ = true;
        timer_.expires_at(next_);
        timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            self->busy_ = false;
            if (!error) self->publish();
        });
        return;
    }
    std::uint64_t lost = 0;
    {
        const std::lock_guard lock(mutex_);
        woken_ = false;
        taken_.assign(std::make_move_iterator(pending_.begin()), std::make_move_iterator(pending_.end()));
        pending_.clear();
        lost = lost_;
    }
    ring_.lose(lost);
    if (auto unknown = name_runs(); !unknown.empty()) return look_up(std::move(unknown));
    write();
}

// Gives each change its run's name; returns the runs that nobody here knows.
std::vector<model::RunId> Feed::name_runs() {
    if (names_.size() > kMostNames) names_.clear();
    for (const auto& change : taken_)
        if (change.kind == Kind::run) names_[change.run] = {change.dag_id, change.run_id};
    std::set<model::RunId> unknown;
    for (auto& change : taken_) {
        if (change.kind != Kind::task && change.kind != Kind::hitl) continue;
        const auto name = names_.find(change.run);
        if (name == names_.end()) {
            unknown.insert(change.run);
            continue;
        }
        change.dag_id = name->second.dag_id;
        change.run_id = name->second.run_id;
    }
    return {unknown.begin(), unknown.end()};
}

void Feed::look_up(std::vector<model::RunId> unknown) {
    busy_ = true;
    auto task = [self = shared_from_this(), unknown = std::move(unknown)] {
        std::vector<std::pair<model::RunId, RunName>> found;
        try {
            for (const auto run : unknown)
                if (auto name = self->find_run_(run)) found.emplace_back(run, std::move(*name));
        } catch (const std::exception&) {  // the database can't be read now; what has no name is not told of
        }
        asio::post(self->io_, [self, found = std::move(found)] {
            self->busy_ = false;
            for (const auto& [run, name] : found) self->names_[run] = name;
            // What retention has removed meanwhile has no name any more, and no page shows it.
            const auto unnamed = self->name_runs();
            std::erase_if(self->taken_, [](const Change& change) {
                return (change.kind == Kind::task || change.kind == Kind::hitl) && change.run_id.empty();
            });
            self->write();
        });
    };
    asio::post(pool_, std::move(task));
}

// Of a run that has ended seldom anything more is told; a name that is needed again is looked up.
void Feed::forget_ended_runs() {
    for (const auto& change : taken_) {
        if (change.kind != Kind::run) continue;
        const auto state = model::parse<model::RunState>(change.state);
        if (state && is_finished(*state)) names_.erase(change.run);
    }
}

void Feed::write() {
    forget_ended_runs();
    std::unordered_set<std::string> seen;
    std::vector<Change> newest;  // of each thing its last change
    for (auto change = taken_.rbegin(); change != taken_.rend(); ++change)
        if (seen.insert(key_of(*change)).second) newest.push_back(std::move(*change));
    taken_.clear();
    std::reverse(newest.begin(), newest.end());

    const auto before = ring_.written();
    ring_.add(newest);
    const auto bytes = (ring_.written() - before) * listeners_;
    const auto pause = std::chrono::milliseconds(bytes * 1000 / kMostSent);
    next_ = std::chrono::steady_clock::now() + std::clamp(pause, kPace, kLongestPause);
    bell_->ring();

    // Changes that came while names were looked up.
    bool more = false;
    {
        const std::lock_guard lock(mutex_);
        more = woken_;
    }
    if (more) publish();
}

}  // namespace weir::live
