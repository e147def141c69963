#include "scheduler/model/nearest.hpp"

#include <doctest/doctest.h>

#include <vector>

using weir::model::did_you_mean;
using weir::model::nearest_name;

namespace {

const std::vector<std::string> kTasks{"extract", "transform", "load", "load_views"};

}  // namespace

TEST_CASE("a slip finds the name that was meant") {
    CHECK(nearest_name("extrct", kTasks) == "extract");    // a letter left out
    CHECK(nearest_name("extracct", kTasks) == "extract");  // one too many
    CHECK(nearest_name("extrakt", kTasks) == "extract");   // a wrong one
    CHECK(nearest_name("laod", kTasks) == "load");         // two exchanged
    CHECK(nearest_name("load-views", kTasks) == "load_views");
}

TEST_CASE("the closest name wins and among equals the first") {
    const std::vector<std::string> names{"abcd", "abce", "abcf"};
    CHECK(nearest_name("abce", names) == "abce");
    CHECK(nearest_name("abcx", names) == "abcd");
}

TEST_CASE("names that differ in more than a third are not proposed") {
    CHECK(!nearest_name("publish", kTasks));
    CHECK(!nearest_name("x", std::vector<std::string>{"y"}));
    CHECK(!nearest_name("", kTasks));
    CHECK(!nearest_name("load", {}));
}

TEST_CASE("very long names are not compared") {
    CHECK(!nearest_name(std::string(100'000, 'a'), std::vector<std::string>{std::string(100'000, 'a')}));
}

TEST_CASE("the message proposes the nearest name") {
    CHECK(did_you_mean("extrct", kTasks) == "; did you mean 'extract'?");
}

TEST_CASE("a short list is told when nothing is near") {
    CHECK(did_you_mean("publish", kTasks) == "; known are extract, transform, load, load_views");
}

TEST_CASE("a long list is not told") {
    CHECK(did_you_mean("publish", std::vector<std::string>(13, "aaaaaaaaaaaa")).empty());
    CHECK(did_you_mean("publish", {}).empty());
}
