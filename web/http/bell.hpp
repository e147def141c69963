// Wakes bodies that wait for news (LiveBody). Whoever has the news owns one and rings it; connections put themselves in.
// IO thread only.
#pragma once

#include <functional>
#include <list>
#include <utility>

namespace weir::http {

class Bell {
   public:
    using Place = std::list<std::function<void()>>::iterator;

    [[nodiscard]] Place add(std::function<void()> wake) { return waiting_.insert(waiting_.end(), std::move(wake)); }
    void remove(Place place) { waiting_.erase(place); }
    // `wake` must not add or remove anybody.
    void ring() const {
        for (const auto& wake : waiting_) wake();
    }

   private:
    std::list<std::function<void()>> waiting_;
};

}  // namespace weir::http
