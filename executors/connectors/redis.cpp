#include "executors/connectors/redis.hpp"

#include <fmt/format.h>
#include <hiredis/hiredis.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace weir::connectors {
namespace {

using model::Error;
using model::ErrorKind;
using model::Result;

constexpr timeval kConnectTimeout{.tv_sec = 10, .tv_usec = 0};
constexpr timeval kReplyTimeout{.tv_sec = 60, .tv_usec = 0};  // a server that is silent for longer is gone

struct Remedy {
    std::string_view prefix;  // of the server's error reply
    ErrorKind kind;
    std::string_view remedy;
};
constexpr std::array kRemedies{
    Remedy{"WRONGPASS", ErrorKind::forbidden, "the password (or username) of this connection is wrong"},
    Remedy{"ERR invalid password", ErrorKind::forbidden, "the password of this connection is wrong"},
    Remedy{"ERR AUTH", ErrorKind::forbidden,
           "the server has no password for this user: leave `password` out of the connection"},
    Remedy{"NOAUTH", ErrorKind::forbidden, "the server wants a password: set `password` in this connection"},
    Remedy{"NOPERM", ErrorKind::forbidden, "let the user run this command and read these keys (ACL SETUSER)"},
    Remedy{"LOADING", ErrorKind::unavailable, "the server is still loading its data: try again once it is up"},
    Remedy{"MASTERDOWN", ErrorKind::unavailable, "the replica has lost its master: try again once it is back"},
    Remedy{"BUSY", ErrorKind::unavailable,
           "a script is blocking the server: try again, or end the script (SCRIPT KILL)"},
    Remedy{"ERR DB index is out of range", ErrorKind::invalid,
           "the server has fewer databases than `db` of this connection says"},
    Remedy{"ERR max number of clients", ErrorKind::unavailable,
           "raise the server's maxclients, or run fewer tasks at once"},
    Remedy{"MOVED", ErrorKind::invalid, "this is a node of a Redis cluster: connect to a single server"},
    Remedy{"DENIED Redis is running in protected mode", ErrorKind::forbidden,
           "give the server a password, or connect from its own machine"},
};

// What a socket error means to the person who set the connection up.
std::string socket_remedy(int error, const RedisEndpoint& endpoint) {
    switch (error) {
        case ECONNREFUSED:
            return "; is the server running, and are host and port right?";
        case ENOENT:
            return fmt::format("; there is no such socket: is the server running with `unixsocket {}`?",
                               endpoint.socket);
        case EACCES:
            return "; this user may not use the socket: see the server's `unixsocketperm`";
        case EHOSTUNREACH:
        case ENETUNREACH:
            return "; the host cannot be reached from this machine";
        case ETIMEDOUT:
        case EINPROGRESS:
        case EAGAIN:
            return "; no answer within 10 seconds: is the host right, does a firewall stand between?";
        default:
            return "";
    }
}

}  // namespace

RedisKind RedisValue::kind() const {
    switch (reply_->type) {
        case REDIS_REPLY_STRING:
        case REDIS_REPLY_STATUS:
            return RedisKind::text;
        case REDIS_REPLY_INTEGER:
            return RedisKind::integer;
        case REDIS_REPLY_ARRAY:
            return RedisKind::array;
        case REDIS_REPLY_ERROR:
            return RedisKind::error;
        default:
            return RedisKind::null;  // hiredis gives plain numbers, not an enum
    }
}
std::string_view RedisValue::text() const { return {reply_->str, static_cast<std::size_t>(reply_->len)}; }
std::int64_t RedisValue::integer() const { return reply_->integer; }
std::size_t RedisValue::size() const { return reply_->type == REDIS_REPLY_ARRAY ? reply_->elements : 0; }
RedisValue RedisValue::operator[](std::size_t index) const { return RedisValue{reply_->element[index]}; }

