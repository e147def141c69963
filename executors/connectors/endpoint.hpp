// Where a server is and how to log in there: a connection of weir.yaml, with its secret read. Made by operators and by
// the daemon's sources; the secret never leaves the process by a message.
#pragma once

#include <string>
#include <string_view>

#include "scheduler/model/json.hpp"
#include "scheduler/model/result.hpp"

namespace weir::connectors {

struct RedisEndpoint {
    std::string name;  // as in weir.yaml, for messages
    std::string host = "127.0.0.1";
    int port = 6379;
    int db = 0;
    std::string username;
    std::string password;
    std::string socket;  // path; when set, host and port are not used

    [[nodiscard]] std::string described() const;  // "redis 'cache' (127.0.0.1:6379)"
};

struct PostgresEndpoint {
    std::string name;
    std::string host;  // a name, or a folder with a socket; empty: libpq's default
    int port = 5432;
    std::string database;
    std::string user;
    std::string password;  // empty: libpq's ways (PGPASSFILE, peer, certificates)
    std::string sslmode;   // empty: libpq's default, `prefer`

    [[nodiscard]] std::string described() const;  // "postgres 'warehouse' (db.example:5432/sales)"
};

// `settings`: {"kind": "redis", "host": …, "port": …, "db": …, "username": …, "password": SECRET, "socket": …} and
// {"kind": "postgres", "host": …, "port": …, "database": …, "user": …, "password": SECRET, "sslmode": …}
// SECRET: {"env": NAME} or {"file": path}.
[[nodiscard]] model::Result<RedisEndpoint> redis_endpoint(const std::string& name, const model::Json& settings);
[[nodiscard]] model::Result<PostgresEndpoint> postgres_endpoint(const std::string& name, const model::Json& settings);

// A text as it stands, or the secret that {"env": NAME} or {"file": path} names. `what` is for the message.
[[nodiscard]] model::Result<std::string> read_text_or_secret(const model::Json& value, const std::string& what);

}  // namespace weir::connectors
