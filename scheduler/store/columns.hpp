// Values to and from SQLite's columns, one after another. Tables (see tables.hpp) say which.
// Times are microseconds since 1970, enums text, ids integers (0, which means none, is NULL), an interval two columns.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <optional>
#include <string>
#include <type_traits>

#include "scheduler/model/ids.hpp"
#include "scheduler/model/invariant.hpp"
#include "scheduler/model/json.hpp"
#include "scheduler/model/states.hpp"
#include "scheduler/model/time.hpp"

namespace weir::store {

// Binds parameters from left to right. Strings are not copied: they must outlive the statement's execution.
class Binder {
   public:
    explicit Binder(SQLite::Statement& statement) : statement_(statement) { statement_.tryReset(); }

    template <class... Values>
    void operator()(const Values&... values) {
        (put(values), ...);
    }

   private:
    void put(bool value) { statement_.bind(++index_, value ? 1 : 0); }
    void put(int value) { statement_.bind(++index_, value); }
    void put(std::int64_t value) { statement_.bind(++index_, value); }
    void put(const std::string& value) { statement_.bindNoCopy(++index_, value); }
    void put(model::TimePoint value) { put(value.time_since_epoch()); }
    void put(std::chrono::microseconds value) { put(std::int64_t{value.count()}); }
    void put(const model::Interval& value) {
        put(value.start);
        put(value.end);
    }
    void put(const std::optional<model::Interval>& value) {
        if (value) return put(*value);
        statement_.bind(++index_);
        statement_.bind(++index_);
    }
    void put(const model::Json& value) {
        if (value.is_null())
            statement_.bind(++index_);
        else
            statement_.bind(++index_, model::to_text(value));
    }
    template <class Tag>
    void put(model::Id<Tag> id) {
        if (id)
            put(id.value);
        else
            statement_.bind(++index_);
    }
    template <class Value>
    void put(const std::optional<Value>& value) {
        if (value)
            put(*value);
        else
            statement_.bind(++index_);
    }
    template <class Enum>
    void put(Enum value) requires std::is_enum_v<Enum> {
        statement_.bindNoCopy(++index_, model::to_text(value).data());  // a literal, so NUL-terminated
    }

    SQLite::Statement& statement_;
    int index_ = 0;
};

// Reads the current row's columns from left to right.
class RowReader {
   public:
    explicit RowReader(SQLite::Statement& statement) : statement_(statement) {}

    template <class... Values>
    void operator()(Values&... values) {
        (get(values), ...);
    }
    template <class Value>
    [[nodiscard]] Value next() {
        Value value{};
        get(value);
        return value;
    }
    [[nodiscard]] bool next_is_null() const { return statement_.getColumn(index_).isNull(); }

   private:
    SQLite::Column column() { return statement_.getColumn(index_++); }

    void get(bool& value) { value = column().getInt() != 0; }
    void get(int& value) { value = column().getInt(); }
    void get(std::int64_t& value) { value = column().getInt64(); }
    void get(std::string& value) { value = column().getString(); }
    void get(std::chrono::microseconds& value) { value = std::chrono::microseconds{column().getInt64()}; }
    void get(model::TimePoint& value) { value = model::TimePoint{std::chrono::microseconds{column().getInt64()}}; }
    void get(model::Interval& value) {
        get(value.start);
        get(value.end);
    }
    void get(std::optional<model::Interval>& value) {
        const auto start = next<std::optional<model::TimePoint>>();
        const auto end = next<std::optional<model::TimePoint>>();
        value.reset();
        if (start && end) value = model::Interval{*start, *end};
    }
    void get(model::Json& value) {
        const SQLite::Column text = column();
        value = nullptr;
        if (text.isNull()) return;
        std::optional<model::Json> parsed = model::parse_json(text.getString());
        model::invariant(parsed.has_value(), "a JSON column of the database holds JSON");
        value = std::move(*parsed);
    }
    template <class Tag>
    void get(model::Id<Tag>& id) {
        id.value = column().getInt64();  // NULL reads as 0
    }
    template <class Value>
    void get(std::optional<Value>& value) {
        if (next_is_null()) {
            ++index_;
            value.reset();
        } else {
            get(value.emplace());
        }
    }
    template <class Enum>
    void get(Enum& value) requires std::is_enum_v<Enum> {
        const std::optional<Enum> known = model::parse<Enum>(column().getString());
        model::invariant(known.has_value(), "an enum column of the database holds a known state");
        value = *known;
    }

    SQLite::Statement& statement_;
    int index_ = 0;
};

template <class... Values>
void bind_values(SQLite::Statement& statement, const Values&... values) {
    Binder binder(statement);
    binder(values...);
}

// The current row's first columns.
template <class... Values>
void read_values(SQLite::Statement& statement, Values&... values) {
    RowReader reader(statement);
    reader(values...);
}

}  // namespace weir::store
