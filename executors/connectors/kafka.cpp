#include "executors/connectors/kafka.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <array>

namespace weir::connectors {
namespace {

using model::Error;
using model::ErrorKind;
using model::Result;

constexpr int kPatienceMilliseconds = 5'000;
// Read ahead of what was asked for; the default is 64 MiB.
constexpr const char* kReadAheadKilobytes = "16384";

// A list that is not destroyed holds partitions, and then closing the client waits for ever.
struct Destroy {
    void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
    void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
    void operator()(const rd_kafka_metadata_t* metadata) const { rd_kafka_metadata_destroy(metadata); }
    void operator()(rd_kafka_topic_partition_list_t* list) const { rd_kafka_topic_partition_list_destroy(list); }
    void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
template <class Type>
using Owned = std::unique_ptr<Type, Destroy>;

void note_complaint(rd_kafka_t*, int, const char* reason, void* complaint) {
    static_cast<std::string*>(complaint)->assign(reason);
}

struct Remedy {
    rd_kafka_resp_err_t code;
    ErrorKind kind;
    std::string_view words;
};
constexpr std::array kRemedies{
    Remedy{RD_KAFKA_RESP_ERR__AUTHENTICATION, ErrorKind::forbidden,
           "check username, password and sasl_mechanism of this connection"},
    Remedy{RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, ErrorKind::forbidden,
           "check username, password and sasl_mechanism of this connection"},
    Remedy{RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, ErrorKind::forbidden,
           "let the user read and describe the topic"},
    Remedy{RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, ErrorKind::not_found, "make the topic, or take it out of `topics`"},
    Remedy{RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, ErrorKind::not_found, "make the topic, or take it out of `topics`"},
    Remedy{RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, ErrorKind::unavailable,
           "are the brokers running, and is `brokers` right?"},
    Remedy{RD_KAFKA_RESP_ERR__TRANSPORT, ErrorKind::unavailable, "are the brokers running, and is `brokers` right?"},
    Remedy{RD_KAFKA_RESP_ERR__TIMED_OUT, ErrorKind::unavailable,
           "are the brokers running, is `brokers` right, and does security_protocol fit them?"},
    Remedy{RD_KAFKA_RESP_ERR__RESOLVE, ErrorKind::unavailable, "is `brokers` right?"},
    Remedy{RD_KAFKA_RESP_ERR__SSL, ErrorKind::invalid, "check security_protocol and ssl_ca of this connection"},
};

std::vector<std::pair<std::string, std::string>> headers_of(const rd_kafka_message_t& message) {
    std::vector<std::pair<std::string, std::string>> all;
    rd_kafka_headers_t* headers = nullptr;  // belongs to the message
    if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return all;
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i)
        all.emplace_back(name, value == nullptr ? std::string() : std::string(static_cast<const char*>(value), size));
    return all;
}

}  // namespace

std::string KafkaEndpoint::described() const { return fmt::format("kafka '{}' ({})", name, brokers); }

void KafkaConsumer::Close::operator()(rd_kafka_s* kafka) const {
    rd_kafka_consumer_close(kafka);
    rd_kafka_destroy(kafka);
}

Error KafkaConsumer::failure(const std::string& doing, int code) const {
    const auto error = static_cast<rd_kafka_resp_err_t>(code);
    const std::string why = complaint_->empty() ? rd_kafka_err2str(error) : *complaint_;
    for (const auto& known : kRemedies)
        if (known.code == error)
            return {known.kind, fmt::format("{}: {}: {}; {}", described_, doing, why, known.words)};
    return {ErrorKind::unavailable, fmt::format("{}: {}: {}", described_, doing, why)};
}

Result<KafkaConsumer> KafkaConsumer::connect(const KafkaEndpoint& endpoint) {
    Owned<rd_kafka_conf_t> conf(rd_kafka_conf_new());
    auto complaint = std::make_unique<std::string>();
    std::array<char, 512> reason{};
    const std::string group = "weir-" + endpoint.name;  // never joined; the client wants one
    const std::array<std::pair<const char*, std::string>, 13> settings{{
        {"bootstrap.servers", endpoint.brokers},
        {"client.id", "weir"},
        {"group.id", group},
        {"security.protocol", endpoint.security_protocol},
        {"sasl.mechanism", endpoint.sasl_mechanism},
        {"sasl.username", endpoint.username},
        {"sasl.password", endpoint.password},
        {"ssl.ca.location", endpoint.ssl_ca},
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        // An offset that is gone must be told, not silently replaced.
        {"auto.offset.reset", "error"},
        {"isolation.level", "read_committed"},
        {"queued.max.messages.kbytes", kReadAheadKilobytes},
    }};
    for (const auto& [name, value] : settings) {
        if (value.empty()) continue;
        if (rd_kafka_conf_set(conf.get(), name, value.c_str(), reason.data(), reason.size()) != RD_KAFKA_CONF_OK)
            return Error{ErrorKind::invalid,
                         fmt::format("{}: the client takes no such {}; see librdkafka's documentation",
                                     endpoint.described(), name)};
    }
    rd_kafka_conf_set_error_cb(conf.get(), note_complaint);
    rd_kafka_conf_set_opaque(conf.get(), complaint.get());
    rd_kafka_conf_set_log_cb(conf.get(), [](const rd_kafka_t*, int, const char*, const char*) {});
    rd_kafka_t* raw = rd_kafka_new(RD_KAFKA_CONSUMER, conf.get(), reason.data(), reason.size());
    if (raw == nullptr)
        return Error{ErrorKind::invalid, fmt::format("{}: {}; check the connection in weir.yaml", endpoint.described(),
                                                     std::string_view(reason.data()))};
    static_cast<void>(conf.release());  // the client owns it now
    KafkaConsumer consumer(raw, endpoint.described(), std::move(complaint));

    const rd_kafka_metadata_t* metadata = nullptr;
    const auto answered = rd_kafka_metadata(raw, /*all_topics=*/0, nullptr, &metadata, kPatienceMilliseconds);
    const Owned<const rd_kafka_metadata_t> owned(metadata);
    if (answered != RD_KAFKA_RESP_ERR_NO_ERROR) {
        rd_kafka_poll(raw, 0);  // what the client has to say meanwhile
        return consumer.failure("cannot connect", answered);
    }
    rd_kafka_poll_set_consumer(raw);
    return consumer;
}

Result<std::vector<KafkaPartition>> KafkaConsumer::partitions(const std::vector<std::string>& topics) {
    std::vector<KafkaPartition> all;
    for (const auto& name : topics) {
        const Owned<rd_kafka_topic_t> topic(rd_kafka_topic_new(kafka_.get(), name.c_str(), nullptr));
        const auto doing = fmt::format("cannot read topic '{}'", name);
        if (!topic) return failure(doing, rd_kafka_last_error());
        const rd_kafka_metadata_t* metadata = nullptr;
        const auto answered = rd_kafka_metadata(kafka_.get(), 0, topic.get(), &metadata, kPatienceMilliseconds);
        const Owned<const rd_kafka_metadata_t> owned(metadata);
        if (answered != RD_KAFKA_RESP_ERR_NO_ERROR) return failure(doing, answered);
        if (metadata->topic_cnt != 1 || metadata->topics[0].err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            complaint_->clear();
            return failure(
                doing, metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
        }
        for (int i = 0; i < metadata->topics[0].partition_cnt; ++i)
            all.push_back({name, metadata->topics[0].partitions[i].id});
    }
    return all;
}

Result<KafkaOffsets> KafkaConsumer::offsets(const KafkaPartition& partition) {
    KafkaOffsets offsets;
    const auto answered = rd_kafka_query_watermark_offsets(kafka_.get(), partition.topic.c_str(), partition.number,
                                                           &offsets.oldest, &offsets.next, kPatienceMilliseconds);
    if (answered == RD_KAFKA_RESP_ERR_NO_ERROR) return offsets;
    return failure(fmt::format("cannot ask for the offsets of {}/{}", partition.topic, partition.number), answered);
}

std::optional<std::int64_t> KafkaConsumer::known_end(const KafkaPartition& partition) const {
    std::int64_t low = 0, high = 0;
    const auto known =
        rd_kafka_get_watermark_offsets(kafka_.get(), partition.topic.c_str(), partition.number, &low, &high);
    if (known != RD_KAFKA_RESP_ERR_NO_ERROR || high < 0) return std::nullopt;
    return high;
}

Result<> KafkaConsumer::assign(const std::map<KafkaPartition, std::int64_t>& offsets) {
    const Owned<rd_kafka_topic_partition_list_t> list(
        rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
    for (const auto& [partition, offset] : offsets)
        rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.number)->offset = offset;
    const auto done = rd_kafka_assign(kafka_.get(), list.get());
    if (done != RD_KAFKA_RESP_ERR_NO_ERROR) return failure("cannot read the partitions", done);
    return {};
}

Result<KafkaConsumer::Polled> KafkaConsumer::poll(std::chrono::milliseconds patience) {
    complaint_->clear();
    const Owned<rd_kafka_message_t> message(rd_kafka_consumer_poll(kafka_.get(), static_cast<int>(patience.count())));
    // The client goes on by itself, but nobody would know why nothing comes.
    if (!complaint_->empty()) return failure("lost the brokers", RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN);
    if (!message) return Polled{};
    const std::string topic = message->rkt == nullptr ? "" : rd_kafka_topic_name(message->rkt);
    KafkaPartition partition{topic, message->partition};
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        Polled polled;
        polled.message = KafkaMessage{std::move(partition), message->offset, std::nullopt, headers_of(*message)};
        if (message->payload != nullptr)
            polled.message->value.emplace(static_cast<const char*>(message->payload), message->len);
        return polled;
    }
    if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE)
        return Polled{std::nullopt, std::move(partition)};
    // Of an error the payload is its text.
    if (message->payload != nullptr) complaint_->assign(static_cast<const char*>(message->payload), message->len);
    return failure(fmt::format("cannot read {}/{}", topic, partition.number), message->err);
}

}  // namespace weir::connectors
