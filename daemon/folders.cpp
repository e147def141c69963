#include "daemon/folders.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace weir::daemon {

namespace fs = std::filesystem;

model::Result<> make_data_folder(const Settings& settings) {
    std::error_code error;
    const bool fresh = fs::create_directories(settings.data_folder, error);
    if (!error && fresh) fs::permissions(settings.data_folder, fs::perms::owner_all, error);
    if (!error) fs::create_directories(settings.logs(), error);
    if (error)
        return model::Error{
            model::ErrorKind::invalid,
            fmt::format("the data folder {} can't be made: {}; set `data:` in weir.yaml to a folder that "
                        "this user may write",
                        settings.data_folder, error.message())};
    return {};
}

void remove_run_logs(const Settings& settings, const std::string& dag_id, const std::string& run_id) {
    std::error_code error;
    fs::remove_all(settings.logs() / dag_id / run_id, error);
    if (error) spdlog::warn("the logs of {} {} can't be removed: {}", dag_id, run_id, error.message());
}

}  // namespace weir::daemon
