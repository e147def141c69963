// A PostgreSQL cluster of this test program's own, on a private unix socket. The first test of a machine makes a template
// cluster with initdb; all later ones copy it, into memory where there is room: ctest starts a program for every test,
// and the disk would be what they wait for.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/server_process.hpp"
#include "tests/support/temporary_folder.hpp"

struct pg_conn;

namespace weir::test {

class PostgresServer {
   public:
    PostgresServer();
    ~PostgresServer();

    // The one of this program, started at the first call.
    [[nodiscard]] static PostgresServer& shared();

    [[nodiscard]] std::string folder() const { return folder_.path().string(); }  // libpq's `host`
    // An empty database; superuser "postgres" gets in without a password, role "locked" with "right-password".
    [[nodiscard]] std::string make_database();
    void stop() { process_->stop(); }

   private:
    TemporaryFolder folder_;
    std::unique_ptr<ServerProcess> process_;
    int databases_ = 0;
};

// A session for the test's own questions. Throws on an error.
class PostgresSession {
   public:
    PostgresSession(const PostgresServer& server, const std::string& database);
    ~PostgresSession();
    PostgresSession(const PostgresSession&) = delete;
    PostgresSession& operator=(const PostgresSession&) = delete;

    // Rows as "a|b\nc|d", NULL as "∅".
    std::string query(const std::string& sql);

   private:
    pg_conn* connection_;
};

}  // namespace weir::test
