#include "daemon/sources/postgres_outbox.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "scheduler/model/cloud_event.hpp"
#include "scheduler/model/time.hpp"

namespace weir::daemon::sources {

using connectors::PostgresResult;
using model::Error;
using model::Json;
using model::Result;

namespace {

constexpr int kRowsAtOnce = 500;
constexpr int kMostLag = 100'000;  // counting further would cost the server too much
// Rows are there, but a transaction that is older than theirs still runs.
constexpr std::chrono::milliseconds kHorizonPause{100};

std::int64_t whole(std::string_view text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

}  // namespace

PostgresOutbox::PostgresOutbox(std::string name, const Json& settings, Json connection, Positions positions)
    : name_(std::move(name)),
      connection_name_(settings.value("connection", name_)),
      connection_settings_(std::move(connection)),
      table_(settings.value("table", "weir_outbox")),
      channel_(settings.value("channel", "weir_outbox")),
      poll_(std::max(model::parse_duration(settings.value("poll", "5s")).value_or(kShortestLook), kShortestLook)),
      start_new_(settings.value("start", "first") == "new"),
      positions_(std::move(positions)) {}

std::optional<PostgresOutbox::Place> PostgresOutbox::parse(const std::string& text) {
    const auto colon = text.find(':');
    if (colon == std::string::npos) return std::nullopt;
    return Place{whole(std::string_view(text).substr(0, colon)), whole(std::string_view(text).substr(colon + 1))};
}

model::SourcePosition PostgresOutbox::position() const {
    return {name_, "", fmt::format("{}:{}", place_.txid, place_.id)};
}

Result<PostgresResult> PostgresOutbox::query(const std::string& sql, const std::vector<Json>& params) {
    auto result = connection_->execute(sql, params);
    if (!result) return Error{result.error().kind, without_task_words(result.error().message)};
    return result;
}

Result<> PostgresOutbox::connect() {
    connection_.reset();
    next_look_ = {};
    const auto endpoint = connectors::postgres_endpoint(connection_name_, connection_settings_);
    if (!endpoint) return endpoint.error();
    auto connected = connectors::PostgresConnection::connect(*endpoint);
    if (!connected) return Error{connected.error().kind, without_task_words(connected.error().message)};
    connection_ = std::move(*connected);
    // First listen, then look: what is inserted in between is told of.
    if (const auto listening = query("listen " + channel_); !listening) return listening.error();
    const auto table = query(fmt::format("select txid, id, event from {} limit 0", table_));
    if (!table)
        return Error{table.error().kind,
                     table.error().message + "; docs/sources.md has the SQL that makes the outbox table"};
    return find_place();
}

Result<> PostgresOutbox::find_place() {
    const auto snapshot =
        query("select txid_snapshot_xmin(txid_current_snapshot()), txid_snapshot_xmax(txid_current_snapshot())");
    if (!snapshot) return snapshot.error();
    const auto oldest_running = whole(snapshot->text(0, 0).value_or("0"));
    const auto next = whole(snapshot->text(0, 1).value_or("0"));
    const auto stored = positions_();
    const auto place = stored.empty() ? std::nullopt : parse(stored.front().position);
    place_ = place.value_or(Place{start_new_ ? oldest_running : 0, 0});
    tell_place_ = !place;

    // Transactions are counted by the cluster. One with a number that has not been handed out yet is another cluster's.
    const auto foreign = query(fmt::format(
        "select exists (select from {} where txid >= txid_snapshot_xmax(txid_current_snapshot()))", table_));
    if (!foreign) return foreign.error();
    if (foreign->text(0, 0) == "t")
        return Error{model::ErrorKind::conflict,
                     fmt::format("{}: {} has rows of another database cluster, whose transactions count differently; "
                                 "run: update {} set txid = default where txid > txid_current()",
                                 connection_->described(), table_, table_)};
    if (place_.txid > next) {
        notice_ = fmt::format(
            "{}: the database was restored or moved; {} is read again from its first row, and what "
            "was taken before counts as a duplicate",
            connection_->described(), table_);
        place_ = {};
        tell_place_ = true;
    }
    return {};
}

Result<Batch> PostgresOutbox::read() {
    auto rows = query(fmt::format("select txid, id, event::text, "
                                  "txid < txid_snapshot_xmin(txid_current_snapshot()) from {} "
                                  "where (txid, id) > ($1::bigint, $2::bigint) order by txid, id limit {}",
                                  table_, kRowsAtOnce),
                      {place_.txid, place_.id});
    if (!rows) return rows.error();
    Batch batch;
    int row = 0;
    for (; row < rows->rows() && rows->text(row, 3) == "t"; ++row) {
        place_ = {whole(rows->text(row, 0).value_or("0")), whole(rows->text(row, 1).value_or("0"))};
        auto id = std::to_string(place_.id);
        const auto text = rows->text(row, 2).value_or("null");
        auto event = model::parse_cloud_event(text);
        if (event)
            batch.events.push_back({std::move(*event), std::move(id)});
        else
            batch.events.push_back(unreadable(std::move(id), event.error().message, text));
    }
    const auto now = std::chrono::steady_clock::now();
    next_look_ = row < rows->rows() ? now + kHorizonPause : row == kRowsAtOnce ? now : now + poll_;
    if (row > 0 || tell_place_) batch.positions.push_back(position());
    tell_place_ = false;
    batch.notice = std::exchange(notice_, "");
    return batch;
}

Result<Batch> PostgresOutbox::poll(std::chrono::milliseconds patience) {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_look_) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_look_ - now);
        const auto told = connection_->await_notification(std::min(left, patience));
        if (!told) return Error{told.error().kind, without_task_words(told.error().message)};
        if (!*told && left > patience) return Batch{};
    }
    return read();
}

// The position was committed with the events: there is nobody else to tell.
Result<> PostgresOutbox::acknowledge(const Batch&) { return {}; }

std::optional<std::int64_t> PostgresOutbox::lag() {
    const auto count = query(fmt::format("select count(*) from (select from {} where (txid, id) > ($1::bigint, "
                                         "$2::bigint) limit {}) as unread",
                                         table_, kMostLag),
                             {place_.txid, place_.id});
    if (!count) return std::nullopt;
    return whole(count->text(0, 0).value_or("0"));
}

}  // namespace weir::daemon::sources
