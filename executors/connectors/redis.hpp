// A blocking Redis client over hiredis: log in, commands, pipelines; failures in words that name the server and the
// remedy. Used by the load operator's Redis source.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "executors/connectors/endpoint.hpp"
#include "scheduler/model/result.hpp"

struct redisContext;
struct redisReply;

namespace weir::connectors {

enum class RedisKind : std::uint8_t { text, integer, array, null, error };

// A look into a reply; lives as long as the RedisReply it comes from.
class RedisValue {
   public:
    explicit RedisValue(const redisReply* reply) : reply_(reply) {}
    [[nodiscard]] RedisKind kind() const;
    [[nodiscard]] std::string_view text() const;  // of text and of an error
    [[nodiscard]] std::int64_t integer() const;
    [[nodiscard]] std::size_t size() const;  // of an array
    [[nodiscard]] RedisValue operator[](std::size_t index) const;

   protected:
    const redisReply* reply_;
};

class RedisReply : public RedisValue {
   public:
    explicit RedisReply(redisReply* reply);

   private:
    struct Free {
        void operator()(redisReply* reply) const;
    };
    std::unique_ptr<redisReply, Free> owned_;
};

class RedisConnection {
   public:
    // Connects, logs in, selects the database and sees that the server answers.
    [[nodiscard]] static model::Result<RedisConnection> connect(const RedisEndpoint& endpoint);

    // One command and its reply. An error reply is an Error.
    [[nodiscard]] model::Result<RedisReply> command(std::span<const std::string_view> words);

    // Pipelining: append commands, send() them, then read as many replies. Here an error reply is a value.
    void append(std::span<const std::string_view> words);
    [[nodiscard]] model::Result<void> send();
    [[nodiscard]] model::Result<RedisReply> read();

    // "redis 'cache' (127.0.0.1:6379): NOAUTH …; set `password` …"
    [[nodiscard]] model::Error refusal(std::string_view reply) const;
    [[nodiscard]] const std::string& described() const { return described_; }

    // From another thread: the socket is shut down, so that a read() that waits fails.
    void interrupt() const;

   private:
    struct Close {
        void operator()(redisContext* context) const;
    };
    RedisConnection(redisContext* context, std::string described)
        : context_(context), described_(std::move(described)) {}
    [[nodiscard]] model::Error lost(std::string_view why) const;

    std::unique_ptr<redisContext, Close> context_;
    std::string described_;
    std::string outgoing_;
};

}  // namespace weir::connectors
