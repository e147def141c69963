// weir version: what this program is, for bug reports.
#include "daemon/version.hpp"

#include <fmt/format.h>

#include <boost/version.hpp>

#include "daemon/cli/output.hpp"
#include "daemon/cli/verbs.hpp"
#include "scheduler/store/maintenance.hpp"

namespace weir::daemon::cli {

int print_version(bool json) {
    const model::Json about{{"weir", kVersion},
                            {"sqlite", store::sqlite_version()},
                            {"boost", BOOST_LIB_VERSION},
                            {"compiler", __VERSION__}};
    if (json) {
        print_json(about);
        return kOk;
    }
    fmt::print("weir {}\n", kVersion);
    for (const auto& [name, version] : about.items())
        if (name != "weir") fmt::print("{} {}\n", name, version.get<std::string>());
    return kOk;
}

}  // namespace weir::daemon::cli
