#include "executors/connectors/kafka.hpp"

#include <cstdlib>

#include "tests/support/result.hpp"

using namespace weir::connectors;
using weir::model::Json;

TEST_CASE("a Kafka's endpoint has its settings and its secret") {
    ::setenv("WEIR_TEST_KAFKA_SECRET", "from env", 1);
    const auto endpoint = kafka_endpoint("bus", {{"kind", "kafka"},
                                                 {"brokers", "a:9092,b:9092"},
                                                 {"security_protocol", "sasl_ssl"},
                                                 {"sasl_mechanism", "PLAIN"},
                                                 {"username", "u"},
                                                 {"password", {{"env", "WEIR_TEST_KAFKA_SECRET"}}},
                                                 {"ssl_ca", "/ca.pem"}});
    REQUIRE(endpoint);
    CHECK(endpoint->password == "from env");
    CHECK(endpoint->ssl_ca == "/ca.pem");
    CHECK(endpoint->described() == "kafka 'bus' (a:9092,b:9092)");
}

TEST_CASE("a setting that the Kafka client does not take is named without its value") {
    const auto consumer =
        KafkaConsumer::connect({.name = "bus", .brokers = "127.0.0.1:1", .security_protocol = "hunter2"});
    REQUIRE_FALSE(consumer);
    CHECK(consumer.error().message.find("security.protocol") != std::string::npos);
    CHECK(consumer.error().message.find("hunter2") == std::string::npos);
}
