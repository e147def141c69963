#include "daemon/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>

namespace weir::daemon {

void set_up_log() {
    auto log = spdlog::stderr_color_mt("weir");
    log->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%-5l%$ %v", spdlog::pattern_time_type::utc);
    log->flush_on(spdlog::level::info);
    if (const char* level = std::getenv("WEIR_LOG_LEVEL")) log->set_level(spdlog::level::from_str(level));
    spdlog::set_default_logger(std::move(log));
}

}  // namespace weir::daemon
