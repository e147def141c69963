// The keys of `sources` in weir.yaml.
#include "scheduler/calendar/partition.hpp"
#include "scheduler/model/event.hpp"
#include "scheduler/model/schedules.hpp"
#include "scheduler/yaml/config_tables.hpp"
#include "scheduler/yaml/formats.hpp"
#include "scheduler/yaml/task_tables.hpp"

namespace weir::yaml {
namespace {

Key start_key(const std::string& what) {
    return {
        "start", choice({"first", "new"}),
        "Where to begin when nothing has been taken yet: with the first " + what + " that is there, or with the next",
        false, "first"};
}

ShapePtr redis_source() {
    return object(
        {"redis",
         "A Redis stream, read as a consumer group",
         {{"connection", connection("redis"), "A connection of this file", true},
          {"stream", filled_text("the key of a stream"), "Key of the stream; made when it is not there", true},
          {"group", filled_text("the name of a consumer group"), "Consumer group; made when it is not there", false,
           "weir"},
          {"consumer", filled_text("the name of a consumer"), "Name in the group; two daemons need different ones",
           false, "weir"},
          {"idle", duration(), "What another consumer took and left lying for so long is taken over", false, "1m"},
          start_key("entry")}});
}

ShapePtr kafka_source() {
    return object({"kafka",
                   "Topics of a Kafka, read without a consumer group",
                   {{"connection", connection("kafka"), "A connection of this file", true},
                    {"topics", list_of("a list of topics", filled_text("the name of a topic"), 1, true),
                     "All partitions of these are read", true},
                    start_key("message")}});
}

// It stands in SQL text, where no value can be bound.
TextFault sql_name_fault(std::string what) {
    return [what = std::move(what)](std::string_view text, const Surroundings&) -> std::string {
        const bool fits = std::ranges::all_of(text, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
        });
        return fits ? "" : "'" + std::string(text) + "' can't be " + what + "; letters, digits, '_' and '.' can";
    };
}

ShapePtr postgres_source() {
    return object(
        {"postgres",
         "A table of a PostgreSQL into which events are inserted",
         {{"connection", connection("postgres"), "A connection of this file", true},
          {"table", filled_text("the name of a table", sql_name_fault("the name of a table")),
           "The outbox, with the columns id, txid and event; docs/sources.md has its SQL", false, "weir_outbox"},
          {"channel", filled_text("the name of a channel", sql_name_fault("the name of a channel")),
           "NOTIFY on it wakes the source", false, "weir_outbox"},
          {"poll", duration(), "Look so often without being woken", false, "5s"},
          start_key("row")}});
}

std::string asset_text_fault(std::string_view text, const Surroundings&) {
    return model::asset_fault(model::parse_asset(text));
}

std::string period_fault(std::string_view text, const Surroundings&) {
    if (model::parse_period(text)) return "";
    return "'" + std::string(text) + "' is no period; write 5m or 1h (up to 12h), 1d, 1w or 1mo";
}

std::string partition_fault(std::string_view text, const Surroundings&) {
    const auto pattern = calendar::Partition::parse(text);
    return pattern ? "" : pattern.error().message;
}

Rule windows_fit_folders() {
    return {[](const Map& map) -> std::optional<RuleFault> {
                const auto* partition = map.find("partition");
                const auto* every = map.find("every");
                if (partition == nullptr || every == nullptr || partition->value.faulty || every->value.faulty)
                    return std::nullopt;
                const auto pattern = calendar::Partition::parse(text_of(partition->value));
                const auto period = model::parse_period(text_of(every->value));
                if (!pattern || !period) return std::nullopt;
                auto fault = pattern->fault_of(*period);
                if (fault.empty()) return std::nullopt;
                return RuleFault{&every->value, std::move(fault)};
            },
            Json::object()};
}

ShapePtr files_source() {
    return object(
        {"files",
         "A folder with a folder for each window",
         {{"path", path("the path of a folder"), "Where the partitions are", true},
          {"asset", filled_text("the name of an asset", asset_text_fault), "Which asset's windows they are", true},
          {"partition", filled_text("a pattern such as dt=%Y-%m-%d/hour=%H", partition_fault),
           "Folder of a window below path; %Y %m %d %H %M stand for its start", true},
          {"every", filled_text("a period such as 1h", period_fault), "How long a window is", true},
          {"timezone", timezone(), "In which the folders' names are", false, "UTC"},
          {"marker", filled_text("the name of a file"), "File that says that a window is complete", false, "_SUCCESS"},
          {"rescan", duration(), "Look so often without being woken", false, "30s"},
          start_key("window")},
         {windows_fit_folders()}});
}

ObjectPtr source_of(const std::string& kind, ShapePtr settings, std::string doc) {
    return std::make_shared<const Object>(
        Object{"a " + kind + " source", doc, {{kind, std::move(settings), doc, true}}, {}});
}

}  // namespace

// What comes by HTTP and from tasks stands in the ledger under these names.
Text source_name() {
    auto name = id_text("the name of a source");
    name.fault = [usual = std::move(name.fault)](std::string_view text, const Surroundings& surroundings) {
        if (text == "http" || text == "tasks")
            return "'" + std::string(text) + "' is Weir's own source; give this one another name";
        return usual(text, surroundings);
    };
    return name;
}

const ShapePtr& source_shape() {
    static const auto made = shape("a map such as {redis: {connection: cache, stream: events}}",
                                   Variants{{source_of("redis", redis_source(), "A Redis stream"),
                                             source_of("kafka", kafka_source(), "Topics of a Kafka"),
                                             source_of("postgres", postgres_source(), "An outbox in a PostgreSQL"),
                                             source_of("files", files_source(), "Partitions in a folder")}});
    return made;
}

}  // namespace weir::yaml
