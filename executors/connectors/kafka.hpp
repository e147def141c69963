// A blocking Kafka consumer over librdkafka's C API: partitions are assigned with offsets that the caller keeps, there is
// no consumer group; failures in words that name the cluster and the remedy. Used by the daemon's Kafka source.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/model/json.hpp"
#include "scheduler/model/result.hpp"

struct rd_kafka_s;

namespace weir::connectors {

struct KafkaEndpoint {
    std::string name;  // as in weir.yaml, for messages
    std::string brokers;
    std::string security_protocol;  // in librdkafka's words
    std::string sasl_mechanism;
    std::string username;
    std::string password;
    std::string ssl_ca;

    [[nodiscard]] std::string described() const;  // "kafka 'bus' (a:9092,b:9092)"
};
// `settings`: {"kind": "kafka", "brokers": …, "security_protocol", "sasl_mechanism", "username", "password": SECRET, "ssl_ca"}
[[nodiscard]] model::Result<KafkaEndpoint> kafka_endpoint(const std::string& name, const model::Json& settings);

struct KafkaPartition {
    std::string topic;
    std::int32_t number = 0;
    auto operator<=>(const KafkaPartition&) const = default;
};

struct KafkaMessage {
    KafkaPartition partition;
    std::int64_t offset = 0;
    std::optional<std::string> value;  // nullopt: a tombstone
    std::vector<std::pair<std::string, std::string>> headers;
};

struct KafkaOffsets {
    std::int64_t oldest = 0;
    std::int64_t next = 0;  // of the message that will come
};

class KafkaConsumer {
   public:
    // Connects and sees that a broker answers.
    [[nodiscard]] static model::Result<KafkaConsumer> connect(const KafkaEndpoint& endpoint);

    // All partitions of these topics; a topic that is not there is an error.
    [[nodiscard]] model::Result<std::vector<KafkaPartition>> partitions(const std::vector<std::string>& topics);
    [[nodiscard]] model::Result<KafkaOffsets> offsets(const KafkaPartition& partition);
    // As the last message told, without asking; nullopt before the first.
    [[nodiscard]] std::optional<std::int64_t> known_end(const KafkaPartition& partition) const;

    // Reads these partitions, each from its offset on, and no others.
    [[nodiscard]] model::Result<> assign(const std::map<KafkaPartition, std::int64_t>& offsets);

    struct Polled {
        std::optional<KafkaMessage> message;
        std::optional<KafkaPartition> out_of_range;  // what was assigned is not there any more, or not yet
    };
    [[nodiscard]] model::Result<Polled> poll(std::chrono::milliseconds patience);

    [[nodiscard]] const std::string& described() const { return described_; }

   private:
    struct Close {
        void operator()(rd_kafka_s* kafka) const;
    };
    KafkaConsumer(rd_kafka_s* kafka, std::string described, std::unique_ptr<std::string> complaint)
        : complaint_(std::move(complaint)), kafka_(kafka), described_(std::move(described)) {}
    // What the client last complained of, or this code in words; with a remedy.
    [[nodiscard]] model::Error failure(const std::string& doing, int code) const;

    // The client tells what went wrong with its brokers beside the calls' results. Before kafka_: outlives it.
    std::unique_ptr<std::string> complaint_;
    std::unique_ptr<rd_kafka_s, Close> kafka_;
    std::string described_;
};

}  // namespace weir::connectors
