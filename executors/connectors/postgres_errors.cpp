#include <fmt/format.h>
#include <libpq-fe.h>

#include <array>

#include "executors/connectors/postgres.hpp"

namespace weir::connectors {
namespace {

using model::Error;
using model::ErrorKind;

struct Remedy {
    std::string_view of;  // part of libpq's message, or the beginning of a SQLSTATE
    ErrorKind kind;
    std::string_view remedy;
};

// libpq gives no SQLSTATE for a connection that failed, so its words are matched. Servers that speak another language
// get the message without a remedy.
constexpr std::array kConnectRemedies{
    Remedy{"password authentication failed", ErrorKind::forbidden, "`user` or `password` of this connection is wrong"},
    Remedy{"no password supplied", ErrorKind::forbidden,
           "the server wants a password: set `password` in this connection"},
    Remedy{"Peer authentication failed", ErrorKind::forbidden,
           "the server takes only the user of the same name as Weir's own account (see pg_hba.conf)"},
    Remedy{"no pg_hba.conf entry", ErrorKind::forbidden, "the server's pg_hba.conf does not let this host and user in"},
    Remedy{"database \"", ErrorKind::not_found, "create the database, or correct `database` of this connection"},
    Remedy{"role \"", ErrorKind::forbidden, "create the role, or correct `user` of this connection"},
    Remedy{"starting up", ErrorKind::unavailable, "the server is starting: try again"},
    Remedy{"shutting down", ErrorKind::unavailable, "the server is going down: try again later"},
    Remedy{"too many clients", ErrorKind::unavailable,
           "raise the server's max_connections, or give the tasks a pool with fewer slots"},
    Remedy{"remaining connection slots", ErrorKind::unavailable,
           "raise the server's max_connections, or give the tasks a pool with fewer slots"},
    Remedy{"could not translate host name", ErrorKind::unavailable, "no such host: correct `host` of this connection"},
    Remedy{"Connection refused", ErrorKind::unavailable, "is the server running, and are `host` and `port` right?"},
    Remedy{"No such file or directory", ErrorKind::unavailable,
           "there is no socket in that folder: is the server running, and are `host` and `port` right?"},
    Remedy{"timeout expired", ErrorKind::unavailable,
           "no answer within 10 seconds: is `host` right, does a firewall stand between?"},
    Remedy{"does not support SSL", ErrorKind::invalid,
           "the server has no TLS: turn it on there, or set `sslmode: disable`"},
    Remedy{"invalid sslmode value", ErrorKind::invalid,
           "sslmode is disable, allow, prefer, require, verify-ca or verify-full"},
};

constexpr std::array kStateRemedies{
    Remedy{"42P01", ErrorKind::not_found, "create the table, or correct its name (and schema)"},
    Remedy{"3F000", ErrorKind::not_found, "create the schema, or correct its name"},
    Remedy{"42703", ErrorKind::invalid, "correct the column's name"},
    Remedy{"42501", ErrorKind::forbidden, "grant this connection's user the right to do it"},
    Remedy{"42601", ErrorKind::invalid, "correct the SQL; one statement is taken here"},
    Remedy{"42P18", ErrorKind::invalid, "say the value's type with a cast: ${{ … }}::timestamptz"},
    Remedy{"42725", ErrorKind::invalid, "say the value's type with a cast: ${{ … }}::timestamptz"},
    Remedy{"42883", ErrorKind::invalid, "correct the name, or cast the values: ${{ … }}::bigint"},
    Remedy{"42804", ErrorKind::invalid, "the column has another type: cast it, or name the type in `columns`"},
    Remedy{"22P02", ErrorKind::invalid, "a value doesn't have the form of its type"},
    Remedy{"22003", ErrorKind::invalid, "a number is too large for its column"},
    Remedy{"22001", ErrorKind::invalid, "a text is too long for its column"},
    Remedy{"23502", ErrorKind::invalid, "the table wants a value there: bring the column, or give it a default"},
    Remedy{"23503", ErrorKind::invalid, "load the table that it refers to first"},
    Remedy{"23505", ErrorKind::conflict,
           "the table has this row already, or the source brings it twice; `upsert` would update it"},
    Remedy{"23514", ErrorKind::invalid, "the table's check constraint forbids the row"},
    Remedy{"25006", ErrorKind::invalid, "a source's query must only read; use the `sql` operator to change data"},
    Remedy{"25001", ErrorKind::invalid, "this statement can't run in a transaction; run it with `run: psql …`"},
    Remedy{"40001", ErrorKind::unavailable, "another transaction was in the way: run the task again"},
    Remedy{"40P01", ErrorKind::unavailable, "another transaction was in the way: run the task again"},
    Remedy{"55P03", ErrorKind::unavailable, "another transaction holds the lock: run the task again"},
    Remedy{"53100", ErrorKind::unavailable, "the server's disk is full: free space there"},
    Remedy{"53200", ErrorKind::unavailable, "the server is out of memory"},
    Remedy{"53300", ErrorKind::unavailable,
           "raise the server's max_connections, or give the tasks a pool with fewer slots"},
    Remedy{"57P01", ErrorKind::unavailable, "the server's administrator ended the connection: run the task again"},
    Remedy{"57014", ErrorKind::unavailable, "the statement was cancelled on the server (statement_timeout?)"},
    Remedy{"08P01", ErrorKind::invalid,
           "does a ${{ }} stand within quotes? Leave the quotes out: it is bound, not pasted"},
};

std::string_view field(const PGresult* result, int code) {
    const char* text = PQresultErrorField(result, code);
    return text == nullptr ? "" : text;
}

}  // namespace

Error postgres_connect_error(const PostgresEndpoint& endpoint, std::string_view message) {
    while (!message.empty() && message.back() == '\n') message.remove_suffix(1);
    std::string line{message};
    for (char& c : line)
        if (c == '\n' || c == '\t') c = ' ';
    for (const auto& known : kConnectRemedies)
        if (message.find(known.of) != std::string_view::npos)
            return {known.kind, fmt::format("cannot connect to {}: {}; {}", endpoint.described(), line, known.remedy)};
    return {ErrorKind::unavailable, fmt::format("cannot connect to {}: {}", endpoint.described(), line)};
}

Error postgres_error(const std::string& described, const pg_result* result) {
    const auto state = field(result, PG_DIAG_SQLSTATE);
    auto message = fmt::format("{}: {} ({}", described, field(result, PG_DIAG_MESSAGE_PRIMARY), state);
    if (const auto position = field(result, PG_DIAG_STATEMENT_POSITION); !position.empty())
        message += fmt::format(", at character {}", position);
    message += ")";
    if (const auto detail = field(result, PG_DIAG_MESSAGE_DETAIL); !detail.empty())
        message += fmt::format(": {}", detail);
    if (const auto hint = field(result, PG_DIAG_MESSAGE_HINT); !hint.empty()) message += fmt::format(" ({})", hint);
    // COPY tells the line and the column here.
    if (const auto context = field(result, PG_DIAG_CONTEXT); context.starts_with("COPY"))
        message += fmt::format(" [{}]", context.substr(0, context.find('\n')));
    for (const auto& known : kStateRemedies)
        if (state.starts_with(known.of)) return {known.kind, fmt::format("{}; {}", message, known.remedy)};
    return {ErrorKind::invalid, message};
}

}  // namespace weir::connectors
