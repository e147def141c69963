// What the core wants started, as the supervisor can start it: argv, the whole environment, absolute paths.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "executors/process/options.hpp"
#include "executors/wire/messages.hpp"
#include "scheduler/model/result.hpp"
#include "scheduler/ports/executor.hpp"

namespace weir::process {

// NAMEs of all {"env": NAME} in the settings of connections or notifiers.
[[nodiscard]] std::set<std::string> secret_variables(const std::map<std::string, model::Json>& connections);

class Renderer {
   public:
    struct Program {
        std::vector<std::string> argv;
        std::string stdin_bytes;
        bool is_operator = false;
    };

    explicit Renderer(const ProcessOptions& options);
    // The error is for the user: why this task can't be started.
    [[nodiscard]] model::Result<wire::Launch> render(const core::Launch& launch) const;

   private:
    using Environment = std::map<std::string, std::string>;
    [[nodiscard]] model::Result<Program> deliver(const model::Notification& notification) const;
    [[nodiscard]] model::Result<std::string> absolute_log_path(const std::string& log_path) const;

    std::string log_folder_;
    std::string weir_program_;
    model::Json connections_;
    Environment of_operators_;
    Environment of_commands_;  // without the variables that hold secrets of connections and notifiers
    std::map<std::string, model::Json> notifiers_;
    std::string notifier_folder_;
};

}  // namespace weir::process
