#include "daemon/sources/redis_stream.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scheduler/model/cloud_event.hpp"
#include "scheduler/model/time.hpp"

namespace weir::daemon::sources {

using connectors::RedisKind;
using connectors::RedisReply;
using connectors::RedisValue;
using model::Error;
using model::Json;
using model::Result;

namespace {

constexpr const char* kEntriesAtOnce = "500";

core::IncomingEvent read_entry(std::string id, const RedisValue& fields) {
    if (fields.size() == 2 && fields[0].text() == "event") {
        auto event = model::parse_cloud_event(fields[1].text());
        if (event) return {std::move(*event), std::move(id)};
        return unreadable(std::move(id), event.error().message, fields[1].text());
    }
    model::BinaryEvent binary;
    std::string fault, raw;
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
        const std::string name(fields[i].text());
        const auto value = fields[i + 1].text();
        raw += fmt::format("{}{}={}", raw.empty() ? "" : " ", name, value.substr(0, 500));
        if (name == "data")
            binary.body = value;
        else if (name == "datacontenttype")
            binary.content_type = value;
        else if (!binary.attributes.emplace(name, value).second)
            fault = fmt::format("the field '{}' stands there twice", name);
    }
    if (fault.empty()) {
        auto event = model::read_cloud_event(binary);
        if (event) return {std::move(*event), std::move(id)};
        fault = event.error().message;
    }
    return unreadable(std::move(id), std::move(fault), raw);
}

// An array of [id, [field, value, …]]. Entries that were deleted from the stream have no fields any more: of them there is
// nothing left to do but to acknowledge them.
void add_entries(const RedisValue& entries, Batch& batch) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto entry = entries[i];
        if (entry.size() < 2) continue;
        std::string id(entry[0].text());
        batch.entries.push_back(id);
        if (entry[1].kind() == RedisKind::array) batch.events.push_back(read_entry(std::move(id), entry[1]));
    }
}

// Of XREADGROUP with one stream: [[stream, entries]], or nothing in time.
Batch read_streams(const RedisValue& reply) {
    Batch batch;
    if (reply.size() > 0 && reply[0].size() > 1) add_entries(reply[0][1], batch);
    return batch;
}

}  // namespace

RedisStream::RedisStream(std::string name, const Json& settings, Json connection)
    : connection_name_(settings.value("connection", name)),
      connection_settings_(std::move(connection)),
      stream_(settings.at("stream").get<std::string>()),
      group_(settings.value("group", "weir")),
      consumer_(settings.value("consumer", "weir")),
      idle_(model::parse_duration(settings.value("idle", "1m")).value_or(std::chrono::minutes{1})),
      start_(settings.value("start", "first") == "new" ? "$" : "0") {}

Result<RedisReply> RedisStream::command(const Words& words) {
    const std::vector<std::string_view> views(words.begin(), words.end());
    auto reply = connection_->command(views);
    if (!reply) return Error{reply.error().kind, without_task_words(reply.error().message)};
    return reply;
}

Result<> RedisStream::connect() {
    connection_.reset();
    own_pending_left_ = true;
    const auto endpoint = connectors::redis_endpoint(connection_name_, connection_settings_);
    if (!endpoint) return endpoint.error();
    auto connected = connectors::RedisConnection::connect(*endpoint);
    if (!connected) return Error{connected.error().kind, without_task_words(connected.error().message)};
    connection_ = std::move(*connected);
    return make_group();
}

Result<> RedisStream::make_group() {
    const auto made = command({"XGROUP", "CREATE", stream_, group_, start_, "MKSTREAM"});
    if (!made && made.error().message.find("BUSYGROUP") == std::string::npos) {
        if (made.error().message.find("WRONGTYPE") != std::string::npos)
            return Error{made.error().kind, fmt::format("{}: the key '{}' is no stream; name another one in `stream`",
                                                        connection_->described(), stream_)};
        return made.error();
    }
    // If it vanishes later, with its stream or its server's memory, what comes then has not been seen.
    start_ = "0";
    return {};
}

Result<Batch> RedisStream::own_pending() {
    // From the beginning each time: what was acknowledged is no longer there.
    auto reply = command({"XREADGROUP", "GROUP", group_, consumer_, "COUNT", kEntriesAtOnce, "STREAMS", stream_, "0"});
    if (!reply) return reply.error();
    auto batch = read_streams(*reply);
    own_pending_left_ = !batch.entries.empty();
    return batch;
}

Result<Batch> RedisStream::abandoned() {
    auto reply = command({"XAUTOCLAIM", stream_, group_, consumer_, std::to_string(idle_.count()), claim_from_, "COUNT",
                          kEntriesAtOnce});
    if (!reply) return reply.error();
    Batch batch;
    if (reply->size() < 2) return batch;
    claim_from_ = (*reply)[0].text();
    add_entries((*reply)[1], batch);
    if (claim_from_ == "0-0") next_claim_ = std::chrono::steady_clock::now() + std::max(idle_ / 2, kShortestLook);
    return batch;
}

Result<Batch> RedisStream::poll(std::chrono::milliseconds patience) {
    if (own_pending_left_) {
        auto batch = own_pending();
        if (!batch || !batch->entries.empty()) return batch;
    }
    if (std::chrono::steady_clock::now() >= next_claim_) {
        auto batch = abandoned();
        if (!batch || !batch->entries.empty()) return batch;
    }
    auto reply = command({"XREADGROUP", "GROUP", group_, consumer_, "COUNT", kEntriesAtOnce, "BLOCK",
                          std::to_string(std::max<std::int64_t>(patience.count(), 1)), "STREAMS", stream_, ">"});
    if (!reply) return reply.error();
    return read_streams(*reply);
}

Result<> RedisStream::acknowledge(const Batch& batch) {
    Words words{"XACK", stream_, group_};
    words.insert(words.end(), batch.entries.begin(), batch.entries.end());
    const auto done = command(words);
    if (!done) return done.error();
    return {};
}

// XINFO GROUPS: a map of each group as an array of names and values. `lag` is not known after deletions in the middle, and
// to servers before 7.0.
std::optional<std::int64_t> RedisStream::lag() {
    const auto reply = command({"XINFO", "GROUPS", stream_});
    if (!reply) return std::nullopt;
    for (std::size_t i = 0; i < reply->size(); ++i) {
        const auto group = (*reply)[i];
        std::optional<std::int64_t> unread, pending;
        bool ours = false;
        for (std::size_t k = 0; k + 1 < group.size(); k += 2) {
            const auto name = group[k].text();
            const auto value = group[k + 1];
            if (name == "name") ours = value.text() == group_;
            if (name == "lag" && value.kind() == RedisKind::integer) unread = value.integer();
            if (name == "pending" && value.kind() == RedisKind::integer) pending = value.integer();
        }
        if (ours && unread && pending) return *unread + *pending;
    }
    return std::nullopt;
}

}  // namespace weir::daemon::sources
