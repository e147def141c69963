#include "executors/operators/wait.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include "executors/connectors/redis.hpp"
#include "executors/operators/database.hpp"

namespace weir::operators {
namespace {

using model::Error;
using model::ErrorKind;
using model::Result;

Outcome found(std::string what, Log& log) {
    log.line("there: " + what);
    return {};
}

Outcome not_yet(std::string missing, Log& log) {
    log.line("not yet: " + missing);
    Outcome outcome;
    outcome.waiting_for = std::move(missing);
    return outcome;
}

bool is_true(const std::optional<std::string>& value) {
    if (!value || value->empty() || *value == "f" || *value == "false") return false;
    char* end = nullptr;
    const double number = std::strtod(value->c_str(), &end);
    return *end != '\0' || number != 0;
}

struct Looker {
    Log& log;

    Result<Outcome> operator()(const FileLook& file) const {
        std::error_code error;
        const bool exists = std::filesystem::exists(file.path, error);
        // A folder on the way that is not there yet is "not there"; one that may not be entered is a mistake.
        if (error) return Error{ErrorKind::invalid, fmt::format("{}: {}", file.path, error.message())};
        return exists ? found(file.path, log) : not_yet(file.path + " is not there", log);
    }

    Result<Outcome> operator()(const HttpLook& http) const {
        const auto server = connectors::server_of(http.request.url);
        const auto answer = connectors::http_send(http.request);
        if (!answer) return answer.error();
        if (std::ranges::find(http.statuses, answer->status) == http.statuses.end())
            return not_yet(
                fmt::format("{} answers with {}, not {}", server, answer->status, fmt::join(http.statuses, " or ")),
                log);
        if (!http.expected_text.empty() && answer->body.find(http.expected_text) == std::string::npos)
            return not_yet(fmt::format("the answer of {} does not hold '{}'", server, shown(http.expected_text)), log);
        return found(fmt::format("{} answers with {}", server, answer->status), log);
    }

    Result<Outcome> operator()(const SqlSettings& sql) const {
        auto database = open_database(sql.database, /*read_only=*/true, log);
        if (!database) return database.error();
        const auto rows = (*database)->query(sql.query);
        if (!rows) return rows.error();
        if (rows->rows.empty() || rows->rows.front().empty()) return not_yet("the query gives no row", log);
        const auto& value = rows->rows.front().front();
        const auto text = value ? shown(*value) : "null";
        return is_true(value) ? found("the query gives " + text, log) : not_yet("the query gives " + text, log);
    }

    Result<Outcome> operator()(const RedisLook& redis) const {
        auto connection = connectors::RedisConnection::connect(redis.endpoint);
        if (!connection) return connection.error();
        const std::array<std::string_view, 2> command{"EXISTS", redis.key};
        const auto reply = connection->command(command);
        if (!reply) return reply.error();
        const auto name = fmt::format("key '{}' of {}", shown(redis.key), connection->described());
        return reply->integer() > 0 ? found(name, log) : not_yet(name + " is not there", log);
    }
};

}  // namespace

// A server that is down may come back: it is looked at again until the wait's time is over.
Result<Outcome> run_wait(const WaitLook& look, Log& log) {
    auto outcome = std::visit(Looker{log}, look);
    if (!outcome && outcome.error().kind == ErrorKind::unavailable) return not_yet(outcome.error().message, log);
    return outcome;
}

}  // namespace weir::operators
