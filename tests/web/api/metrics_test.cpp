#include "tests/web/api/world.hpp"

using namespace weir;
using namespace weir::api::test;

TEST_CASE("metrics are in Prometheus' text format, with the figures of the moment") {
    World world;
    world.sources.rows = {{"bus", "kafka", true, "", at("2026-11-22T07:59:00Z"), 12, 300, 2}};
    const auto answer = ask(world.router, "GET", "/metrics");
    CHECK(answer.status == 200);
    CHECK(answer.content_type == "text/plain; version=0.0.4; charset=utf-8");
    const auto says = [&answer](const std::string& line) { return answer.text.find(line + "\n") != std::string::npos; };
    CHECK(says("# TYPE weir_source_events_total counter"));
    CHECK(says(R"(weir_source_events_total{source="bus",kind="kafka"} 300)"));
    CHECK(says(R"(weir_source_lag{source="bus",kind="kafka"} 12)"));
    CHECK(says(R"(weir_healthy{part="database"} 1)"));
    CHECK(says("# TYPE weir_dag_runs gauge"));
}

TEST_CASE("metrics without sources have no lines of sources") {
    World world;
    CHECK(ask(world.router, "GET", "/metrics").text.find("weir_source") == std::string::npos);
}
