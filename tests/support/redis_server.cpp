#include "tests/support/redis_server.hpp"

#include <hiredis/hiredis.h>

#include <stdexcept>

namespace weir::test {
namespace {

std::vector<std::string> with(std::vector<std::string> argv, const std::vector<std::string>& more) {
    argv.insert(argv.end(), more.begin(), more.end());
    return argv;
}

}  // namespace

void RedisServer::Close::operator()(redisContext* context) const { redisFree(context); }

RedisServer::RedisServer(const std::vector<std::string>& arguments, const std::string& password)
    : socket_(folder_.file("redis.sock")),
      process_(with({"redis-server", "--port", "0", "--unixsocket", socket_, "--dir", folder_.path().string(), "--save",
                     "", "--appendonly", "no"},
                    arguments),
               folder_.file("redis.log")) {
    process_.wait_until([this] {
        context_.reset(redisConnectUnix(socket_.c_str()));
        return context_ && context_->err == 0;
    });
    if (!password.empty()) command({"AUTH", password});
}

std::string RedisServer::command(const std::vector<std::string>& words) {
    std::vector<const char*> texts;
    std::vector<std::size_t> lengths;
    for (const auto& word : words) {
        texts.push_back(word.data());
        lengths.push_back(word.size());
    }
    auto* reply = static_cast<redisReply*>(
        redisCommandArgv(context_.get(), static_cast<int>(words.size()), texts.data(), lengths.data()));
    if (reply == nullptr) throw std::runtime_error("redis: " + std::string(context_->errstr));
    const std::string text = reply->type == REDIS_REPLY_INTEGER ? std::to_string(reply->integer)
                             : reply->str == nullptr            ? ""
                                                     : std::string(reply->str, static_cast<std::size_t>(reply->len));
    const bool failed = reply->type == REDIS_REPLY_ERROR;
    freeReplyObject(reply);
    if (failed) throw std::runtime_error("redis: " + words.front() + ": " + text);
    return text;
}

}  // namespace weir::test
