#include "bench/rows.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "scheduler/model/json.hpp"

namespace weir::bench {
namespace {

template <class Value>
model::Json or_null(const std::optional<Value>& value) {
    return value ? model::Json(*value) : model::Json(nullptr);
}

void keep(const Row& row, const char* file) {
    const model::Json values{{"workload", row.workload},
                             {"figure", row.figure},
                             {"unit", row.unit},
                             {"goal", row.goal.empty() ? model::Json() : model::Json(row.goal)},
                             {"floor", or_null(row.floor)},
                             {"ratio", or_null(row.ratio)},
                             {"met", or_null(row.met)},
                             {"size", or_null(row.size)}};
    std::ofstream(file, std::ios::app) << model::to_text(values) << '\n';
}

}  // namespace

void tell(const Row& row) {
    auto line = fmt::format("{:58} {:>10.2f} {}", row.workload, row.figure, row.unit);
    if (row.floor) line += fmt::format("   floor {:.2f}", *row.floor);
    if (row.ratio) line += fmt::format("   ratio {:.2f}", *row.ratio);
    if (!row.goal.empty()) line += fmt::format("   goal {}: {}", row.goal, row.met.value_or(false) ? "met" : "MISSED");
    std::puts(line.c_str());
    std::fflush(stdout);
    if (const char* file = std::getenv("WEIR_BENCH_ROWS")) keep(row, file);
}

}  // namespace weir::bench
