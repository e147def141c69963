// Rows into a SQLite table. They are gathered in a temporary table first, so that the file, which has one lock for all
// writers, is locked only while they are moved over in one transaction.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "executors/connectors/sqlite.hpp"
#include "executors/connectors/values.hpp"
#include "executors/operators/conversion.hpp"
#include "executors/operators/target.hpp"

namespace weir::operators {
namespace {

using connectors::Column;
using connectors::SqliteDatabase;
using connectors::SqliteStatement;
using model::Error;
using model::ErrorKind;
using model::Json;
using model::Result;

constexpr const char* kStage = "temp.weir_stage";
constexpr int kDuplicatesNamed = 5;

class SqliteTarget : public LoadTarget {
   public:
    SqliteTarget(SqliteDatabase database, TableTarget target, std::optional<model::Interval> window, Log& log)
        : database_(std::move(database)),
          target_(std::move(target)),
          window_(window),
          log_(log),
          table_(quoted(target_.table)) {}

    [[nodiscard]] Result<void> open() { return read_columns(); }
    [[nodiscard]] std::vector<std::optional<connectors::ColumnType>> types_of(
        const std::vector<std::string>& columns) const override;
    [[nodiscard]] Result<void> begin(const std::vector<Column>& columns) override;
    [[nodiscard]] Result<void> write(const connectors::Batch& batch) override;
    [[nodiscard]] Result<std::uint64_t> finish() override;

   private:
    [[nodiscard]] Result<void> read_columns();
    [[nodiscard]] Result<void> create();
    [[nodiscard]] Result<void> delete_old();
    [[nodiscard]] Result<void> refuse_duplicates();
    [[nodiscard]] Result<bool> has_unique_index();
    [[nodiscard]] Result<void> merge();
    [[nodiscard]] Result<std::int64_t> run(const std::string& sql, const std::vector<Json>& params = {});
    // Rows of texts; NULL is "null".
    [[nodiscard]] Result<std::vector<std::vector<std::string>>> rows(const std::string& sql,
                                                                     const std::vector<Json>& params);

