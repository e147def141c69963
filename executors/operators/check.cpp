#include "executors/operators/check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "executors/connectors/sqlite.hpp"
#include "executors/operators/conversion.hpp"
#include "executors/operators/database.hpp"
#include "executors/operators/target.hpp"
#include "scheduler/model/nearest.hpp"

namespace weir::operators {
namespace {

using connectors::quote_identifier;
using model::Error;
using model::ErrorKind;
using model::Json;
using model::Result;

constexpr int kShownRows = 5;

// What is examined, as it stands after FROM, with the values that it binds.
struct Subject {
    std::string name;  // for the log
    std::string from;
    std::vector<Json> params;
    std::vector<std::string> columns;
};

struct Finding {
    bool met = false;
    std::string text;                // what was found, and expected
    std::vector<std::string> lines;  // offending rows
};

class Examination {
   public:
    Examination(Database& database, std::optional<model::Interval> window) : database_(database), window_(window) {}

    Result<Subject> subject_of(const QuerySettings& on) {
        if (!on.query) return table(on.table);
        auto sql = single_statement(*on.query);
        if (!sql) return sql.error();
        auto columns = database_.columns_of(*sql);
        if (!columns) return columns.error();
        // The line end closes a comment at the query's end.
        return Subject{"the query", "(" + sql->text + "\n) as subject", std::move(sql->params), std::move(*columns)};
    }
    Result<Subject> table(const std::string& text) {
        const auto name = parse_table_name(text);
        if (!name) return name.error();
        auto columns = database_.columns_of(*name);
        if (!columns) return columns.error();
        if (!*columns)
            return Error{ErrorKind::not_found,
                         fmt::format("there is no table {}; create it, or correct its name (and schema)", text)};
        Subject subject{text, quoted(*name), {}, std::move(**columns)};
        if (window_ && std::ranges::find(subject.columns, kWindowStart) != subject.columns.end()) {
            subject.from = fmt::format("(select * from {} where window_start >= $1 and window_start < $2) as subject",
                                       subject.from);
            subject.params = {model::format_rfc3339(window_->start), model::format_rfc3339(window_->end)};
            subject.name += fmt::format(" (window {} – {})", subject.params[0].get<std::string>(),
                                        subject.params[1].get<std::string>());
        }
        return subject;
    }

    Result<Finding> examine(const Subject& subject, const NotNull& expected);
    Result<Finding> examine(const Subject& subject, const Unique& expected);
    Result<Finding> examine(const Subject& subject, const RowCount& expected);
    Result<Finding> examine(const Subject& subject, const AcceptedValues& expected);
    Result<Finding> examine(const Subject& subject, const Reconcile& expected);

   private:
    Result<void> known(const Subject& subject, const std::vector<std::string>& columns) const {
        for (const auto& column : columns)
            if (std::ranges::find(subject.columns, column) == subject.columns.end())
                return Error{ErrorKind::invalid, fmt::format("{} has no column '{}'{}", subject.name, column,
                                                             model::did_you_mean(column, subject.columns))};
        return {};
    }
    Result<std::int64_t> count(const std::string& sql, const std::vector<Json>& params) {
        const auto rows = database_.query({sql, params});
        if (!rows) return rows.error();
        return std::stoll(rows->rows.at(0).at(0).value_or("0"));
    }
    // "product_id=p1, views=null"
    Result<std::vector<std::string>> examples(const std::string& sql, const std::vector<Json>& params) {
        const auto rows = database_.query({fmt::format("{} limit {}", sql, kShownRows), params});
        if (!rows) return rows.error();
        std::vector<std::string> lines;
        for (const auto& row : rows->rows) {
            std::vector<std::string> cells;
            for (std::size_t i = 0; i < row.size(); ++i)
                cells.push_back(fmt::format("{}={}", rows->columns[i], row[i] ? shown(*row[i]) : "null"));
            lines.push_back(fmt::format("{}", fmt::join(cells, ", ")));
        }
        return lines;
    }
    // Rows of the subject for which `condition` holds are offending.
    Result<Finding> offending(const Subject& subject, const std::string& condition, const std::vector<Json>& params,
                              std::string_view what) {
        const auto total = count("select count(*) from " + subject.from, subject.params);
        if (!total) return total.error();
        const auto bad = count(fmt::format("select count(*) from {} where {}", subject.from, condition), params);
        if (!bad) return bad.error();
        Finding finding{*bad == 0, fmt::format("{} of {} rows {}, expected none", *bad, *total, what), {}};
        if (*bad > 0) {
            auto lines = examples(fmt::format("select * from {} where {}", subject.from, condition), params);
            if (!lines) return lines.error();
            finding.lines = std::move(*lines);
        }
        return finding;
    }

