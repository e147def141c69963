#include "daemon/cli/params.hpp"

#include <fmt/format.h>

namespace weir::daemon::cli {

model::Result<model::Json> parse_params(const std::vector<std::string>& pairs) {
    auto params = model::Json::object();
    for (const auto& pair : pairs) {
        const auto equals = pair.find('=');
        if (equals == std::string::npos || equals == 0)
            return model::Error{model::ErrorKind::invalid,
                                fmt::format("--param {} is not of the form key=value", pair)};
        const auto value = pair.substr(equals + 1);
        const auto parsed = model::parse_json(value);
        params[pair.substr(0, equals)] = parsed ? *parsed : model::Json(value);
    }
    return model::success(std::move(params));
}

}  // namespace weir::daemon::cli
