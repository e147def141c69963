// Live progress of one run from the core's committed turns: a line for each change, and on a terminal a last line that
// says what is running. Used by `weir run`.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "scheduler/core/turn.hpp"

namespace weir::daemon::cli {

class Progress {
   public:
    Progress(std::size_t tasks, std::filesystem::path log_folder);

    void show(const core::Turn& turn);
    // Redraws the live line; call it every now and then.
    void tick(model::TimePoint now);

    [[nodiscard]] const model::Run& run() const { return run_; }
    [[nodiscard]] const std::map<std::string, model::TaskInstance>& tasks() const { return tasks_; }

   private:
    void say(const std::string& line);
    void show_task(const model::TaskInstance& task);
    void show_log_tail(const model::TaskInstance& task);

    std::size_t total_;
    std::filesystem::path log_folder_;
    bool live_;  // stdout is a terminal
    model::Run run_;
    std::map<std::string, model::TaskInstance> tasks_;
    std::map<std::string, std::string> log_paths_;  // of the newest try, by task
};

}  // namespace weir::daemon::cli
