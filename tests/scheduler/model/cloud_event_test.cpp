#include "scheduler/model/cloud_event.hpp"

#include "scheduler/model/bytes.hpp"
#include "tests/support/result.hpp"

namespace weir::model {
namespace {

const char* const kWhole = R"({"specversion": "1.0", "id": "1", "source": "/shop", "type": "order.paid"})";

// The whole event with more members, or with others in place of them.
std::string with(const Json& changes) {
    auto json = Json::parse(kWhole);
    json.update(changes);
    return json.dump();
}

std::string fault(std::string_view text) {
    const auto event = parse_cloud_event(text);
    return event ? "" : event.error().message;
}

}  // namespace

TEST_CASE("a structured event has its attributes, extensions and data") {
    const auto event = parse_cloud_event(R"({"specversion": "1.0", "id": "a-1", "source": "/shop", "type": "order.paid",
        "subject": "orders/7", "time": "2026-11-22T08:54:48.5+01:00", "datacontenttype": "application/json",
        "windowstart": "2026-11-22T07:00:00Z", "revision": 2, "final": true, "data": {"total": 12.5}})");
    REQUIRE(event);
    CHECK(event->id == "a-1");
    CHECK(event->source == "/shop");
    CHECK(event->type == "order.paid");
    CHECK(event->subject == "orders/7");
    REQUIRE(event->time);
    CHECK(format_rfc3339(*event->time) == "2026-11-22T07:54:48.500000Z");
    CHECK(event->attributes == Json{{"datacontenttype", "application/json"},
                                    {"windowstart", "2026-11-22T07:00:00Z"},
                                    {"revision", 2},
                                    {"final", true}});
    CHECK(event->data == Json{{"total", 12.5}});
}

TEST_CASE("an event that is written and read again is the same") {
    const auto event = parse_cloud_event(with({{"subject", "s"}, {"time", "2026-11-22T07:00:00Z"}, {"data", {1, 2}}}));
    REQUIRE(event);
    const auto again = read_cloud_event(to_json(*event));
    REQUIRE(again);
    CHECK(*again == *event);
}

TEST_CASE("an attribute that is missing or empty is named") {
    for (const std::string name : {"specversion", "id", "source", "type"}) {
        auto json = Json::parse(kWhole);
        json.erase(name);
        CHECK(fault(json.dump()) ==
              "attribute '" + name + "' is missing; an event has specversion, id, source and type");
        CHECK(fault(with({{name, nullptr}})) ==
              "attribute '" + name + "' is missing; an event has specversion, id, source and type");
        CHECK(fault(with({{name, ""}})) == "attribute '" + name + "' is empty; give it a value or leave it out");
        CHECK(fault(with({{name, 5}})) == "attribute '" + name + "' must be a text");
    }
    CHECK(fault(with({{"subject", ""}})) == "attribute 'subject' is empty; give it a value or leave it out");
}

TEST_CASE("only version 1.0 is read") {
    CHECK(fault(with({{"specversion", "0.3"}})) == "attribute 'specversion' is '0.3'; Weir reads CloudEvents 1.0");
}

TEST_CASE("a time is RFC 3339") {
    CHECK(fault(with({{"time", "yesterday"}})) ==
          "attribute 'time' is 'yesterday'; expected a time like 2026-11-22T07:54:48Z");
    CHECK(fault(with({{"time", "2026-11-22T07:54:48"}})) != "");
}

TEST_CASE("names of attributes are small letters and digits") {
    CHECK(fault(with({{"Region", "eu"}})) ==
          "'Region' cannot be an attribute's name, which has only the letters a to z and digits");
    CHECK(fault(with({{"window_start", "x"}})) != "");
    CHECK(fault(with({{"", "x"}})) != "");
    CHECK(fault(with({{"w2", "x"}})) == "");
}

TEST_CASE("values of attributes are texts, booleans and whole numbers of 32 bits") {
    CHECK(fault(with({{"n", 2147483647}})) == "");
    CHECK(fault(with({{"n", -2147483648LL}})) == "");
    CHECK(fault(with({{"n", 2147483648LL}})) == "attribute 'n' is a number of more than 32 bits; write it as a text");
    CHECK(fault(with({{"n", -2147483649LL}})) != "");
    CHECK(fault(with({{"n", 18446744073709551615ULL}})) != "");
    CHECK(fault(with({{"n", 1.5}})) == "attribute 'n' must be a text, true, false or a whole number");
    CHECK(fault(with({{"n", Json::array()}})) != "");
    CHECK(fault(with({{"n", Json::object()}})) != "");
    CHECK(fault(with({{"n", "a\nb"}})) == "attribute 'n' holds a control character; take it out");
    CHECK(fault(with({{"id", std::string("a\0b", 3)}})) != "");
    CHECK(fault(with({{"n", "\u0085"}})) != "");
    CHECK(fault(with({{"n", "\u00A0é"}})) == "");
}

