// An event in the forms in which HTTP, Redis, Kafka and PostgreSQL bring it: as JSON, and as attributes beside a body.
// The first byte says which; of attributes each line is a name, a blank and a value, and the body comes after an empty line.
#include "scheduler/model/cloud_event.hpp"

#include <algorithm>

#include "tests/fuzz/target.hpp"

using namespace weir;

namespace {

model::BinaryEvent attributes_of(std::string_view text) {
    model::BinaryEvent event;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (line.empty()) break;
        const auto name = line.substr(0, line.find(' '));
        const auto value = line.substr(std::min(line.size(), name.size() + 1));
        if (name == "content-type")
            event.content_type = value;
        else
            event.attributes.emplace(name, value);
    }
    event.body = text;
    return event;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto event =
        text.starts_with('{') ? model::parse_cloud_event(text) : model::read_cloud_event(attributes_of(text));
    if (!event) {
        fuzz::must(!event.error().message.empty(), "an error has words");
        return 0;
    }
    fuzz::must(!event->id.empty() && !event->source.empty() && !event->type.empty(), "an event has identity and type");
    const auto again = model::read_cloud_event(model::to_json(*event));
    fuzz::must(again && *again == *event, "an event that is written as JSON reads the same");
    return 0;
}
