// Reads a source ahead in a thread of its own, so that waiting for the source and waiting for the target overlap.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "executors/connectors/rows.hpp"

namespace weir::operators {

class Prefetch : public connectors::RowSource {
   public:
    static constexpr std::size_t kBatchesAhead = 3;

    explicit Prefetch(std::unique_ptr<connectors::RowSource> source);
    ~Prefetch() override;  // interrupts the source should it still be reading

    [[nodiscard]] const std::vector<connectors::Column>& columns() const override { return source_->columns(); }
    [[nodiscard]] model::Result<bool> next(connectors::Batch& batch) override;
    [[nodiscard]] std::string place(const connectors::Batch& batch, std::size_t row) const override {
        return source_->place(batch, row);
    }

   private:
    void read();

    std::unique_ptr<connectors::RowSource> source_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<connectors::Batch> ready_;
    std::deque<connectors::Batch> empty_;  // given back: their memory is used again
    std::optional<model::Result<void>> end_;
    bool stop_ = false;
    std::thread thread_;
};

}  // namespace weir::operators
