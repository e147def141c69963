#include "executors/connectors/redis_source.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace weir::connectors {
namespace {

using model::Error;
using model::ErrorKind;
using model::Result;

constexpr std::size_t kPipeline = 500;  // commands sent together
constexpr std::size_t kPipelinesUnderWay = 2;
constexpr std::string_view kScanCount = "1000";
constexpr std::size_t kSampledKeys = 100;  // whose fields become the columns when none are named
constexpr std::string_view kKey = "key";
constexpr std::string_view kValue = "value";

}  // namespace

RedisSource::RedisSource(RedisConnection connection, const RedisEndpoint& endpoint, RedisRead read)
    : connection_(std::move(connection)),
      endpoint_(endpoint),
      read_(std::move(read)),
      columns_(read_.columns),
      spool_(read_.spool_folder) {}

Result<std::unique_ptr<RedisSource>> RedisSource::open(const RedisEndpoint& endpoint, RedisRead read) {
    auto connection = RedisConnection::connect(endpoint);
    if (!connection) return connection.error();
    std::unique_ptr<RedisSource> source(new RedisSource(std::move(*connection), endpoint, std::move(read)));
    if (const auto found = source->find_keys(); !found) return found.error();
    if (const auto learned = source->learn_way(); !learned) return learned.error();
    return source;
}

Result<void> RedisSource::find_keys() {
    const auto start = std::chrono::steady_clock::now();
    std::uint64_t found = 0;
    std::string cursor = "0";
    do {
        const std::array<std::string_view, 6> scan{"SCAN", cursor, "MATCH", read_.match, "COUNT", kScanCount};
        const auto reply = connection_.command(scan);
        if (!reply) return reply.error();
        const RedisValue keys = (*reply)[1];
        for (std::size_t i = 0; i < keys.size(); ++i)
            if (const auto added = spool_.add(keys[i].text()); !added) return added;
        found += keys.size();
        cursor = (*reply)[0].text();
    } while (cursor != "0");
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    read_.note(
        fmt::format("{}: {} keys match '{}' ({:.1f} s)", endpoint_.described(), found, read_.match, took.count()));
    return {};
}

Result<std::string> RedisSource::type_of(std::string_view key) {
    const std::array<std::string_view, 2> command{"TYPE", key};
    const auto reply = connection_.command(command);
    if (!reply) return reply.error();
    return std::string(reply->text());
}

Result<void> RedisSource::learn_way() {
    if (const auto more = spool_.next(keys_); !more) return more.error();
    std::string type = "none";  // what a key that expired meanwhile has
    for (std::size_t i = 0; i < keys_.size() && i < kSampledKeys && type == "none"; ++i) {
        const auto answer = type_of(keys_[i]);
        if (!answer) return answer.error();
        type = *answer;
    }
    if (type == "string") {
        way_ = Way::get;
        if (columns_.empty()) columns_ = {{std::string(kKey)}, {std::string(kValue)}};
        for (const auto& column : columns_)
            if (column.name != kKey && column.name != kValue)
                return Error{
                    ErrorKind::invalid,
                    fmt::format("{}: the keys matching '{}' are strings, which have the columns `key` and `value` "
                                "only; take '{}' out of `columns`",
                                endpoint_.described(), read_.match, column.name)};
        return {};
    }
    if (type != "hash" && type != "none")
        return Error{ErrorKind::invalid,
                     fmt::format("{}: key '{}' is a {}; load reads hashes and strings: narrow `match`",
                                 endpoint_.described(), keys_.front(), type)};
    if (columns_.empty()) {
        way_ = Way::hgetall;
        return learn_fields();
    }
    for (const auto& column : columns_)
        if (column.name != kKey) command_.push_back(column.name);
    // HMGET wants at least one field; `key` alone reads the empty one.
    if (command_.empty()) command_.emplace_back("");
    command_.insert(command_.begin(), {"HMGET", ""});
    return {};
}

Result<void> RedisSource::learn_fields() {
    columns_ = {{std::string(kKey)}};
    for (std::size_t i = 0; i < keys_.size() && i < kSampledKeys; ++i) {
        const std::array<std::string_view, 2> command{"HGETALL", keys_[i]};
        connection_.append(command);
    }
    if (const auto sent = connection_.send(); !sent) return sent;
    for (std::size_t i = 0; i < keys_.size() && i < kSampledKeys; ++i) {
        const auto reply = connection_.read();
        if (!reply) return reply.error();
        for (std::size_t field = 0; field + 1 < reply->size(); field += 2) {
            const std::string name{(*reply)[field].text()};
            if (!find_column(columns_, name)) columns_.push_back({name});
        }
    }
    if (columns_.size() == 1)
        return Error{ErrorKind::invalid,
                     fmt::format("{}: no key matches '{}', so the columns are not known; name them in `columns`",
                                 endpoint_.described(), read_.match)};
    return {};
}

Result<bool> RedisSource::take_keys(Chunk& chunk) {
    while (chunk.size() < kPipeline) {
        if (next_key_ == keys_.size()) {
            next_key_ = 0;
            const auto more = spool_.next(keys_);
            if (!more) return more.error();
            if (!*more) break;
            continue;
        }
        chunk.emplace_back(keys_[next_key_++]);
    }
    return !chunk.empty();
}

