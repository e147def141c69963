#include "executors/operators/postgres_target.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "executors/connectors/sqlite.hpp"
#include "executors/operators/conversion.hpp"

namespace weir::operators {

using connectors::Column;
using model::Error;
using model::ErrorKind;
using model::Json;
using model::Result;

namespace {

constexpr std::size_t kCopyBytes = 128U << 10;  // sent at a time
constexpr const char* kStage = "pg_temp.weir_stage";
constexpr int kDuplicatesNamed = 5;

// 64-bit FNV-1a: one number for one lock, the same in every process.
std::int64_t lock_number(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return static_cast<std::int64_t>(hash);
}

}  // namespace

PostgresTarget::PostgresTarget(connectors::PostgresConnection connection, TableTarget target,
                               std::optional<model::Interval> window, Log& log)
    : connection_(std::move(connection)),
      target_(std::move(target)),
      window_(window),
      log_(log),
      table_(quoted(target_.table)) {}

Result<std::unique_ptr<LoadTarget>> open_postgres_target(const TableTarget& target,
                                                         std::optional<model::Interval> window, Log& log) {
    auto connection = connectors::PostgresConnection::connect(std::get<connectors::PostgresEndpoint>(target.database),
                                                              [&log](std::string_view notice) { log.line(notice); });
    if (!connection) return connection.error();
    auto opened = std::make_unique<PostgresTarget>(std::move(*connection), target, window, log);
    if (const auto done = opened->open(); !done) return done.error();
    return std::unique_ptr<LoadTarget>{std::move(opened)};
}

Result<std::uint64_t> PostgresTarget::run(const std::string& sql, const std::vector<Json>& params) {
    const auto result = connection_.execute(sql, params);
    if (!result) return result.error();
    return result->affected();
}

Result<void> PostgresTarget::open() {
    if (const auto begun = run("begin"); !begun) return begun.error();
    if (target_.table.schema.empty()) {
        const auto schema = connection_.execute("select current_schema()");
        if (!schema) return schema.error();
        if (const auto name = schema->text(0, 0)) target_.table.schema = *name;
        table_ = quoted(target_.table);
    }
    return look_up();
}

Result<void> PostgresTarget::look_up() {
    const auto found = connection_.execute(
        "select c.oid, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname = $1 and c.relname = $2",
        {target_.table.schema, target_.table.table});
    if (!found) return found.error();
    exists_ = found->rows() > 0;
    if (!exists_) return {};
    const auto kind = found->text(0, 1).value_or("");
    if (kind != "r" && kind != "p" && kind != "f")
        return Error{ErrorKind::invalid,
                     fmt::format("{}: {} is no table; load writes tables only", connection_.described(), table_)};
    oid_ = found->text(0, 0).value_or("");
    return read_columns();
}

Result<void> PostgresTarget::read_columns() {
    const auto columns = connection_.execute(
        "select attname, atttypid, attnotnull and not atthasdef and attidentity = '' and attgenerated = '', "
        "attgenerated <> '' or attidentity = 'a' from pg_attribute "
        "where attrelid = $1::oid and attnum > 0 and not attisdropped order by attnum",
        {oid_});
    if (!columns) return columns.error();
    existing_.clear();
    for (int row = 0; row < columns->rows(); ++row) {
        const auto type = static_cast<connectors::PostgresType>(std::stoul(std::string(*columns->text(row, 1))));
        existing_.push_back({std::string(*columns->text(row, 0)), connectors::column_type_of_postgres(type),
                             columns->text(row, 2) == "t", columns->text(row, 3) == "t"});
    }
    return {};
}

std::vector<std::optional<connectors::ColumnType>> PostgresTarget::types_of(
    const std::vector<std::string>& columns) const {
    std::vector<std::optional<connectors::ColumnType>> types;
    for (const auto& name : columns) {
        const auto found = std::ranges::find(existing_, name, &TableColumn::name);
        types.push_back(found == existing_.end() ? std::nullopt : found->type);
    }
    return types;
}

// Held until the transaction ends; another load that wants the same waits.
Result<void> PostgresTarget::lock(std::string_view what) {
    const auto locked = run("select pg_advisory_xact_lock($1)", {lock_number(fmt::format("weir {} {}", what, table_))});
    if (!locked) return locked.error();
    return {};
}

Result<void> PostgresTarget::create(const std::vector<Column>& columns) {
    // Of two loads that find no table, the second waits here and then finds the first one's.
    if (const auto locked = lock("create"); !locked) return locked;
    if (const auto found = look_up(); !found || exists_) return found;
    const auto schema = connectors::quote_identifier(target_.table.schema);
    const auto schema_there =
        connection_.execute("select 1 from pg_namespace where nspname = $1", {target_.table.schema});
    if (!schema_there) return schema_there.error();
    if (schema_there->rows() == 0) {
        if (const auto created = run("create schema if not exists " + schema); !created) return created.error();
        log_.line(fmt::format("created schema {}", schema));
    }
    std::vector<std::string> parts;
    for (const auto& column : columns)
        parts.push_back(
            fmt::format("{} {}", connectors::quote_identifier(column.name), connectors::postgres_type(column.type)));
    if (target_.mode == WriteMode::upsert)
        parts.push_back(fmt::format("primary key ({})", join_names(target_.key, ", ")));
    if (const auto created = run(fmt::format("create table {} ({})", table_, fmt::join(parts, ", "))); !created)
        return created.error();
    // Windows come in the order of time, which a block range index finds at nearly no cost.
    if (target_.mode == WriteMode::replace_window)
        if (const auto indexed = run(fmt::format("create index on {} using brin (window_start)", table_)); !indexed)
            return indexed.error();
    log_.line(fmt::format("created table {} ({})", table_, fmt::join(parts, ", ")));
    return look_up();
}

Result<void> PostgresTarget::begin(const std::vector<Column>& columns) {
    if (!exists_)
        if (const auto created = create(columns); !created) return created;
    if (const auto matched = match_columns(table_, existing_, columns); !matched) return matched;
    names_ = connectors::names_of(columns);
    if (const auto deleted = delete_old(); !deleted) return deleted;
    return start_copy();
}

Result<void> PostgresTarget::delete_old() {
    switch (target_.mode) {
        case WriteMode::append:
            return {};
        case WriteMode::upsert:
            return {};
        case WriteMode::replace_table: {
            if (const auto locked = lock("replace"); !locked) return locked;
            const auto deleted = run("delete from " + table_);
            if (!deleted) return deleted.error();
            if (*deleted > 0) log_.line(fmt::format("replacing {} rows of {}", with_commas(*deleted), table_));
            return {};
        }
        case WriteMode::replace_window: {
            const auto type = types_of({kWindowStart}).front();
            if (type != connectors::ColumnType::timestamptz)
                return Error{ErrorKind::invalid, fmt::format("column window_start of table {} is no timestamptz, which "
                                                             "`replace: window` needs",
                                                             table_)};
            const auto start = model::format_rfc3339(window_->start), end = model::format_rfc3339(window_->end);
            if (const auto locked = lock("window " + start + " " + end); !locked) return locked;
            const auto deleted =
                run("delete from " + table_ + " where window_start >= $1 and window_start < $2", {start, end});
            if (!deleted) return deleted.error();
            if (*deleted > 0)
                log_.line(fmt::format("replacing {} rows of {} in window {} – {}", with_commas(*deleted), table_, start,
                                      end));
            return {};
        }
    }
    return {};
}

Result<void> PostgresTarget::start_copy() {
    const auto names = join_names(names_, ", ");
    std::string into = table_;
    if (target_.mode == WriteMode::upsert) {
        into = kStage;
        const auto staged = run(fmt::format(
            "create temporary table weir_stage on commit drop as select {} from {} with no data", names, table_));
        if (!staged) return staged.error();
    }
    return connection_.copy_start(fmt::format("copy {} ({}) from stdin", into, names));
}

Result<void> PostgresTarget::write(const connectors::Batch& batch) {
    for (std::size_t row = 0; row < batch.rows(); ++row) {
        for (std::size_t column = 0; column < batch.columns(); ++column) {
            if (column > 0) lines_.push_back('\t');
            connectors::append_copy_cell(lines_, batch.cell(row, column));
        }
        lines_.push_back('\n');
        if (lines_.size() >= kCopyBytes)
            if (const auto done = send(); !done) return done;
    }
    sent_ += batch.rows();
    return {};
}

Result<void> PostgresTarget::send() {
    const auto done = connection_.copy_data(lines_);
    lines_.clear();
    return done;
}

Result<std::uint64_t> PostgresTarget::finish() {
    if (const auto done = send(); !done) return done.error();
    const auto copied = connection_.copy_end();
    if (!copied) return copied.error();
    auto written = *copied;
    if (target_.mode == WriteMode::upsert) {
        const auto merged = merge();
        if (!merged) return merged.error();
        written = *merged;
    }
    if (*copied != sent_ || written != sent_)
        return Error{
            ErrorKind::internal,
            fmt::format(
                "{}: {} rows were sent to {}, but {} arrived (does a trigger or a rule drop rows?); nothing was "
                "changed",
                connection_.described(), sent_, table_, std::min(*copied, written))};
    if (const auto committed = connection_.execute("commit"); !committed) return committed.error();
    return written;
}

Result<void> PostgresTarget::refuse_duplicates() {
    const auto key = join_names(target_.key, ", ");
    const auto found = connection_.execute(fmt::format(
        "select {}, count(*) from {} group by {} having count(*) > 1 limit {}", key, kStage, key, kDuplicatesNamed));
    if (!found) return found.error();
    if (found->rows() == 0) return {};
    std::vector<std::string> examples;
    const int keys = static_cast<int>(target_.key.size());
    for (int row = 0; row < found->rows(); ++row) {
        std::vector<std::string> values;
        for (int i = 0; i < keys; ++i)
            values.push_back(fmt::format("{} = {}", target_.key[static_cast<std::size_t>(i)],
                                         shown(found->text(row, i).value_or("null"))));
        examples.push_back(fmt::format("{} ({} rows)", fmt::join(values, ", "), found->text(row, keys).value_or("")));
    }
    return duplicate_keys(table_, target_.key, examples);
}

// ON CONFLICT works with an index over exactly the key, without expressions or a condition.
Result<bool> PostgresTarget::has_unique_index() {
    const auto found = connection_.execute(
        "select 1 from pg_index i where i.indrelid = $1::oid and i.indisunique and i.indisvalid and i.indimmediate "
        "and i.indpred is null and i.indexprs is null and "
        "(select array_agg(a.attname::text order by a.attname::text collate \"C\") from pg_attribute a where "
        "a.attrelid = i.indrelid "
        " and a.attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1])) = "
        "(select array_agg(k order by k collate \"C\") from unnest($2::text[]) k)",
        {oid_, Json(target_.key)});
    if (!found) return found.error();
    return found->rows() > 0;
}

Result<std::uint64_t> PostgresTarget::merge() {
    if (const auto unique = refuse_duplicates(); !unique) return unique.error();
    if (const auto locked = lock("replace"); !locked) return locked.error();
    std::vector<std::string> others;
    for (const auto& name : names_)
        if (std::ranges::find(target_.key, name) == target_.key.end()) others.push_back(name);
    const auto names = join_names(names_, ", ");
    const auto key = join_names(target_.key, ", ");
    const auto indexed = has_unique_index();
    if (!indexed) return indexed.error();
    if (*indexed) {
        const auto action = others.empty() ? "nothing" : "update set " + join_names(others, ", ", "{0} = excluded.{0}");
        const auto merged = run(fmt::format("insert into {} ({}) select {} from {} on conflict ({}) do {}", table_,
                                            names, names, kStage, key, action));
        if (!merged) return merged;
        return sent_;
    }
    log_.line(fmt::format("table {} has no unique index on ({}); the rows are compared one by one, which is slow",
                          table_, key));
    // Without an index nothing else keeps a writer outside of Weir from inserting the same key between the two statements.
    if (const auto locked = run(fmt::format("lock table {} in share row exclusive mode", table_)); !locked)
        return locked;
    const auto same = join_names(target_.key, " and ", "t.{0} = s.{0}");
    if (!others.empty()) {
        const auto updated = run(fmt::format("update {} t set {} from {} s where {}", table_,
                                             join_names(others, ", ", "{0} = s.{0}"), kStage, same));
        if (!updated) return updated;
    }
    const auto inserted =
        run(fmt::format("insert into {} ({}) select {} from {} s where not exists (select 1 from {} t where {})",
                        table_, names, names, kStage, table_, same));
    if (!inserted) return inserted;
    return sent_;
}

}  // namespace weir::operators
