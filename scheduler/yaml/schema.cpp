#include "scheduler/yaml/schema.hpp"

#include "scheduler/yaml/config_tables.hpp"
#include "scheduler/yaml/dag_tables.hpp"
#include "scheduler/yaml/groups.hpp"
#include "scheduler/yaml/shape_schema.hpp"

namespace weir::yaml {
namespace {

Json titled(Json schema, const char* title) {
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
    schema["title"] = title;
    return schema;
}

}  // namespace

model::Json dag_schema() {
    auto schema = titled(schema_of(*dag_table().shape()), "A DAG of Weir");
    schema["$defs"]["tasks"] = schema_of(*tasks_shape());
    return schema;
}
model::Json config_schema() {
    return titled(schema_of(*config_table().shape()), "weir.yaml: the settings of a Weir daemon");
}

}  // namespace weir::yaml
