// What a benchmark says: a line for people on stdout, and a row for `./dev bench` in the file that $WEIR_BENCH_ROWS names.
// rows.py is the same for those in Python.
#pragma once

#include <optional>
#include <string>

namespace weir::bench {

struct Row {
    std::string workload;
    double figure = 0;
    std::string unit;
    std::string goal{};             // in words
    std::optional<double> floor{};  // in the figure's unit
    std::optional<double> ratio{};  // of the floor, as the goal words it
    std::optional<bool> met{};      // whether the goal is
    std::string curve{};            // of cost against size; this row is its point at `size`
    std::optional<double> size{};
};

void tell(const Row& row);
// A rate, held against the floor's.
void tell_at_least(Row row, double share, const std::string& of = "the floor's rate");
// A time or an amount, held against the floor's.
void tell_at_most(Row row, double times, const std::string& of = "the floor");
// A rate or an amount that is bounded by itself; the floor, where there is one, is only told.
void tell_at_least_alone(Row row, double least);
void tell_within(Row row, double most);

}  // namespace weir::bench
