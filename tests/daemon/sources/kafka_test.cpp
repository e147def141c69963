#include "daemon/sources/kafka.hpp"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <set>
#include <stdexcept>

#include "scheduler/model/cloud_event.hpp"
#include "tests/daemon/sources/fakes.hpp"

using namespace weir;
using namespace weir::daemon::sources;
using namespace weir::daemon::sources::test;
using connectors::KafkaMessage;
using model::Json;
using weir::test::eventually;

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

// librdkafka's own cluster of one broker, in this process, with a topic of two partitions.
class Cluster {
   public:
    explicit Cluster(int partitions = 2) {
        auto* conf = rd_kafka_conf_new();
        rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
        host_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
        mock_ = rd_kafka_mock_cluster_new(host_, 1);
        rd_kafka_mock_topic_create(mock_, "events", partitions, 1);
        conf = rd_kafka_conf_new();
        rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
        rd_kafka_conf_set(conf, "bootstrap.servers", brokers().c_str(), nullptr, 0);
        rd_kafka_conf_set(conf, "linger.ms", "0", nullptr, 0);
        producer_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
    }
    ~Cluster() {
        rd_kafka_destroy(producer_);
        rd_kafka_mock_cluster_destroy(mock_);
        rd_kafka_destroy(host_);
    }
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    [[nodiscard]] std::string brokers() const { return rd_kafka_mock_cluster_bootstraps(mock_); }
    [[nodiscard]] rd_kafka_mock_cluster_t* mock() const { return mock_; }