RedisReply::RedisReply(redisReply* reply) : RedisValue(reply), owned_(reply) {}
void RedisReply::Free::operator()(redisReply* reply) const { freeReplyObject(reply); }
void RedisConnection::Close::operator()(redisContext* context) const { redisFree(context); }

Result<RedisConnection> RedisConnection::connect(const RedisEndpoint& endpoint) {
    errno = 0;
    redisContext* context = endpoint.socket.empty()
                                ? redisConnectWithTimeout(endpoint.host.c_str(), endpoint.port, kConnectTimeout)
                                : redisConnectUnixWithTimeout(endpoint.socket.c_str(), kConnectTimeout);
    const int error = errno;
    if (context == nullptr) return Error{ErrorKind::internal, endpoint.described() + ": out of memory"};
    RedisConnection connection(context, endpoint.described());
    if (context->err != 0)
        return Error{ErrorKind::unavailable,
                     fmt::format("cannot connect to {}: {}{}", endpoint.described(), context->errstr,
                                 context->err == REDIS_ERR_IO ? socket_remedy(error, endpoint) : "")};
    redisSetTimeout(context, kReplyTimeout);
    if (endpoint.socket.empty()) redisEnableKeepAlive(context);

    std::vector<std::vector<std::string_view>> greetings;
    const std::string db = std::to_string(endpoint.db);
    if (!endpoint.username.empty())
        greetings.push_back({"AUTH", endpoint.username, endpoint.password});
    else if (!endpoint.password.empty())
        greetings.push_back({"AUTH", endpoint.password});
    greetings.push_back({"PING"});
    if (endpoint.db != 0) greetings.push_back({"SELECT", db});
    for (const auto& greeting : greetings)
        if (const auto reply = connection.command(greeting); !reply) return reply.error();
    return connection;
}

void RedisConnection::append(std::span<const std::string_view> words) {
    fmt::format_to(std::back_inserter(outgoing_), "*{}\r\n", words.size());
    for (const auto word : words) {
        fmt::format_to(std::back_inserter(outgoing_), "${}\r\n", word.size());
        outgoing_.append(word).append("\r\n");
    }
}

// Past hiredis, whose write() would raise SIGPIPE when the server is gone.
Result<void> RedisConnection::send() {
    std::string_view rest = outgoing_;
    while (!rest.empty()) {
        const auto count = ::send(context_->fd, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return lost(errno == EAGAIN ? "it takes no commands for 60 seconds" : std::strerror(errno));
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
    outgoing_.clear();
    return {};
}

Result<RedisReply> RedisConnection::read() {
    void* reply = nullptr;
    if (redisGetReply(context_.get(), &reply) == REDIS_OK && reply != nullptr)
        return RedisReply{static_cast<redisReply*>(reply)};
    const bool silent = context_->err == REDIS_ERR_IO && errno == EAGAIN;
    return lost(silent                           ? "no answer for 60 seconds"
                : context_->err == REDIS_ERR_EOF ? "the server closed the connection"
                                                 : context_->errstr);
}

Result<RedisReply> RedisConnection::command(std::span<const std::string_view> words) {
    append(words);
    if (const auto sent = send(); !sent) return sent.error();
    auto reply = read();
    if (reply && reply->kind() == RedisKind::error) return refusal(reply->text());
    return reply;
}

Error RedisConnection::refusal(std::string_view reply) const {
    for (const auto& known : kRemedies)
        if (reply.starts_with(known.prefix))
            return {known.kind, fmt::format("{}: {}; {}", described_, reply, known.remedy)};
    return {ErrorKind::invalid, fmt::format("{}: {}", described_, reply)};
}

Error RedisConnection::lost(std::string_view why) const {
    return {ErrorKind::unavailable,
            fmt::format("lost {}: {}; see the server's log, then run the task again", described_, why)};
}

void RedisConnection::interrupt() const { ::shutdown(context_->fd, SHUT_RDWR); }

}  // namespace weir::connectors
