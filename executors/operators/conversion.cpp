#include "executors/operators/conversion.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "executors/connectors/values.hpp"

namespace weir::operators {

using connectors::Batch;
using connectors::ColumnType;

Conversion::Conversion(const ConversionPlan& plan) : columns_(plan.columns), window_(plan.window) {
    for (const auto& column : columns_) {
        const bool required = std::ranges::find(plan.required, column.name) != plan.required.end();
        const bool within = window_ && column.name == kWindowStart;
        rules_.push_back({column.type, required || within, within});
    }
    if (!window_) return;
    const auto add = [this](const char* name, model::TimePoint time) {
        if (connectors::find_column(columns_, name)) return;
        columns_.push_back({name, ColumnType::timestamptz, true});
        constants_.push_back(model::format_rfc3339(time));
    };
    add(kWindowStart, window_->start);
    add(kWindowEnd, window_->end);
}

std::string_view Conversion::convert(const Rule& rule, std::optional<std::string_view> cell, Batch& out) {
    if (!cell) {
        if (rule.required) return "is null, which this column can't be";
        out.add_null();
        return {};
    }
    const auto fitted = connectors::fit(rule.type, *cell, scratch_);
    if (!fitted.misfit.empty()) return fitted.misfit;
    if (rule.within_window) {
        const auto time = connectors::parse_timestamp(fitted.text);
        if (!time || *time < window_->start || *time >= window_->end) return "is outside of this run's window";
    }
    out.add(fitted.text);
    return {};
}

void Conversion::apply(const connectors::RowSource& source, const Batch& in, Batch& out,
                       std::vector<connectors::BadRow>& bad) {
    out.reset(columns_.size());
    bad.insert(bad.end(), in.bad.begin(), in.bad.end());
    for (std::size_t row = 0; row < in.rows(); ++row) {
        std::string_view misfit;
        std::size_t column = 0;
        for (; column < rules_.size(); ++column) {
            misfit = convert(rules_[column], in.cell(row, column), out);
            if (!misfit.empty()) break;
        }
        if (!misfit.empty()) {
            out.drop_open_row();
            const auto& [name, type, declared] = columns_[column];
            bad.push_back({source.place(in, row), name, std::string(in.cell(row, column).value_or("")),
                           fmt::format("{} ({})", misfit, connectors::to_text(type)),
                           connectors::row_as_json(source.columns(), in, row)});
            continue;
        }
        for (const auto& constant : constants_) out.add(constant);
        out.end_row(in.number(row));
    }
}

}  // namespace weir::operators