    // Returns when the broker has it.
    void produce(int partition, const std::optional<std::string>& value, const Headers& headers = {}) const {
        auto* all = rd_kafka_headers_new(headers.size());
        for (const auto& [name, text] : headers)
            rd_kafka_header_add(all, name.c_str(), -1, text.data(), static_cast<ssize_t>(text.size()));
        auto* data = value ? const_cast<char*>(value->data()) : nullptr;
        const std::size_t size = value ? value->size() : 0;
        const auto sent = rd_kafka_producev(producer_, RD_KAFKA_V_TOPIC("events"), RD_KAFKA_V_PARTITION(partition),
                                            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_VALUE(data, size),
                                            RD_KAFKA_V_HEADERS(all), RD_KAFKA_V_END);
        if (sent != RD_KAFKA_RESP_ERR_NO_ERROR || rd_kafka_flush(producer_, 10'000) != RD_KAFKA_RESP_ERR_NO_ERROR)
            throw std::runtime_error("cannot produce");
    }
    void event(int partition, const std::string& id) const { produce(partition, event_text(id)); }

   private:
    rd_kafka_t* host_ = nullptr;
    rd_kafka_mock_cluster_t* mock_ = nullptr;
    rd_kafka_t* producer_ = nullptr;
};

struct Bus {
    Cluster cluster;
    FakeSink sink;
    Words words;

    [[nodiscard]] std::unique_ptr<Kafka> source(const Json& more = Json::object()) const {
        Json settings{{"connection", "bus"}, {"topics", {"events"}}};
        settings.update(more);
        return std::make_unique<Kafka>("test", settings, Json{{"kind", "kafka"}, {"brokers", cluster.brokers()}},
                                       sink.reader(), std::chrono::milliseconds{50});
    }
    [[nodiscard]] std::unique_ptr<Runner> run(const Json& more = Json::object()) {
        return std::make_unique<Runner>("test", "kafka", source(more), sink, words.log(), kQuick);
    }
    [[nodiscard]] bool takes(const std::set<std::string>& expected) const {
        return eventually([this, &expected] {
            const auto ids = sink.ids();
            return std::set<std::string>(ids.begin(), ids.end()) == expected;
        });
    }
};

std::string watermark(const std::string& id, const std::string& time, int partition, int partitions = 2) {
    return Json{{"specversion", "1.0"}, {"id", id},          {"source", "job"},        {"type", "dev.weir.watermark"},
                {"subject", "views"},   {"watermark", time}, {"partition", partition}, {"partitions", partitions}}
        .dump();
}

KafkaMessage record(std::optional<std::string> value, Headers headers = {}) {
    return {{"events", 1}, 7, std::move(value), std::move(headers)};
}

const Headers kBinary{{"ce_specversion", "1.0"}, {"ce_id", "1"}, {"ce_source", "s"}, {"ce_type", "t"}};

}  // namespace

TEST_CASE("a record with a cloudevents content type is read as structured") {
    for (const std::string type : {"application/cloudevents+json", "Application/CloudEvents+JSON; charset=UTF-8"}) {
        const auto event = read_record(record(event_text("1"), {{"content-type", type}}));
        REQUIRE(event);
        CHECK(event->fault == "");
        CHECK(event->event.id == "1");
        CHECK(event->position == "events/1/7");
    }
    CHECK(read_record(record(event_text("1")))->fault == "");
    CHECK(read_record(record("{oops", {{"content-type", "application/cloudevents+json"}}))->fault != "");
    CHECK(read_record(record("[]", {{"content-type", "application/cloudevents-batch+json"}}))->fault ==
          "a record holds one event: Kafka knows no batches");
}

TEST_CASE("a record with ce_ headers is read as binary, with its data by its content type") {
    auto headers = kBinary;
    headers.emplace_back("ce_windowstart", "2026-11-22T07:00:00Z");
    headers.emplace_back("content-type", "application/json");
    headers.emplace_back("traceparent", "x");
    const auto event = read_record(record(R"({"total": 5})", headers));
    REQUIRE(event);
    CHECK(event->fault == "");
    CHECK(event->event.attribute("windowstart") == "2026-11-22T07:00:00Z");
    CHECK(event->event.attribute("datacontenttype") == "application/json");
    CHECK(event->event.data == Json{{"total", 5}});
    headers.emplace_back("ce_id", "2");
    CHECK(read_record(record("{}", headers))->fault == "the header ce_id stands there twice");
}

TEST_CASE("a tombstone is an event when it has attributes, and nothing when it has none") {
    const auto event = read_record(record(std::nullopt, kBinary));
    REQUIRE(event);
    CHECK(event->fault == "");
    CHECK(event->event.data.is_null());
    CHECK_FALSE(read_record(record(std::nullopt)));
    CHECK(read_record(record(std::nullopt, {{"content-type", "application/cloudevents+json"}}))->fault != "");
}

TEST_CASE("a record that is no event says so") {
    CHECK(read_record(record("hello"))->fault.starts_with("this is no CloudEvent"));
    CHECK(read_record(record("hello"))->raw == "hello");
    CHECK(read_record(record(R"({"a": 1})", {{"content-type", "application/json"}}))->fault.starts_with("this is no"));
}

TEST_CASE("all partitions are read from their beginning, and on from what was committed") {
    Bus bus;
    bus.cluster.event(0, "1");
    bus.cluster.event(1, "2");
    {
        const auto runner = bus.run();
        CHECK(bus.takes({"1", "2"}));
        CHECK(eventually([&runner] { return runner->status().lag == 0; }));
    }
    bus.cluster.event(0, "3");
    const auto runner = bus.run();
    CHECK(bus.takes({"1", "2", "3"}));
    CHECK(bus.sink.count(model::Disposition::duplicate) == 0);
    CHECK(bus.sink.events().back().position == "events/0/1");
}

TEST_CASE("a source that starts with what is new remembers where that was") {
    Bus bus;
    bus.cluster.event(0, "old");
    {
        const auto runner = bus.run({{"start", "new"}});
        CHECK(eventually([&bus] { return bus.sink.positions().size() == 2; }));
    }
    bus.cluster.event(0, "meanwhile");
    const auto runner = bus.run({{"start", "new"}});
    CHECK(bus.takes({"meanwhile"}));
}

TEST_CASE("a record that cannot be read is handed on with the reason, and stops no other") {
    Bus bus;
    bus.cluster.produce(0, "{oops");
    bus.cluster.produce(0, std::nullopt);
    bus.cluster.event(0, "good");
    const auto runner = bus.run();
    CHECK(bus.takes({"good"}));
    CHECK(bus.sink.count(model::Disposition::rejected) == 1);
    CHECK(eventually([&runner] { return runner->status().lag == 0; }));
}

TEST_CASE("an offset that is gone is told, and reading goes on with the oldest record") {
    Bus bus;
    bus.cluster.event(0, "1");
    REQUIRE(
        bus.sink.deliver({.source = "test", .positions = {{"test", "events/0", "500"}, {"test", "events/1", "0"}}}));
    const auto runner = bus.run();
    CHECK(bus.takes({"1"}));
    CHECK(eventually([&runner] {
        return runner->status().problem.find("the record at offset 500 of events/0 is not there") != std::string::npos;
    }));
    CHECK(runner->status().connected);
}

TEST_CASE("a topic that is not there is a problem with its remedy") {
    Bus bus;
    rd_kafka_mock_topic_set_error(bus.cluster.mock(), "missing", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    const auto connected = bus.source({{"topics", {"missing"}}})->connect();
    REQUIRE_FALSE(connected);
    CHECK(connected.error().message.find("cannot read topic 'missing'") != std::string::npos);
    CHECK(connected.error().message.find("make the topic") != std::string::npos);
}

TEST_CASE("a broker that goes down and comes back loses and doubles nothing") {
    Bus bus;
    bus.cluster.event(0, "1");
    const auto runner = bus.run();
    CHECK(bus.takes({"1"}));
    rd_kafka_mock_broker_set_down(bus.cluster.mock(), 1);
    CHECK(eventually([&runner] { return !runner->status().connected; }));
    CHECK(runner->status().problem.find("kafka 'bus'") != std::string::npos);
    rd_kafka_mock_broker_set_up(bus.cluster.mock(), 1);
    bus.cluster.event(1, "2");
    CHECK(bus.takes({"1", "2"}));
    CHECK(eventually([&runner] { return runner->status().connected; }));
    CHECK(bus.sink.count(model::Disposition::duplicate) == 0);
}

TEST_CASE("of watermarks by partition the smallest counts, once all have spoken") {
    Bus bus;
    bus.cluster.produce(0, watermark("a", "2026-11-22T07:10:00Z", 0));
    bus.cluster.produce(0, watermark("b", "2026-11-22T07:05:00Z", 1));
    bus.cluster.produce(0, watermark("c", "2026-11-22T07:20:00Z", 0));
    bus.cluster.produce(0, watermark("d", "2026-11-22T07:30:00Z", 1));
    const auto runner = bus.run();
    CHECK(bus.takes({"b", "d"}));
    CHECK(bus.sink.events()[0].event.attribute("watermark") == "2026-11-22T07:05:00Z");
    CHECK(bus.sink.events()[1].event.attribute("watermark") == "2026-11-22T07:20:00Z");
}

TEST_CASE("watermarks by partition survive a restart") {
    Bus bus;
    bus.cluster.produce(0, watermark("a", "2026-11-22T07:10:00Z", 0));
    {
        const auto runner = bus.run();
        CHECK(eventually([&bus] { return bus.sink.positions().size() == 3; }));
    }
    bus.cluster.produce(0, watermark("b", "2026-11-22T07:05:00Z", 1));
    const auto runner = bus.run();
    CHECK(bus.takes({"b"}));
}

TEST_CASE("watermarks by partition have their attributes, and a job with fewer parts holds nothing up") {
    PartitionWatermarks watermarks("test");
    const auto read = [](const std::string& text) { return *model::parse_cloud_event(text); };
    CHECK_FALSE(PartitionWatermarks::is_one(read(event_text("1"))));
    CHECK(watermarks.take(read(watermark("a", "noon", 0))).error().message.find("'watermark'") != std::string::npos);
    CHECK(watermarks.take(read(watermark("a", "2026-11-22T07:00:00Z", 0, 0))).error().message.find("'partitions'") !=
          std::string::npos);
    for (int i = 0; i < 4; ++i) CHECK(watermarks.take(read(watermark("a", "2026-11-22T07:00:00Z", i, 4))));
    CHECK_FALSE(watermarks.take(read(watermark("a", "2026-11-22T07:10:00Z", 0, 2)))->event);
    const auto both = watermarks.take(read(watermark("a", "2026-11-22T07:20:00Z", 1, 2)));
    REQUIRE(both);
    REQUIRE(both->event);
    CHECK(both->event->attribute("watermark") == "2026-11-22T07:10:00Z");
}
