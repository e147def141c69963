// weir schema: the JSON Schema for editors.
#include "scheduler/yaml/schema.hpp"

#include "daemon/cli/output.hpp"
#include "daemon/cli/verbs.hpp"

namespace weir::daemon::cli {

int print_schema(bool config) {
    print_json(config ? yaml::config_schema() : yaml::dag_schema());
    return kOk;
}

}  // namespace weir::daemon::cli
