#include "executors/operators/prefetch.hpp"

#include <utility>

namespace weir::operators {

using connectors::Batch;
using model::Result;

Prefetch::Prefetch(std::unique_ptr<connectors::RowSource> source)
    : source_(std::move(source)), thread_([this] { read(); }) {}

Prefetch::~Prefetch() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
        if (!end_) source_->interrupt();
    }
    changed_.notify_all();
    thread_.join();
}

void Prefetch::read() {
    while (true) {
        Batch batch;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return stop_ || ready_.size() < kBatchesAhead; });
            if (stop_) return;
            if (!empty_.empty()) {
                batch = std::move(empty_.front());
                empty_.pop_front();
            }
        }
        const auto more = source_->next(batch);
        const std::lock_guard lock(mutex_);
        if (!more)
            end_ = Result<void>{more.error()};
        else if (!*more)
            end_ = Result<void>{};
        else
            ready_.push_back(std::move(batch));
        changed_.notify_all();
        if (end_) return;
    }
}

Result<bool> Prefetch::next(Batch& batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return end_ || !ready_.empty(); });
    if (ready_.empty()) {
        if (!*end_) return end_->error();
        batch.reset(columns().size());
        return false;
    }
    std::swap(batch, ready_.front());
    empty_.push_back(std::move(ready_.front()));
    ready_.pop_front();
    changed_.notify_all();
    return true;
}

}  // namespace weir::operators
