#include "scheduler/model/instance_name.hpp"

#include <doctest/doctest.h>

using namespace weir::model;

TEST_CASE("the name of an instance has its number in brackets, and a task has none") {
    CHECK(instance_name("load", -1) == "load");
    CHECK(instance_name("load", 0) == "load[0]");
    CHECK(instance_name("prepare.load", 12) == "prepare.load[12]");
}

TEST_CASE("the name of an instance is read back as its task and number") {
    CHECK(parse_instance_name("load") == InstanceName{"load", -1});
    CHECK(parse_instance_name("prepare.load[12]") == InstanceName{"prepare.load", 12});
}

TEST_CASE("brackets without a number in them are part of the id") {
    for (const auto* text : {"load[", "load[]", "load[x]", "load[-1]", "load[3]x", "load[3 ]"})
        CHECK(parse_instance_name(text) == InstanceName{text, -1});
}
