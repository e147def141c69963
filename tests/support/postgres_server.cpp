#include "tests/support/postgres_server.hpp"

#include <fcntl.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>

namespace weir::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUser = "postgres";  // the server refuses to run as root

std::string program(const std::string& name) {
    for (const int version : {18, 17, 16, 15, 14, 13}) {
        const auto path = "/usr/lib/postgresql/" + std::to_string(version) + "/bin/" + name;
        if (fs::exists(path)) return path;
    }
    return name;  // from PATH
}

void give_to_server_user(const fs::path& path) {
    const passwd* account = ::geteuid() == 0 ? ::getpwnam(kUser) : nullptr;
    if (account != nullptr && ::chown(path.c_str(), account->pw_uid, account->pw_gid) != 0)
        throw std::runtime_error("cannot chown " + path.string());
}

// The template cluster, made once for each user of this machine.
fs::path template_cluster() {
    const auto home = fs::temp_directory_path() / ("weir-test-postgres-" + std::to_string(::geteuid()));
    ::mkdir(home.c_str(), 0700);
    struct stat status {};
    if (::lstat(home.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) ||
        (status.st_uid != ::geteuid() && ::geteuid() != 0))
        throw std::runtime_error(home.string() + " is not ours");
    give_to_server_user(home);
    const auto lock_path = home / "lock";
    const int lock = ::open(lock_path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (lock < 0 || ::flock(lock, LOCK_EX) != 0) throw std::runtime_error("cannot lock " + lock_path.string());
    const auto data = home / "data";
    if (!fs::exists(home / "whole")) {
        fs::remove_all(data);
        run_program({program("initdb"), "-D", data.string(), "--no-sync", "--wal-segsize=1", "-A", "trust", "-U", kUser,
                     "-E", "UTF8", "--locale=C.UTF-8"},
                    (home / "initdb.log").string(), kUser);
        write_file((data / "pg_hba.conf").string(), "local all locked scram-sha-256\nlocal all all trust\n");
        write_file((home / "whole").string(), "");
    }
    ::close(lock);
    return data;
}

// Where the cluster lives: in memory, if it is there and has room.
fs::path parent_folder() {
    constexpr std::uintmax_t kRoom = 1U << 30;
    const fs::path memory = "/dev/shm";
    std::error_code error;
    const auto space = fs::space(memory, error);
    if (error || space.available < kRoom || ::access(memory.c_str(), W_OK) != 0) return fs::temp_directory_path();
    return memory;
}

// What tests that were killed left behind: folders of ours whose process is gone.
void remove_orphans(const fs::path& parent) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(parent, error)) {
        const auto name = entry.path().filename().string();
        constexpr std::string_view kPrefix = "weir-test-";
        if (!name.starts_with(kPrefix)) continue;
        const int pid = std::atoi(name.c_str() + kPrefix.size());
        if (pid > 0 && ::kill(pid, 0) != 0 && errno == ESRCH) fs::remove_all(entry.path(), error);
    }
}

}  // namespace

PostgresServer::PostgresServer() : folder_(parent_folder()) {
    remove_orphans(folder_.path().parent_path());
    const auto data = folder_.path() / "data";
    const auto log = folder_.file("postgres.log");
    give_to_server_user(folder_.path());
    run_program({"cp", "-a", template_cluster().string(), data.string()}, log);
    process_ =
        std::make_unique<ServerProcess>(std::vector<std::string>{program("postgres"), "-D", data.string(), "-k",
                                                                 folder(), "-c", "listen_addresses=", "-c", "fsync=off",
                                                                 "-c", "shared_buffers=64MB", "-c", "max_wal_size=4GB"},
                                        log, kUser);
    const auto url = "host=" + folder() + " user=postgres dbname=postgres";
    process_->wait_until([&url] { return PQping(url.c_str()) == PQPING_OK; });
    PostgresSession(*this, "postgres").query("create role locked login password 'right-password'");
}

PostgresServer::~PostgresServer() = default;

PostgresServer& PostgresServer::shared() {
    static PostgresServer server;
    return server;
}

std::string PostgresServer::make_database() {
    if (databases_++ == 0) return "postgres";
    const auto name = "test_" + std::to_string(databases_);
    PostgresSession(*this, "postgres").query("create database " + name);
    return name;
}

PostgresSession::PostgresSession(const PostgresServer& server, const std::string& database)
    : connection_(PQconnectdb(("host=" + server.folder() + " user=postgres dbname=" + database).c_str())) {
    if (PQstatus(connection_) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection_));
    PQsetNoticeProcessor(
        connection_, [](void*, const char*) {}, nullptr);
    query("set timezone = 'UTC'");
}
PostgresSession::~PostgresSession() { PQfinish(connection_); }

std::string PostgresSession::query(const std::string& sql) {
    PGresult* result = PQexec(connection_, sql.c_str());
    const auto status = PQresultStatus(result);
    std::string text;
    for (int row = 0; row < PQntuples(result); ++row) {
        if (row > 0) text += '\n';
        for (int column = 0; column < PQnfields(result); ++column) {
            if (column > 0) text += '|';
            text += PQgetisnull(result, row, column) != 0 ? "∅" : PQgetvalue(result, row, column);
        }
    }
    PQclear(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) throw std::runtime_error(PQerrorMessage(connection_));
    return text;
}

}  // namespace weir::test
