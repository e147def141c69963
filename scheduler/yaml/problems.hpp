// The list of what is wrong in one file, as the reader finds it. Bounded: a megabyte of nonsense must not become a
// megabyte of messages. Used inside scheduler/yaml only.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "scheduler/model/diagnostic.hpp"
#include "scheduler/yaml/tree.hpp"

namespace weir::yaml {

inline constexpr std::size_t kMostProblems = 100;

class Problems {
   public:
    explicit Problems(std::string file) : file_(std::move(file)) {}

    template <class... Args>
    void add(Place place, fmt::format_string<Args...> format, Args&&... args) {
        ++found_;
        if (full()) return;
        diagnostics_.push_back({file_, place.line, place.column, fmt::format(format, std::forward<Args>(args)...)});
    }

    [[nodiscard]] bool empty() const { return found_ == 0; }
    // Looking for the nearest name of what nobody will read is a waste: ask before costly words.
    [[nodiscard]] bool full() const { return diagnostics_.size() >= kMostProblems; }

    // In the order of the file, without repetitions (an alias repeats the faults of its anchor).
    [[nodiscard]] std::vector<model::Diagnostic> take();

   private:
    std::string file_;
    std::vector<model::Diagnostic> diagnostics_;
    std::size_t found_ = 0;
};

}  // namespace weir::yaml
