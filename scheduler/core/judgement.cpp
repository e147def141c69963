#include "scheduler/core/judgement.hpp"

#include <fmt/format.h>

namespace weir::core {

using model::Disposition;

namespace {

constexpr std::size_t kLongestReason = 1000;

int weight_of(Disposition disposition) {
    switch (disposition) {
        case Disposition::pending:
        case Disposition::replayed:
        case Disposition::unmatched:
            return 0;
        case Disposition::counted:
            return 1;
        case Disposition::coalesced:
            return 2;
        case Disposition::late:
            return 3;
        case Disposition::revised:
            return 4;
        case Disposition::created_run:
            return 5;
        case Disposition::duplicate:
        case Disposition::rejected:
            return 6;
    }
    return 0;
}

}  // namespace

void Judgement::say(Disposition disposition, std::string words, model::RunId run) {
    if (weight_of(disposition) > weight_of(disposition_)) {
        disposition_ = disposition;
        if (run) run_ = run;
    }
    if (!run_) run_ = run;
    if (words_.size() + words.size() > kLongestReason) {
        ++left_out_;
        return;
    }
    if (!words.empty()) words_ += (words_.empty() ? "" : "; ") + words;
}

void Judgement::write_to(model::Event& event) const {
    event.disposition = disposition_;
    event.reason = left_out_ == 0 ? words_ : fmt::format("{}; and {} more", words_, left_out_);
    event.run = run_;
}

}  // namespace weir::core