Result<void> RedisSource::ask() {
    while (under_way_.size() < kPipelinesUnderWay) {
        Chunk chunk;
        const auto more = take_keys(chunk);
        if (!more) return more.error();
        if (!*more) return {};
        for (const auto& key : chunk) {
            switch (way_) {
                case Way::hmget:
                    command_[1] = key;
                    connection_.append(command_);
                    break;
                case Way::hgetall:
                    connection_.append(std::array<std::string_view, 2>{"HGETALL", key});
                    break;
                case Way::get:
                    connection_.append(std::array<std::string_view, 2>{"GET", key});
                    break;
            }
        }
        if (const auto sent = connection_.send(); !sent) return sent;
        under_way_.push_back(std::move(chunk));
    }
    return {};
}

Result<bool> RedisSource::next(Batch& batch) {
    batch.reset(columns_.size());
    while (!batch.full()) {
        if (const auto asked = ask(); !asked) return asked.error();
        if (under_way_.empty()) break;
        const Chunk chunk = std::move(under_way_.front());
        under_way_.pop_front();
        for (const auto& key : chunk) {
            const auto reply = connection_.read();
            if (!reply) return reply.error();
            if (const auto taken = take_reply(*reply, key, batch); !taken) return taken.error();
        }
        if (const auto settled = settle_empty(batch); !settled) return settled.error();
    }
    return batch.rows() + batch.bad.size() + batch.skipped > 0;
}

Result<void> RedisSource::take_reply(const RedisValue& reply, const std::string& key, Batch& batch) {
    if (reply.kind() == RedisKind::error) {
        if (!reply.text().starts_with("WRONGTYPE")) return connection_.refusal(reply.text());
        batch.bad.push_back(
            {fmt::format("key '{}'", key), "", "",
             fmt::format("is not a {} like the first key; narrow `match`", way_ == Way::get ? "string" : "hash"), ""});
        return {};
    }
    switch (way_) {
        case Way::hmget: {
            bool any = false;
            for (std::size_t i = 0; i < reply.size() && !any; ++i) any = reply[i].kind() != RedisKind::null;
            if (!any) {
                empty_.push_back(key);
                return {};
            }
            std::size_t field = 0;
            for (const auto& column : columns_) {
                if (column.name == kKey) {
                    batch.add(key);
                    continue;
                }
                const RedisValue value = reply[field++];
                value.kind() == RedisKind::null ? batch.add_null() : batch.add(value.text());
            }
            break;
        }
        case Way::hgetall:
            if (reply.size() == 0) {
                ++batch.skipped;  // no hash is empty: the key is gone
                return {};
            }
            take_fields(reply, key, batch);
            return {};
        case Way::get:
            if (reply.kind() == RedisKind::null) {
                ++batch.skipped;
                return {};
            }
            for (const auto& column : columns_) batch.add(column.name == kKey ? std::string_view{key} : reply.text());
            break;
    }
    batch.end_row(++row_number_, key);
    return {};
}

void RedisSource::take_fields(const RedisValue& reply, const std::string& key, Batch& batch) {
    for (std::size_t i = 0; i + 1 < reply.size(); i += 2) {
        const auto name = reply[i].text();
        if (name != kKey && find_column(columns_, name)) continue;
        batch.bad.push_back({fmt::format("key '{}'", key), std::string(name), std::string(reply[i + 1].text()),
                             "is a field that the first keys do not have; name the fields to load in `columns`", ""});
        return;
    }
    for (const auto& column : columns_) {
        if (column.name == kKey) {
            batch.add(key);
            continue;
        }
        std::size_t i = 0;
        while (i + 1 < reply.size() && reply[i].text() != column.name) i += 2;
        i + 1 < reply.size() ? batch.add(reply[i + 1].text()) : batch.add_null();
    }
    batch.end_row(++row_number_, key);
}

// HMGET answers the same for a key that is gone and for a hash without these fields; TYPE tells them apart.
Result<void> RedisSource::settle_empty(Batch& batch) {
    if (empty_.empty()) return {};
    if (!side_) {
        auto connection = RedisConnection::connect(endpoint_);
        if (!connection) return connection.error();
        side_ = std::make_unique<RedisConnection>(std::move(*connection));
    }
    for (const auto& key : empty_) side_->append(std::array<std::string_view, 2>{"TYPE", key});
    if (const auto sent = side_->send(); !sent) return sent;
    for (const auto& key : empty_) {
        const auto reply = side_->read();
        if (!reply) return reply.error();
        if (reply->kind() == RedisKind::error) return side_->refusal(reply->text());
        if (reply->text() == "none") {
            ++batch.skipped;
            continue;
        }
        for (const auto& column : columns_) column.name == kKey ? batch.add(key) : batch.add_null();
        batch.end_row(++row_number_, key);
    }
    empty_.clear();
    return {};
}

std::string RedisSource::place(const Batch& batch, std::size_t row) const {
    return fmt::format("key '{}'", batch.label(row));
}

}  // namespace weir::connectors
