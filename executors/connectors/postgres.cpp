#include "executors/connectors/postgres.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

namespace weir::connectors {
namespace {

using model::Error;
using model::ErrorKind;
using model::Json;
using model::Result;

constexpr PostgresType kArrays[] = {
    143,  199,  1000, 1001, 1005, 1007, 1009, 1014, 1015, 1016,
    1021, 1022, 1028, 1115, 1182, 1183, 1185, 1231, 2951, 3807};  // pg_type.oid of json[] … jsonb[]

void receive_notice(void* note, const PGresult* result) {
    const auto& function = *static_cast<std::function<void(std::string_view)>*>(note);
    const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY);
    const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (function && message != nullptr)
        function(fmt::format("{}: {}", severity == nullptr ? "NOTICE" : severity, message));
}

// An element of '{…}': always quoted, so that nothing in it is syntax.
void append_array(std::string& out, const Json& array) {
    out.push_back('{');
    bool first = true;
    for (const auto& element : array) {
        if (!first) out.push_back(',');
        first = false;
        if (element.is_null()) {
            out += "NULL";
        } else if (element.is_array()) {
            append_array(out, element);
        } else {
            out.push_back('"');
            for (const char c : element.is_string() ? element.get_ref<const std::string&>() : model::to_text(element)) {
                if (c == '"' || c == '\\') out.push_back('\\');
                out.push_back(c);
            }
            out.push_back('"');
        }
    }
    out.push_back('}');
}

std::optional<std::string> bound_text(const Json& value, bool as_array) {
    if (value.is_null()) return std::nullopt;
    if (value.is_string()) return value.get<std::string>();
    if (value.is_array() && as_array) {
        std::string text;
        append_array(text, value);
        return text;
    }
    return model::to_text(value);
}

}  // namespace

void PostgresResult::Clear::operator()(pg_result* result) const { PQclear(result); }
void PostgresConnection::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }

