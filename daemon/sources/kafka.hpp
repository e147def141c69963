// Topics of a Kafka, all of their partitions, each from the offset that was committed with the events before it: a record
// makes its runs once, whatever dies when. Records are CloudEvents in structured or binary mode.
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/sources/source.hpp"
#include "daemon/sources/watermarks.hpp"
#include "executors/connectors/kafka.hpp"
#include "scheduler/model/json.hpp"

namespace weir::daemon::sources {

class Kafka : public Source {
   public:
    // As yaml::Config has them: {"connection", "topics", "start"} and the connection.
    Kafka(std::string name, const model::Json& settings, model::Json connection, Positions positions,
          std::chrono::milliseconds look_for_partitions = std::chrono::minutes{1});

    [[nodiscard]] model::Result<> connect() override;
    [[nodiscard]] model::Result<Batch> poll(std::chrono::milliseconds patience) override;
    [[nodiscard]] model::Result<> acknowledge(const Batch& batch) override;
    [[nodiscard]] std::optional<std::int64_t> lag() override;

   private:
    using Partition = connectors::KafkaPartition;
    // Adds what is not read yet, from its stored offset or from where it has to begin.
    [[nodiscard]] model::Result<> take_up_partitions();
    [[nodiscard]] model::Result<> take_up_again(const Partition& partition);
    void take(const connectors::KafkaMessage& message, Batch& batch);

    std::string name_;
    std::string connection_name_;
    model::Json connection_settings_;
    std::vector<std::string> topics_;
    bool start_new_;
    Positions positions_;
    std::chrono::milliseconds look_for_partitions_;

    std::optional<connectors::KafkaConsumer> consumer_;
    PartitionWatermarks watermarks_;
    std::map<Partition, std::int64_t> next_;  // offset of the next record
    std::vector<Partition> untold_;           // their offsets are to be stored though nothing was read
    std::string notice_;
    std::chrono::steady_clock::time_point next_look_{};
};

// One record as an event. nullopt: a tombstone that is no event, which only makes room in a compacted topic.
[[nodiscard]] std::optional<core::IncomingEvent> read_record(const connectors::KafkaMessage& message);

}  // namespace weir::daemon::sources
