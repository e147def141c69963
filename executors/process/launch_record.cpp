#include "executors/process/launch_record.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

namespace weir::process {

using model::Json;

namespace {

constexpr const char* kFile = ".launches";  // no task's id begins with a point
constexpr mode_t kOwnerOnly = 0600;

struct Describe {
    Json& record;
    void operator()(const model::ShellScript& script) const { record["script"] = script.text; }
    void operator()(const model::CommandLine& command) const { record["command"] = command.argv; }
    void operator()(const model::OperatorCall& call) const {
        record["operator"] = model::to_text(call.kind);
        record["action"] = call.settings;
    }
};

}  // namespace

Json launch_record(const core::Launch& launch) {
    Json record{{"operator", model::to_text(model::OperatorKind::run)},
                {"command", nullptr},
                {"script", nullptr},
                {"action", nullptr},
                {"env", core::environment_of(launch)},
                {"workdir", launch.workdir},
                {"timeout", nullptr},
                {"log_path", launch.log_path}};
    if (launch.timeout.count() > 0) record["timeout"] = std::chrono::duration<double>(launch.timeout).count();
    std::visit(Describe{record}, launch.action);
    return record;
}

void keep_launch_record(const core::Launch& launch, const std::string& run_folder) {
    const auto path = run_folder + '/' + kFile;
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kOwnerOnly);
    if (file < 0) return;
    const auto line = std::to_string(launch.id.value) + ' ' + model::to_text(launch_record(launch)) + '\n';
    // One write, so that no other line comes in between; a part of one is passed over by readers.
    while (::write(file, line.data(), line.size()) < 0 && errno == EINTR) {
    }
    ::close(file);
}

}  // namespace weir::process