    Database& database_;
    std::optional<model::Interval> window_;
};

Result<Finding> Examination::examine(const Subject& subject, const NotNull& expected) {
    if (const auto found = known(subject, {expected.column}); !found) return found.error();
    return offending(subject, quote_identifier(expected.column) + " is null", subject.params, "are null");
}

// As SQL's UNIQUE has it, rows with a null among the columns are not compared.
Result<Finding> Examination::examine(const Subject& subject, const Unique& expected) {
    if (const auto found = known(subject, expected.columns); !found) return found.error();
    const auto columns = join_names(expected.columns, ", ");
    const auto grouped = fmt::format("select {0}, count(*) as rows from {1} where {2} group by {0} having count(*) > 1",
                                     columns, subject.from, join_names(expected.columns, " and ", "{0} is not null"));
    const auto repeated = count("select count(*) from (" + grouped + ") as repeated", subject.params);
    if (!repeated) return repeated.error();
    Finding finding{*repeated == 0, fmt::format("{} values are there more than once, expected none", *repeated), {}};
    if (*repeated > 0) {
        auto lines = examples(grouped + " order by count(*) desc, " + columns, subject.params);
        if (!lines) return lines.error();
        finding.lines = std::move(*lines);
    }
    return finding;
}

Result<Finding> Examination::examine(const Subject& subject, const RowCount& expected) {
    const auto rows = count("select count(*) from " + subject.from, subject.params);
    if (!rows) return rows.error();
    const bool met = (!expected.least || *rows >= *expected.least) && (!expected.most || *rows <= *expected.most);
    std::string wanted;
    if (expected.least && expected.least == expected.most)
        wanted = fmt::format("exactly {}", *expected.least);
    else if (expected.least && expected.most)
        wanted = fmt::format("{} to {}", *expected.least, *expected.most);
    else
        wanted =
            expected.least ? fmt::format("at least {}", *expected.least) : fmt::format("at most {}", *expected.most);
    return Finding{met, fmt::format("{} rows, expected {}", *rows, wanted), {}};
}

Result<Finding> Examination::examine(const Subject& subject, const AcceptedValues& expected) {
    if (const auto found = known(subject, {expected.column}); !found) return found.error();
    auto params = subject.params;
    std::vector<std::string> accepted;
    for (const auto& value : expected.values) {
        params.push_back(value);
        accepted.push_back(fmt::format("${}", params.size()));
    }
    return offending(
        subject, fmt::format("{} not in ({})", quote_identifier(expected.column), fmt::join(accepted, ", ")), params,
        fmt::format("have another {} than the {} accepted values", expected.column, accepted.size()));
}

Result<Finding> Examination::examine(const Subject& subject, const Reconcile& expected) {
    auto other = table(expected.with);
    if (!other) return other.error();
    std::string measure = "count(*)";
    if (!expected.sum.empty()) {
        if (const auto found = known(subject, {expected.sum}); !found) return found.error();
        if (const auto found = known(*other, {expected.sum}); !found) return found.error();
        measure = fmt::format("coalesce(sum({}), 0)", quote_identifier(expected.sum));
    }
    // Both bind the same window as $1 and $2; a query binds its own values before the other table's.
    auto params = subject.params;
    std::string other_from = other->from;
    if (!other->params.empty()) {
        const auto first = params.size() + 1;
        other_from = fmt::format("(select * from {} where window_start >= ${} and window_start < ${}) as subject",
                                 quoted(*parse_table_name(expected.with)), first, first + 1);
        params.insert(params.end(), other->params.begin(), other->params.end());
    }
    params.push_back(expected.tolerance);
    const auto found =
        database_.query({fmt::format("select a.value, b.value, abs(a.value - b.value), case when abs(a.value - "
                                     "b.value) <= ${} then 1 else 0 end "
                                     "from (select {} as value from {}) as a, (select {} as value from {}) as b",
                                     params.size(), measure, subject.from, measure, other_from),
                         params});
    if (!found) return found.error();
    const auto& row = found->rows.at(0);
    const auto what = expected.sum.empty() ? std::string("count") : fmt::format("sum({})", expected.sum);
    return Finding{
        row[3] == "1",
        fmt::format("{} is {}, {} has {}; the difference is {}, expected at most {}", what, row[0].value_or("null"),
                    other->name, row[1].value_or("null"), row[2].value_or("null"), model::to_text(expected.tolerance)),
        {}};
}

std::string title(const NotNull& expected) { return "not_null " + expected.column; }
std::string title(const Unique& expected) { return fmt::format("unique {}", fmt::join(expected.columns, ", ")); }
std::string title(const RowCount&) { return "row_count"; }
std::string title(const AcceptedValues& expected) { return "accepted_values " + expected.column; }
std::string title(const Reconcile& expected) { return "reconcile with " + expected.with; }

}  // namespace

Result<Outcome> run_check(const CheckSettings& settings, std::optional<model::Interval> window, Log& log) {
    auto database = open_database(settings.on.database, /*read_only=*/true, log);
    if (!database) return database.error();
    Examination examination(**database, settings.whole_table ? std::nullopt : window);
    const auto subject = examination.subject_of(settings.on);
    if (!subject) return subject.error();
    log.line("checking " + subject->name);
    int passed = 0, failed = 0;
    for (const auto& expectation : settings.expectations) {
        const auto name = std::visit([](const auto& expected) { return title(expected); }, expectation);
        const auto finding = std::visit(
            [&examination, &subject](const auto& expected) { return examination.examine(*subject, expected); },
            expectation);
        if (!finding) return Error{finding.error().kind, fmt::format("{}: {}", name, finding.error().message)};
        ++(finding->met ? passed : failed);
        log.line(fmt::format("{} {}: {}", finding->met ? "pass" : "FAIL", name, finding->text));
        for (const auto& line : finding->lines) log.line("     " + line);
    }
    log.line(fmt::format("{} of {} expectations are met", passed, passed + failed));
    return Outcome{failed == 0, {{"passed", passed}, {"failed", failed}}};
}

}  // namespace weir::operators
