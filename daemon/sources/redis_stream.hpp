// A Redis stream, read as a consumer group: the server remembers what was acknowledged, so nothing is kept here. An entry
// is one field `event` with a CloudEvent in structured JSON, or fields named as its attributes, and `data`.
#pragma once

#include <optional>
#include <string>

#include "daemon/sources/source.hpp"
#include "executors/connectors/redis.hpp"
#include "scheduler/model/json.hpp"

namespace weir::daemon::sources {

class RedisStream : public Source {
   public:
    // As yaml::Config has them: {"connection", "stream", "group", "consumer", "idle", "start"} and the connection.
    RedisStream(std::string name, const model::Json& settings, model::Json connection);

    [[nodiscard]] model::Result<> connect() override;
    [[nodiscard]] model::Result<Batch> poll(std::chrono::milliseconds patience) override;
    [[nodiscard]] model::Result<> acknowledge(const Batch& batch) override;
    [[nodiscard]] std::optional<std::int64_t> lag() override;

   private:
    using Words = std::vector<std::string>;
    [[nodiscard]] model::Result<connectors::RedisReply> command(const Words& words);
    [[nodiscard]] model::Result<> make_group();
    // Entries that were read before and never acknowledged: after a crash, ours; after a while, anybody's.
    [[nodiscard]] model::Result<Batch> own_pending();
    [[nodiscard]] model::Result<Batch> abandoned();

    std::string connection_name_;
    model::Json connection_settings_;
    std::string stream_, group_, consumer_;
    std::chrono::milliseconds idle_;
    std::string start_;  // id from which a new group reads

    std::optional<connectors::RedisConnection> connection_;
    bool own_pending_left_ = true;
    std::string claim_from_ = "0-0";
    std::chrono::steady_clock::time_point next_claim_{};
};

}  // namespace weir::daemon::sources