TEST_CASE("what is no JSON object in UTF-8 is no structured event") {
    CHECK(fault("") == "this is no JSON in UTF-8, or nested deeper than 200");
    CHECK(fault("{") != "");
    CHECK(fault("[]") == "an event is a JSON object with specversion, id, source, type and data");
    CHECK(fault("7") != "");
    CHECK(fault(std::string(R"({"specversion":"1.0","id":")") + "\xC0\xA0" + R"(","source":"s","type":"t"})") != "");
}

TEST_CASE("an event may have 64 KiB and more, up to a limit") {
    CHECK(fault(with({{"data", std::string(250 << 10, 'x')}})) == "");
    const auto too_long = fault(with({{"data", std::string(256 << 10, 'x')}}));
    CHECK(too_long.find("more than the 262144 that Weir takes") != std::string::npos);
    // As a part of a batch it has no text of its own.
    CHECK_FALSE(read_cloud_event(Json::parse(with({{"data", std::string(256 << 10, 'x')}}))));
}

TEST_CASE("data in base64 is decoded") {
    const auto json = parse_cloud_event(with({{"data_base64", to_base64(R"({"a": 1})")}}));
    REQUIRE(json);
    CHECK(json->data == Json{{"a", 1}});
    const auto text = parse_cloud_event(with({{"data_base64", "aGVsbG8="}, {"datacontenttype", "text/plain"}}));
    REQUIRE(text);
    CHECK(text->data == "hello");
    const auto bytes = parse_cloud_event(with({{"data_base64", "/w=="}, {"datacontenttype", "image/png"}}));
    REQUIRE(bytes);
    CHECK(bytes->data == Json{{"base64", "/w=="}});
    CHECK(fault(with({{"data_base64", "a b="}})) != "");
    CHECK(fault(with({{"data_base64", 5}})) != "");
    CHECK(fault(with({{"data_base64", "YQ=="}, {"data", 1}})) ==
          "the event has both data and data_base64; leave one of them out");
}

TEST_CASE("a binary event has its data by its content type") {
    const auto read = [](const std::string& type, std::string_view body) {
        return read_cloud_event(BinaryEvent{
            {{"specversion", "1.0"}, {"id", "1"}, {"source", "s"}, {"type", "t"}, {"revision", "2"}}, type, body});
    };
    const auto json = read("Application/JSON; charset=utf-8", R"({"a": [1]})");
    REQUIRE(json);
    CHECK(json->data == Json{{"a", {1}}});
    CHECK(json->attributes == Json{{"revision", "2"}, {"datacontenttype", "Application/JSON; charset=utf-8"}});
    CHECK(read("application/vnd.shop+json", "[1]")->data == Json{1});
    CHECK(read("text/plain", "5")->data == "5");
    CHECK(read("text/csv", "a\xFF")->data == Json{{"base64", "Yf8="}});
    CHECK(read("", R"({"a": 1})")->data == Json{{"a", 1}});
    CHECK(read("", "no json")->data == "no json");
    CHECK(read("application/json", "")->data.is_null());
    CHECK(read("application/json", "{").error().message ==
          "the data is not JSON in UTF-8, which its content type application/json says");
}

TEST_CASE("a binary event's attributes are checked as a structured one's are") {
    BinaryEvent event{{{"specversion", "1.0"}, {"id", "1"}, {"source", "s"}, {"type", "t"}}, "", ""};
    const auto fault_with = [&event](const std::string& name, const std::string& value) {
        auto changed = event;
        changed.attributes[name] = value;
        const auto read = read_cloud_event(changed);
        return read ? std::string() : read.error().message;
    };
    CHECK(fault_with("region", "eu") == "");
    CHECK(fault_with("id", "") == "attribute 'id' is empty; give it a value or leave it out");
    CHECK(fault_with("id", "\xFF") == "attribute 'id' is not in UTF-8");
    CHECK(fault_with("time", "noon") != "");
    CHECK(fault_with("data", "x") != "");
    CHECK(fault_with("Region", "eu") != "");
    CHECK(fault_with("datacontenttype", "text/plain") ==
          "the type of the data stands in the content type, not in datacontenttype");
}

TEST_CASE("base64 is read and written with its padding") {
    for (const std::string text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"})
        CHECK(from_base64(to_base64(text)) == text);
    CHECK(to_base64("foob") == "Zm9vYg==");
    CHECK(to_base64("\xFF\xFE\xFD") == "//79");
    for (const char* bad : {"Z", "Zm9vYg", "Zm9v\n", "Zm9vYh==", "====", "Zg=a", "Z===", "Zm9v====", "-_-_"})
        CHECK_FALSE(from_base64(bad));
}

TEST_CASE("a text is cut between two characters") {
    CHECK(utf8_beginning("aé", 2) == "a");
    CHECK(utf8_beginning("aé", 3) == "aé");
    CHECK(utf8_beginning("€", 1) == "");
    CHECK(is_utf8("€") == true);
    CHECK(is_utf8("\xC0\xA0") == false);
}

}  // namespace weir::model
