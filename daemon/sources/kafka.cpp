#include "daemon/sources/kafka.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "scheduler/model/cloud_event.hpp"

namespace weir::daemon::sources {

using connectors::KafkaMessage;
using model::Error;
using model::Json;
using model::Result;

namespace {

constexpr std::size_t kRecordsAtOnce = 500;
constexpr std::size_t kBytesAtOnce = 16UL << 20;
constexpr std::string_view kPrefix = "ce_";

std::string part_of(const connectors::KafkaPartition& partition) {
    return fmt::format("{}/{}", partition.topic, partition.number);
}

bool looks_structured(std::string_view value) {
    const auto json = model::parse_json(value);
    return json && json->is_object() && json->contains("specversion");
}

}  // namespace

std::optional<core::IncomingEvent> read_record(const KafkaMessage& message) {
    auto position = fmt::format("{}/{}", part_of(message.partition), message.offset);
    const std::string_view value = message.value ? std::string_view(*message.value) : std::string_view();
    model::BinaryEvent binary;
    binary.body = value;
    std::string fault;
    for (const auto& [header, text] : message.headers) {
        if (header == "content-type") {
            binary.content_type = text;
        } else if (header.starts_with(kPrefix)) {
            auto name = header.substr(kPrefix.size());
            if (!binary.attributes.emplace(std::move(name), text).second)
                fault = fmt::format("the header {} stands there twice", header);
        }
    }
    const auto type = model::bare_media_type(binary.content_type);
    if (type.starts_with("application/cloudevents-batch")) fault = "a record holds one event: Kafka knows no batches";
    if (!fault.empty()) return unreadable(std::move(position), std::move(fault), value);

    // Who writes by hand seldom gives headers; what is a whole event is taken for one.
    const bool structured = type.starts_with("application/cloudevents") ||
                            (binary.attributes.empty() && type.empty() && looks_structured(value));
    if (!structured && binary.attributes.empty()) {
        if (!message.value) return std::nullopt;
        return unreadable(std::move(position),
                          "this is no CloudEvent: it has neither ce_… headers nor the content-type "
                          "application/cloudevents+json",
                          value);
    }
    auto event = structured ? model::parse_cloud_event(value) : model::read_cloud_event(binary);
    if (!event) return unreadable(std::move(position), event.error().message, value);
    return core::IncomingEvent{std::move(*event), std::move(position)};
}

Kafka::Kafka(std::string name, const Json& settings, Json connection, Positions positions,
             std::chrono::milliseconds look_for_partitions)
    : name_(std::move(name)),
      connection_name_(settings.value("connection", name_)),
      connection_settings_(std::move(connection)),
      topics_(settings.at("topics").get<std::vector<std::string>>()),
      start_new_(settings.value("start", "first") == "new"),
      positions_(std::move(positions)),
      look_for_partitions_(look_for_partitions),
      watermarks_(name_) {}

Result<> Kafka::connect() {
    consumer_.reset();
    next_.clear();
    untold_.clear();
    const auto endpoint = connectors::kafka_endpoint(connection_name_, connection_settings_);
    if (!endpoint) return endpoint.error();
    auto connected = connectors::KafkaConsumer::connect(*endpoint);
    if (!connected) return connected.error();
    consumer_ = std::move(*connected);
    watermarks_.restore(positions_());
    return take_up_partitions();
}

Result<> Kafka::take_up_partitions() {
    next_look_ = std::chrono::steady_clock::now() + look_for_partitions_;
    const auto found = consumer_->partitions(topics_);
    if (!found) return found.error();
    std::map<std::string, std::int64_t> stored;
    for (const auto& position : positions_()) {
        std::int64_t offset = 0;
        std::from_chars(position.position.data(), position.position.data() + position.position.size(), offset);
        stored[position.part] = offset;
    }
    bool more = false;
    for (const auto& partition : *found) {
        if (next_.contains(partition)) continue;
        more = true;
        const auto before = stored.find(part_of(partition));
        if (before != stored.end()) {
            next_[partition] = before->second;
            continue;
        }
        const auto offsets = consumer_->offsets(partition);
        if (!offsets) return offsets.error();
        // A partition that comes to a topic which is read already is read from its first record, whatever `start` says.
        const bool topic_is_known = std::ranges::any_of(
            stored, [&partition](const auto& one) { return one.first.starts_with(partition.topic + "/"); });
        next_[partition] = start_new_ && !topic_is_known ? offsets->next : offsets->oldest;
        untold_.push_back(partition);
    }
    if (!more) return {};
    return consumer_->assign(next_);
}

// Its stored offset is gone: by retention, or because the topic was made anew.
Result<> Kafka::take_up_again(const Partition& partition) {
    const auto offsets = consumer_->offsets(partition);
    if (!offsets) return offsets.error();
    auto& next = next_[partition];
    notice_ = fmt::format(
        "{}: the record at offset {} of {} is not there (the topic was made anew, or deleted records before they were "
        "read); goes on with the oldest, {}",
        consumer_->described(), next, part_of(partition), offsets->oldest);
    next = offsets->oldest;
    untold_.push_back(partition);
    return consumer_->assign(next_);
}

void Kafka::take(const KafkaMessage& message, Batch& batch) {
    next_[message.partition] = message.offset + 1;
    auto incoming = read_record(message);
    if (!incoming) return;
    if (incoming->fault.empty() && PartitionWatermarks::is_one(incoming->event)) {
        auto outcome = watermarks_.take(incoming->event);
        if (!outcome) {
            const auto text = model::to_text(model::to_json(incoming->event));
            batch.events.push_back(unreadable(std::move(incoming->position), outcome.error().message, text));
            return;
        }
        batch.positions.push_back(std::move(outcome->position));
        if (!outcome->event) return;
        incoming->event = std::move(*outcome->event);
    }
    batch.events.push_back(std::move(*incoming));
}

Result<Batch> Kafka::poll(std::chrono::milliseconds patience) {
    if (std::chrono::steady_clock::now() >= next_look_)
        if (const auto looked = take_up_partitions(); !looked) return looked.error();
    Batch batch;
    std::map<Partition, std::int64_t> moved;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < kRecordsAtOnce && bytes < kBytesAtOnce; ++i) {
        auto polled = consumer_->poll(i == 0 && untold_.empty() ? patience : std::chrono::milliseconds{0});
        if (!polled) {
            if (moved.empty()) return polled.error();
            break;  // it says so again
        }
        if (polled->out_of_range) {
            if (const auto again = take_up_again(*polled->out_of_range); !again) return again.error();
            continue;
        }
        if (!polled->message) break;
        bytes += polled->message->value ? polled->message->value->size() : 0;
        take(*polled->message, batch);
        moved[polled->message->partition] = polled->message->offset + 1;
    }
    for (const auto& partition : std::exchange(untold_, {})) moved[partition] = next_[partition];
    for (const auto& [partition, next] : moved)
        batch.positions.push_back({name_, part_of(partition), std::to_string(next)});
    batch.notice = std::exchange(notice_, "");
    return batch;
}

// The offsets were committed with the events.
Result<> Kafka::acknowledge(const Batch&) { return {}; }

std::optional<std::int64_t> Kafka::lag() {
    std::int64_t lag = 0;
    for (const auto& [partition, next] : next_) {
        const auto end = consumer_->known_end(partition);
        if (!end) return std::nullopt;
        lag += std::max<std::int64_t>(*end - next, 0);
    }
    return lag;
}

}  // namespace weir::daemon::sources
