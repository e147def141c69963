// What an event comes to. Several DAGs may have a use for one event; the weightiest of what they say is its disposition, and
// the words of all are its reason.
#pragma once

#include <string>

#include "scheduler/model/event.hpp"

namespace weir::core {

class Judgement {
   public:
    void say(model::Disposition disposition, std::string words, model::RunId run = {});
    // Nothing else counts any more.
    void reject(std::string words) { say(model::Disposition::rejected, std::move(words)); }
    [[nodiscard]] bool is_rejected() const { return disposition_ == model::Disposition::rejected; }
    void write_to(model::Event& event) const;

   private:
    model::Disposition disposition_ = model::Disposition::unmatched;
    std::string words_;
    int left_out_ = 0;
    model::RunId run_;
};

}  // namespace weir::core
