// Reads events in the forms that CloudEvents 1.0 gives them: structured JSON, and attributes beside a body, as HTTP headers
// and Kafka's have them. The API and the sources call this. An error says which attribute is wrong and what is expected.
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md and its formats/json-format.md
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "scheduler/model/event.hpp"
#include "scheduler/model/result.hpp"

namespace weir::model {

// One event in the structured JSON format.
[[nodiscard]] Result<CloudEvent> parse_cloud_event(std::string_view text);
[[nodiscard]] Result<CloudEvent> read_cloud_event(const Json& json);

// The binary mode of a protocol: attributes by name, decoded, without datacontenttype, which is `content_type`.
// A body of JSON, or of no stated type and readable as JSON, becomes that value; other text a text; anything else base64.
struct BinaryEvent {
    std::map<std::string, std::string> attributes;
    std::string content_type;  // empty: not stated
    std::string_view body;     // empty: no data
};
[[nodiscard]] Result<CloudEvent> read_cloud_event(const BinaryEvent& binary);

// "application/json; charset=utf-8" has JSON in it, and so has "application/vnd.shop+json".
[[nodiscard]] bool is_json_type(std::string_view media_type);
// Without parameters and in small letters: "Text/Plain; x=y" is "text/plain".
[[nodiscard]] std::string bare_media_type(std::string_view media_type);

}  // namespace weir::model
