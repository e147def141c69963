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
    std::optional<double> size{};   // its place on a curve of cost against size
};

void tell(const Row& row);

}  // namespace weir::bench