int PostgresResult::rows() const { return PQntuples(result_.get()); }
int PostgresResult::columns() const { return PQnfields(result_.get()); }
std::string PostgresResult::name(int column) const { return PQfname(result_.get(), column); }
PostgresType PostgresResult::type(int column) const { return PQftype(result_.get(), column); }
std::optional<std::string_view> PostgresResult::text(int row, int column) const {
    if (PQgetisnull(result_.get(), row, column) != 0) return std::nullopt;
    return std::string_view{PQgetvalue(result_.get(), row, column),
                            static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}
std::string_view PostgresResult::tag() const { return PQcmdStatus(result_.get()); }
std::uint64_t PostgresResult::affected() const {
    const std::string_view count = PQcmdTuples(result_.get());
    std::uint64_t number = 0;
    std::from_chars(count.data(), count.data() + count.size(), number);
    return number;
}

Result<PostgresConnection> PostgresConnection::connect(const PostgresEndpoint& endpoint,
                                                       std::function<void(std::string_view)> note) {
    const std::string port = std::to_string(endpoint.port);
    std::vector<const char*> names, values;
    const auto set = [&names, &values](const char* name, const std::string& value) {
        if (value.empty()) return;
        names.push_back(name);
        values.push_back(value.c_str());
    };
    const std::string application = "weir", encoding = "UTF8", timeout = "10";
    set("host", endpoint.host);
    set("port", port);
    set("dbname", endpoint.database);
    set("user", endpoint.user);
    set("password", endpoint.password);
    set("sslmode", endpoint.sslmode);
    set("application_name", application);
    set("client_encoding", encoding);
    set("connect_timeout", timeout);
    names.push_back(nullptr);
    values.push_back(nullptr);
    PostgresConnection connection(PQconnectdbParams(names.data(), values.data(), /*expand_dbname=*/0),
                                  endpoint.described());
    PGconn* raw = connection.connection_.get();
    if (raw == nullptr) return Error{ErrorKind::internal, endpoint.described() + ": out of memory"};
    if (PQstatus(raw) != CONNECTION_OK) return postgres_connect_error(endpoint, PQerrorMessage(raw));
    connection.note_ = std::make_unique<std::function<void(std::string_view)>>(std::move(note));
    PQsetNoticeReceiver(raw, receive_notice, connection.note_.get());
    // Values travel as text: these settings make the text the same on every server.
    if (const auto done = connection.execute("set datestyle = 'ISO, YMD'"); !done) return done.error();
    if (const auto done = connection.execute("set timezone = 'UTC'"); !done) return done.error();
    // A server (14 or later) that looks for its client ends a killed load's statement, and its locks, within seconds.
    // Not every system can do it, and then it has to be as it is.
    if (PQserverVersion(raw) >= 140000)
        static_cast<void>(connection.execute("set client_connection_check_interval = '2s'"));
    return connection;
}

Result<PostgresResult> PostgresConnection::checked(pg_result* raw) const {
    PostgresResult result(raw);
    if (raw == nullptr) return lost();
    switch (PQresultStatus(raw)) {
        case PGRES_COMMAND_OK:
        case PGRES_TUPLES_OK:
        case PGRES_SINGLE_TUPLE:
        case PGRES_COPY_IN:
            return result;
        case PGRES_EMPTY_QUERY:
            return Error{ErrorKind::invalid, fmt::format("{}: the SQL text is empty", described_)};
        case PGRES_COPY_OUT:
        case PGRES_COPY_BOTH:
            return Error{ErrorKind::invalid,
                         fmt::format("{}: COPY … TO STDOUT is not for here; use select", described_)};
        case PGRES_BAD_RESPONSE:
        case PGRES_NONFATAL_ERROR:
        case PGRES_FATAL_ERROR:
        case PGRES_PIPELINE_SYNC:
        case PGRES_PIPELINE_ABORTED:
            break;
    }
    // An error without SQLSTATE is libpq's own: the connection broke.
    if (PQresultErrorField(raw, PG_DIAG_SQLSTATE) == nullptr) return lost();
    return postgres_error(described_, raw);
}

Error PostgresConnection::lost() const {
    std::string_view message = PQerrorMessage(connection_.get());
    message = message.substr(0, message.find('\n'));
    return {ErrorKind::unavailable, fmt::format("lost {}: {}; see the server's log, then run the task again",
                                                described_, message.empty() ? "the connection was closed" : message)};
}

Result<PostgresConnection::Bound> PostgresConnection::bind(std::string_view sql, const std::vector<Json>& params) {
    std::vector<bool> is_array(params.size(), false);
    if (std::ranges::any_of(params, [](const Json& value) { return value.is_array(); })) {
        // Only the server knows whether a parameter is an array or JSON.
        const auto described = describe(sql);
        if (!described) return described.error();
        const auto count = static_cast<std::size_t>(PQnparams(described->result_.get()));
        for (std::size_t i = 0; i < params.size() && i < count; ++i)
            is_array[i] = std::ranges::find(kArrays, PQparamtype(described->result_.get(), static_cast<int>(i))) !=
                          std::end(kArrays);
    }
    Bound bound;
    for (std::size_t i = 0; i < params.size(); ++i) {
        bound.texts.push_back(bound_text(params[i], is_array[i]));
        if (bound.texts.back() && bound.texts.back()->find('\0') != std::string::npos)
            return Error{ErrorKind::invalid,
                         fmt::format("{}: value {} of the SQL text holds a NUL byte", described_, i + 1)};
    }
    for (const auto& text : bound.texts) bound.values.push_back(text ? text->c_str() : nullptr);
    return bound;
}

Result<PostgresResult> PostgresConnection::execute(std::string_view sql, const std::vector<Json>& params) {
    const auto bound = bind(sql, params);
    if (!bound) return bound.error();
    return checked(PQexecParams(connection_.get(), std::string(sql).c_str(), static_cast<int>(params.size()), nullptr,
                                bound->values.data(), nullptr, nullptr, /*resultFormat=*/0));
}

Result<void> PostgresConnection::start(std::string_view sql, const std::vector<Json>& params) {
    const auto bound = bind(sql, params);
    if (!bound) return bound.error();
    if (PQsendQueryParams(connection_.get(), std::string(sql).c_str(), static_cast<int>(params.size()), nullptr,
                          bound->values.data(), nullptr, nullptr, /*resultFormat=*/0) != 1)
        return lost();
    PQsetSingleRowMode(connection_.get());
    return {};
}

Result<std::optional<PostgresResult>> PostgresConnection::next() {
    PGresult* raw = PQgetResult(connection_.get());
    if (raw == nullptr) return std::optional<PostgresResult>{};
    if (PQresultStatus(raw) == PGRES_COPY_IN) {
        // Left alone, the server would wait for rows for ever.
        PQputCopyEnd(connection_.get(), "no rows come this way");
        PQclear(raw);
        return Error{
            ErrorKind::invalid,
            fmt::format("{}: COPY … FROM STDIN has no input here; the `load` operator copies files", described_)};
    }
    auto result = checked(raw);
    if (!result) return result.error();
    return std::optional<PostgresResult>{std::move(*result)};
}

Result<PostgresResult> PostgresConnection::describe(std::string_view sql) {
    if (auto prepared = checked(PQprepare(connection_.get(), "", std::string(sql).c_str(), 0, nullptr)); !prepared)
        return prepared;
    return checked(PQdescribePrepared(connection_.get(), ""));
}

Result<void> PostgresConnection::copy_start(std::string_view sql) {
    const auto started = checked(PQexec(connection_.get(), std::string(sql).c_str()));
    if (!started) return started.error();
    return {};
}

Result<void> PostgresConnection::copy_data(std::string_view lines) {
    if (PQputCopyData(connection_.get(), lines.data(), static_cast<int>(lines.size())) == 1) return {};
    // The server may have said why before it closed the connection.
    const auto why = copy_end();
    return why ? lost() : why.error();
}

Result<std::uint64_t> PostgresConnection::copy_end() {
    PQputCopyEnd(connection_.get(), nullptr);
    const auto result = checked(PQgetResult(connection_.get()));
    while (PGresult* more = PQgetResult(connection_.get())) PQclear(more);
    if (!result) return result.error();
    return result->affected();
}

Result<bool> PostgresConnection::await_notification(std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    bool told = false;
    while (true) {
        if (PQconsumeInput(connection_.get()) != 1) return lost();
        while (PGnotify* notification = PQnotifies(connection_.get())) {
            told = true;
            PQfreemem(notification);
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (told || left.count() <= 0) return told;
        pollfd socket{PQsocket(connection_.get()), POLLIN, 0};
        if (::poll(&socket, 1, static_cast<int>(left.count())) < 0 && errno != EINTR) return lost();
    }
}

void PostgresConnection::interrupt() const { ::shutdown(PQsocket(connection_.get()), SHUT_RDWR); }

}  // namespace weir::connectors
