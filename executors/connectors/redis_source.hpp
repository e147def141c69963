// Rows out of Redis: SCAN finds the keys that match, each key is one row. Hashes are read by pipelined HMGET (or
// HGETALL when no columns are named), strings by GET. Two pipelines are under way at a time, so that the server never
// waits for us.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "executors/connectors/key_spool.hpp"
#include "executors/connectors/redis.hpp"
#include "executors/connectors/rows.hpp"

namespace weir::connectors {

struct RedisRead {
    std::string match;
    std::vector<Column> columns;  // empty: `key` and the fields of the first hashes, or `key` and `value` of strings
    std::filesystem::path spool_folder;
    std::function<void(std::string_view)> note;  // takes lines for the log
};

class RedisSource : public RowSource {
   public:
    // Finds all keys, and with the first of them out whether they are hashes or strings.
    [[nodiscard]] static model::Result<std::unique_ptr<RedisSource>> open(const RedisEndpoint& endpoint,
                                                                          RedisRead read);

    [[nodiscard]] const std::vector<Column>& columns() const override { return columns_; }
    [[nodiscard]] model::Result<bool> next(Batch& batch) override;
    [[nodiscard]] std::string place(const Batch& batch, std::size_t row) const override;
    void interrupt() override { connection_.interrupt(); }

   private:
    enum class Way : std::uint8_t { hmget, hgetall, get };
    using Chunk = std::vector<std::string>;  // keys asked for in one pipeline

    RedisSource(RedisConnection connection, const RedisEndpoint& endpoint, RedisRead read);
    [[nodiscard]] model::Result<void> find_keys();
    [[nodiscard]] model::Result<void> learn_way();
    [[nodiscard]] model::Result<void> learn_fields();
    [[nodiscard]] model::Result<std::string> type_of(std::string_view key);

    [[nodiscard]] model::Result<bool> take_keys(Chunk& chunk);
    [[nodiscard]] model::Result<void> ask();  // keeps pipelines under way
    [[nodiscard]] model::Result<void> take_reply(const RedisValue& reply, const std::string& key, Batch& batch);
    void take_fields(const RedisValue& reply, const std::string& key, Batch& batch);
    [[nodiscard]] model::Result<void> settle_empty(Batch& batch);

    RedisConnection connection_;
    RedisEndpoint endpoint_;
    std::unique_ptr<RedisConnection> side_;  // for questions while pipelines are under way on connection_
    RedisRead read_;
    std::vector<Column> columns_;
    Way way_ = Way::hmget;
    std::vector<std::string_view> command_;  // HMGET, key, fields: the key's place is filled in for each
    KeySpool spool_;
    std::vector<std::string_view> keys_;  // of the spool's current part
    std::size_t next_key_ = 0;
    std::deque<Chunk> under_way_;
    std::vector<std::string> empty_;  // keys of this batch without any of the columns: gone, or really empty?
    std::uint64_t row_number_ = 0;
};

}  // namespace weir::connectors
