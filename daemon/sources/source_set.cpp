#include "daemon/sources/source_set.hpp"

#include <spdlog/spdlog.h>

#include "daemon/sources/kafka.hpp"
#include "daemon/sources/partition_files.hpp"
#include "daemon/sources/postgres_outbox.hpp"
#include "daemon/sources/redis_stream.hpp"
#include "scheduler/model/invariant.hpp"

namespace weir::daemon::sources {

using model::Json;

std::unique_ptr<Source> make_source(const std::string& name, const Json& settings, const Json& connection,
                                    Positions positions) {
    const auto kind = settings.at("kind").get<std::string>();
    if (kind == "redis") return std::make_unique<RedisStream>(name, settings, connection);
    if (kind == "postgres") return std::make_unique<PostgresOutbox>(name, settings, connection, std::move(positions));
    if (kind == "kafka") return std::make_unique<Kafka>(name, settings, connection, std::move(positions));
    if (kind == "files") return std::make_unique<PartitionFiles>(name, settings, std::move(positions));
    model::invariant(false, "weir.yaml's reader lets only known kinds of sources pass");
    return nullptr;
}

void SourceSet::start(const Settings& sources, const Settings& connections, ports::EventSink& sink,
                      const ports::History& history) {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, settings] : sources) {
        const auto connection = connections.find(settings.value("connection", ""));
        auto source = make_source(name, settings, connection == connections.end() ? Json() : connection->second,
                                  [&history, name = name] { return history.positions(name); });
        const auto log = [name = name](bool problem, const std::string& words) {
            spdlog::log(problem ? spdlog::level::warn : spdlog::level::info, "source {}: {}", name, words);
        };
        runners_.push_back(
            std::make_unique<Runner>(name, settings.at("kind").get<std::string>(), std::move(source), sink, log));
    }
}

void SourceSet::stop() {
    const std::lock_guard lock(mutex_);
    for (const auto& runner : runners_) runner->ask_to_stop();
    runners_.clear();
}

std::vector<ports::SourceStatus> SourceSet::sources() const {
    const std::lock_guard lock(mutex_);
    std::vector<ports::SourceStatus> all;
    for (const auto& runner : runners_) all.push_back(runner->status());
    return all;
}

}  // namespace weir::daemon::sources