    SqliteDatabase database_;
    TableTarget target_;
    std::optional<model::Interval> window_;
    Log& log_;
    std::string table_;
    std::vector<TableColumn> existing_;  // empty: the table doesn't exist
    std::vector<Column> columns_;
    std::vector<std::string> names_;
    std::optional<SqliteStatement> insert_;
    std::int64_t staged_ = 0;
};

Result<std::int64_t> SqliteTarget::run(const std::string& sql, const std::vector<Json>& params) {
    auto statement = database_.prepare(sql);
    if (!statement) return statement.error();
    database_.bind(*statement, params);
    if (const auto done = statement->step(); !done) return done.error();
    return database_.changes();
}

Result<std::vector<std::vector<std::string>>> SqliteTarget::rows(const std::string& sql,
                                                                 const std::vector<Json>& params) {
    auto statement = database_.prepare(sql);
    if (!statement) return statement.error();
    database_.bind(*statement, params);
    std::vector<std::vector<std::string>> rows;
    std::string scratch;
    auto more = statement->step();
    for (; more && *more; more = statement->step()) {
        auto& row = rows.emplace_back();
        for (int i = 0; i < statement->columns(); ++i) row.emplace_back(statement->text(i, scratch).value_or("null"));
    }
    if (!more) return more.error();
    return rows;
}

Result<void> SqliteTarget::read_columns() {
    const auto found = rows(
        "select name, type, \"notnull\" and dflt_value is null and pk = 0, hidden > 1 from pragma_table_xinfo($1) "
        "where (select type from sqlite_schema where name = $1 collate nocase) = 'table'",
        {target_.table.table});
    if (!found) return found.error();
    existing_.clear();
    for (const auto& row : *found)
        existing_.push_back({row[0], connectors::column_type_of_sqlite(row[1]), row[2] == "1", row[3] == "1"});
    return {};
}

std::vector<std::optional<connectors::ColumnType>> SqliteTarget::types_of(
    const std::vector<std::string>& columns) const {
    std::vector<std::optional<connectors::ColumnType>> types;
    for (const auto& name : columns) {
        const auto found = std::ranges::find(existing_, name, &TableColumn::name);
        types.push_back(found == existing_.end() ? std::nullopt : found->type);
    }
    return types;
}

Result<void> SqliteTarget::begin(const std::vector<Column>& columns) {
    columns_ = columns;
    names_ = connectors::names_of(columns);
    if (!existing_.empty())
        if (const auto matched = match_columns(table_, existing_, columns); !matched) return matched;
    std::vector<std::string> parts, parameters;
    for (const auto& column : columns) {
        parts.push_back(
            fmt::format("{} {}", connectors::quote_identifier(column.name), connectors::sqlite_type(column.type)));
        parameters.push_back(fmt::format("?{}", parts.size()));
    }
    for (const auto& sql :
         {std::string("pragma temp_store = file"),
          fmt::format("create temporary table weir_stage ({})", fmt::join(parts, ", ")), std::string("begin")})
        if (const auto done = run(sql); !done) return done.error();
    auto insert = database_.prepare(fmt::format("insert into {} values ({})", kStage, fmt::join(parameters, ", ")));
    if (!insert) return insert.error();
    insert_ = std::move(*insert);
    return {};
}

Result<void> SqliteTarget::write(const connectors::Batch& batch) {
    for (std::size_t row = 0; row < batch.rows(); ++row) {
        for (std::size_t i = 0; i < columns_.size(); ++i)
            insert_->bind_cell(static_cast<int>(i) + 1, columns_[i].type, batch.cell(row, i));
        const auto done = insert_->step();
        if (!done) return done.error();
        insert_->reset();
    }
    staged_ += static_cast<std::int64_t>(batch.rows());
    return {};
}

Result<std::uint64_t> SqliteTarget::finish() {
    insert_.reset();
    for (const char* sql : {"commit", "begin immediate"})
        if (const auto done = run(sql); !done) return done.error();
    if (existing_.empty())
        if (const auto created = create(); !created) return created.error();
    if (target_.mode == WriteMode::upsert) {
        if (const auto merged = merge(); !merged) return merged.error();
    } else {
        if (const auto deleted = delete_old(); !deleted) return deleted.error();
        const auto names = join_names(names_, ", ");
        const auto moved = run(fmt::format("insert into main.{} ({}) select {} from {}", table_, names, names, kStage));
        if (!moved) return moved.error();
        if (*moved != staged_)
            return Error{ErrorKind::internal, fmt::format("{}: {} of {} rows arrived in {}; nothing was changed",
                                                          database_.described(), *moved, staged_, table_)};
    }
    if (const auto committed = run("commit"); !committed) return committed.error();
    return static_cast<std::uint64_t>(staged_);
}

Result<void> SqliteTarget::create() {
    std::vector<std::string> parts;
    for (const auto& column : columns_)
        parts.push_back(
            fmt::format("{} {}", connectors::quote_identifier(column.name), connectors::sqlite_type(column.type)));
    if (target_.mode == WriteMode::upsert)
        parts.push_back(fmt::format("primary key ({})", join_names(target_.key, ", ")));
    // Another load may have made it while this one was reading.
    if (const auto created =
            run(fmt::format("create table if not exists main.{} ({})", table_, fmt::join(parts, ", ")));
        !created)
        return created.error();
    if (target_.mode == WriteMode::replace_window) {
        const auto index = connectors::quote_identifier(target_.table.table + "_window_start");
        if (const auto made =
                run(fmt::format("create index if not exists main.{} on {} (window_start)", index, table_));
            !made)
            return made.error();
    }
    log_.line(fmt::format("created table {} ({})", table_, fmt::join(parts, ", ")));
    if (const auto read = read_columns(); !read) return read;
    return match_columns(table_, existing_, columns_);
}

Result<void> SqliteTarget::delete_old() {
    Result<std::int64_t> deleted = std::int64_t{0};
    if (target_.mode == WriteMode::replace_table) deleted = run("delete from main." + table_);
    if (target_.mode == WriteMode::replace_window)
        deleted = run("delete from main." + table_ + " where window_start >= $1 and window_start < $2",
                      {model::format_rfc3339(window_->start), model::format_rfc3339(window_->end)});
    if (!deleted) return deleted.error();
    if (*deleted > 0)
        log_.line(fmt::format("replacing {} rows of {}", with_commas(static_cast<std::uint64_t>(*deleted)), table_));
    return {};
}

Result<void> SqliteTarget::refuse_duplicates() {
    const auto key = join_names(target_.key, ", ");
    const auto found = rows(fmt::format("select {}, count(*) from {} group by {} having count(*) > 1 limit {}", key,
                                        kStage, key, kDuplicatesNamed),
                            {});
    if (!found) return found.error();
    if (found->empty()) return {};
    std::vector<std::string> examples;
    for (const auto& row : *found) {
        std::vector<std::string> values;
        for (std::size_t i = 0; i < target_.key.size(); ++i)
            values.push_back(fmt::format("{} = {}", target_.key[i], shown(row[i])));
        examples.push_back(fmt::format("{} ({} rows)", fmt::join(values, ", "), row.back()));
    }
    return duplicate_keys(table_, target_.key, examples);
}

Result<bool> SqliteTarget::has_unique_index() {
    // The rowid's own key is in no index list.
    const auto found = rows(
        "select 'key', name from pragma_table_info($1) where pk > 0 "
        "union all select l.name, c.name from pragma_index_list($1) l, pragma_index_info(l.name) c "
        "where l.\"unique\" and not l.partial",
        {target_.table.table});
    if (!found) return found.error();
    std::map<std::string, std::set<std::string>> indexes;
    for (const auto& row : *found) indexes[row[0]].insert(row[1]);
    const std::set<std::string> key(target_.key.begin(), target_.key.end());
    return std::ranges::any_of(indexes, [&key](const auto& index) { return index.second == key; });
}

Result<void> SqliteTarget::merge() {
    if (const auto unique = refuse_duplicates(); !unique) return unique;
    std::vector<std::string> others;
    for (const auto& name : names_)
        if (std::ranges::find(target_.key, name) == target_.key.end()) others.push_back(name);
    const auto names = join_names(names_, ", ");
    const auto indexed = has_unique_index();
    if (!indexed) return indexed.error();
    std::vector<std::string> statements;
    if (*indexed) {
        // `where true`: without it SQLite takes ON for a join's.
        statements = {
            fmt::format("insert into main.{} ({}) select {} from {} where true on conflict ({}) do {}", table_, names,
                        names, kStage, join_names(target_.key, ", "),
                        others.empty() ? "nothing" : "update set " + join_names(others, ", ", "{0} = excluded.{0}"))};
    } else {
        log_.line(fmt::format("table {} has no unique index on ({}); the rows are compared one by one, which is slow",
                              table_, join_names(target_.key, ", ")));
        const auto same = join_names(target_.key, " and ", "t.{0} = s.{0}");
        if (!others.empty())
            statements.push_back(fmt::format("update main.{} as t set {} from {} s where {}", table_,
                                             join_names(others, ", ", "{0} = s.{0}"), kStage, same));
        statements.push_back(
            fmt::format("insert into main.{} ({}) select {} from {} s where not exists "
                        "(select 1 from main.{} t where {})",
                        table_, names, names, kStage, table_, same));
    }
    for (const auto& sql : statements)
        if (const auto done = run(sql); !done) return done.error();
    return {};
}

}  // namespace

Result<std::unique_ptr<LoadTarget>> open_sqlite_target(const TableTarget& target, std::optional<model::Interval> window,
                                                       Log& log) {
    auto database = SqliteDatabase::open(std::get<SqliteFile>(target.database).path, SqliteDatabase::Access::write);
    if (!database) return database.error();
    auto opened = std::make_unique<SqliteTarget>(std::move(*database), target, window, log);
    if (const auto read = opened->open(); !read) return read.error();
    return std::unique_ptr<LoadTarget>{std::move(opened)};
}

}  // namespace weir::operators
