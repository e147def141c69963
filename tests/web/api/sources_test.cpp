#include "tests/web/api/world.hpp"

using namespace weir;
using namespace weir::api::test;

TEST_CASE("the list of sources says how each is doing") {
    World world;
    CHECK(world.get("/sources").json == Json{{"sources", Json::array()}, {"total_entries", 0}});
    world.sources.rows = {{"bus", "kafka", true, "", at("2026-11-22T07:59:00Z"), 12, 300, 2},
                          {"lake", "files", false, "/lake is not there", std::nullopt, std::nullopt, 0, 0}};
    const auto answer = world.get("/sources");
    CHECK(answer.json["sources"][0] == Json{{"name", "bus"},
                                            {"kind", "kafka"},
                                            {"connected", true},
                                            {"problem", nullptr},
                                            {"last_seen", "2026-11-22T07:59:00Z"},
                                            {"lag", 12},
                                            {"taken", 300},
                                            {"rejected", 2}});
    CHECK(answer.json["sources"][1]["problem"] == "/lake is not there");
    CHECK(answer.json["sources"][1]["lag"].is_null());
    CHECK(answer.json["total_entries"] == 2);
    CHECK(world.get("/sources?kind=kafka").status == 422);
}
