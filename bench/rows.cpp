#include "bench/rows.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "scheduler/model/json.hpp"

namespace weir::bench {
namespace {

template <class Value>
model::Json or_null(const std::optional<Value>& value) {
    return value ? model::Json(*value) : model::Json(nullptr);
}

model::Json or_null(const std::string& text) { return text.empty() ? model::Json(nullptr) : model::Json(text); }

void keep(const Row& row, const char* file) {
    const model::Json values{{"workload", row.workload},  {"figure", row.figure},        {"unit", row.unit},
                             {"goal", or_null(row.goal)}, {"floor", or_null(row.floor)}, {"ratio", or_null(row.ratio)},
                             {"met", or_null(row.met)},   {"curve", or_null(row.curve)}, {"size", or_null(row.size)}};
    std::ofstream(file, std::ios::app) << model::to_text(values) << '\n';
}

}  // namespace

void tell(const Row& row) {
    auto line = fmt::format("{:62} {:>12.2f} {}", row.workload, row.figure, row.unit);
    if (row.floor) line += fmt::format("   floor {:.2f}", *row.floor);
    if (row.ratio) line += fmt::format("   ratio {:.2f}", *row.ratio);
    if (!row.goal.empty()) line += fmt::format("   goal {}: {}", row.goal, row.met.value_or(false) ? "met" : "MISSED");
    std::puts(line.c_str());
    std::fflush(stdout);
    if (const char* file = std::getenv("WEIR_BENCH_ROWS")) keep(row, file);
}

void tell_at_least(Row row, double share, const std::string& of) {
    row.ratio = row.figure / row.floor.value();
    row.goal = fmt::format(">= {} of {}", share, of);
    row.met = *row.ratio >= share;
    tell(row);
}

void tell_at_most(Row row, double times, const std::string& of) {
    row.ratio = row.figure / row.floor.value();
    row.goal = fmt::format("<= {} x {}", times, of);
    row.met = *row.ratio <= times;
    tell(row);
}

void tell_at_least_alone(Row row, double least) {
    row.goal = fmt::format(">= {} {}", least, row.unit);
    row.met = row.figure >= least;
    tell(row);
}

void tell_within(Row row, double most) {
    row.goal = fmt::format("<= {} {}", most, row.unit);
    row.met = row.figure <= most;
    tell(row);
}

}  // namespace weir::bench
