#include "daemon/server.hpp"

#include <fmt/format.h>
#include <malloc.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <thread>

#include "daemon/catalog_board.hpp"
#include "daemon/certificate.hpp"
#include "daemon/clock.hpp"
#include "daemon/command_desk.hpp"
#include "daemon/environment.hpp"
#include "daemon/event_desk.hpp"
#include "daemon/exit_codes.hpp"
#include "daemon/folders.hpp"
#include "daemon/loop.hpp"
#include "daemon/notify.hpp"
#include "daemon/sources/source_set.hpp"
#include "daemon/stored_dags.hpp"
#include "daemon/version.hpp"
#include "daemon/watcher.hpp"
#include "executors/process/process_executor.hpp"
#include "executors/wire/priority.hpp"
#include "scheduler/store/sqlite_accounts.hpp"
#include "scheduler/store/sqlite_history.hpp"
#include "scheduler/store/sqlite_store.hpp"
#include "web/accounts/accounts.hpp"
#include "web/api/access.hpp"
#include "web/api/routes.hpp"
#include "web/http/listener.hpp"
#include "web/live/stream.hpp"
#include "web/pages/pages.hpp"

namespace weir::daemon {
namespace {

namespace asio = boost::asio;

// Reading, YAML and log clean-up; never the core's work.
constexpr std::size_t kPoolThreads = 4;  // two of them may be busy with passwords
constexpr std::chrono::seconds kStopGrace{5};

model::TimePoint wall_now() { return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()); }

void log_changes(const DagFolder::Changes& changes) {
    for (const auto& error : changes.broken)
        for (const auto& diagnostic : error.diagnostics) spdlog::error("{}", to_text(diagnostic));
}

// What the first look at the DAG folder, held against what the database remembers, tells the core.
std::vector<core::Input> first_definitions(DagFolder& folder, const ports::History& history, const Settings& settings) {
    const auto changes = folder.scan(wall_now());
    log_changes(changes);
    std::vector<core::Input> inputs{core::PoolsConfigured{settings.pools, settings.parallelism}};
    std::map<std::string, std::shared_ptr<const model::Dag>> defined;
    for (const auto& dag : changes.loaded) defined[dag->id] = dag;
    std::map<std::string, std::string> gone;  // texts by id
    for (const auto& row : history.dags()) {
        const auto file = defined.find(row.state.dag_id);
        const auto version = history.version(row.state.version);
        if (row.state.removed && file == defined.end()) {
            if (version) gone.emplace(row.state.dag_id, version->source);
            continue;
        }
        const bool same = version && file != defined.end() && version->hash == file->second->hash;
        const auto before = version && !same ? load_version(*version, settings.dag_folder) : nullptr;
        if (file != defined.end()) {
            inputs.push_back(core::DagLoaded{file->second, before});
            defined.erase(file);
        } else if (before && folder.adopt(before)) {
            // Its file is there, but broken: the last good version, from the database, goes on.
            inputs.push_back(core::DagLoaded{before});
        } else {
            if (version) gone.emplace(row.state.dag_id, version->source);
            inputs.push_back(core::DagRemoved{row.state.dag_id});
        }
    }
    folder.recall_renamed(gone);
    for (const auto& [dag_id, dag] : defined) inputs.push_back(core::DagLoaded{dag});
    return inputs;
}

// SIGHUP: the certificate is read again; the sizes of pools and the parallelism change at once. Everything else in weir.yaml
// waits for a restart.
void reload_pools(const Settings& settings, Inbox& inbox, CatalogBoard& board, live::Feed& feed) {
    if (settings.file.empty()) return spdlog::warn("SIGHUP: there is no weir.yaml to read again");
    const auto fresh = read_settings(settings.file);
    if (!fresh) return spdlog::error("SIGHUP: weir.yaml keeps its last good version:\n{}", fresh.error().message);
    board.set_pools(fresh->pools);
    inbox.post(core::PoolsConfigured{fresh->pools, fresh->parallelism});
    feed.catalog_changed();
    spdlog::info("SIGHUP: pools and parallelism are as {} says now", settings.file);
}

// The live stream's source. Its serials begin anew with each start, so each start has a name of its own.
std::shared_ptr<live::Feed> make_feed(asio::io_context& io, asio::thread_pool& pool, const ports::History& history) {
    auto find_run = [&history](model::RunId id) -> std::optional<live::RunName> {
        auto run = history.run(id);
        if (!run) return std::nullopt;
        return live::RunName{std::move(run->dag_id), std::move(run->run_id)};
    };
    return std::make_shared<live::Feed>(io, pool, std::move(find_run),
                                        fmt::format("{:x}", wall_now().time_since_epoch().count()));
}

// Each signal, until the set is cancelled with its io_context.
void on_hangup(asio::signal_set& signals, std::function<void()> act) {
    signals.async_wait([&signals, act = std::move(act)](const boost::system::error_code& error, int) {
        if (error) return;
        act();
        on_hangup(signals, act);
    });
}

// Each connection is a descriptor, and 1024 of them, which is what a login shell usually has, are no more than one listening
// socket takes on. Not as many as there may be: tasks inherit this, and programs that close every possible descriptor are slow.
void raise_file_limit() {
    constexpr rlim_t kWanted = 8192;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kWanted) return;
    limit.rlim_cur = std::min(kWanted, limit.rlim_max);
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < kWanted)
        spdlog::warn("no more than {} open files (ulimit -n): with many connections, some will have to wait",
                     limit.rlim_cur);
}

void log_access(const http::AccessRecord& record) {
    if (!record.fault.empty())
        spdlog::error("{} {}: {}", record.method, record.target, record.fault);
    else
        spdlog::debug("{} {} {} {} us", record.method, record.target, record.status, record.took.count());
}

bool is_loopback(const std::string& host) {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(host, error);
    return host == "localhost" || (!error && address.is_loopback());
}

// Null where weir.yaml has no `tls`.
model::Result<std::shared_ptr<http::Tls>> load_tls(const Settings& settings) {
    if (!settings.tls || settings.listen.empty()) return std::shared_ptr<http::Tls>();
    auto loaded = http::Tls::load({settings.tls->certificate, settings.tls->key});
    if (!loaded) return model::Error{model::ErrorKind::invalid, fmt::format("tls: {}", loaded.error().message)};
    return std::move(*loaded);
}

// Why it must not listen there: what can be reached from other machines needs logins, and passwords need TLS.
std::optional<model::Error> exposure_fault(const Settings& settings, const Endpoint& endpoint) {
    if (is_loopback(endpoint.host)) return std::nullopt;
    if (!settings.login)
        return model::Error{
            model::ErrorKind::invalid,
            fmt::format("listen: {} can be reached from outside, and logins are off; write 127.0.0.1:{}, "
                        "or leave out `auth: off` and --no-auth",
                        settings.listen, endpoint.port)};
    if (!settings.tls && !settings.insecure_http)
        return model::Error{
            model::ErrorKind::invalid,
            fmt::format("listen: {} can be reached from outside, and passwords would cross the network as they are; "
                        "set `tls: {{certificate: …, key: …}}`, or write 127.0.0.1:{} and put a proxy with TLS or an "
                        "SSH tunnel in "
                        "front, or set `insecure_http: true` "
                        "where the network is yours alone",
                        settings.listen, endpoint.port)};
    return std::nullopt;
}

// A proxy by name could be another machine tomorrow.
std::optional<model::Error> proxy_fault(const Settings& settings) {
    for (const auto& proxy : settings.behind_proxy) {
        boost::system::error_code error;
        asio::ip::make_address(proxy, error);
        if (error)
            return model::Error{model::ErrorKind::invalid,
                                fmt::format("behind_proxy: '{}' is no IP address; write 127.0.0.1 for a proxy on this "
                                            "machine",
                                            proxy)};
    }
    return std::nullopt;
}

// The address that it listens on is one of its names, if it is one.
std::vector<std::string> allowed_hosts(const Settings& settings) {
    auto names = settings.allowed_hosts;
    const auto endpoint = parse_endpoint(settings.listen);
    boost::system::error_code error;
    if (endpoint) {
        const auto address = asio::ip::make_address(endpoint->host, error);
        if (!error && !address.is_unspecified()) names.push_back(address.to_string());
    }
    return names;
}

// Who may come in, for the one who has just started it.
void tell_of_logins(const accounts::Accounts& accounts, const Settings& settings, const std::string& address) {
    if (settings.listen.empty()) return;
    if (!accounts.login_required())
        return spdlog::warn(
            "LOGINS ARE OFF: whoever can reach {} may do everything, and every program and user of this "
            "machine can; leave out `auth: off` and --no-auth to change that",
            address);
    if (!accounts.has_users())
        spdlog::warn(
            "there is no user yet; make the first admin at {}/setup#{} or with `weir users add NAME --role admin`",
            address, accounts.setup_token());
}

// Opens the doors. The address that people can use, or why there is none.
model::Result<std::string> listen(http::Listener& listener, const Settings& settings,
                                  std::shared_ptr<const http::Tls> tls) {
    if (const auto opened = listener.listen_unix(settings.socket()); !opened)
        return model::Error{model::ErrorKind::conflict, opened.error().message};
    if (settings.listen.empty()) return settings.socket().string();
    const auto endpoint = parse_endpoint(settings.listen);
    if (!endpoint)
        return model::Error{model::ErrorKind::invalid,
                            fmt::format("listen: {} is not host:port; write 127.0.0.1:8080", settings.listen)};
    if (auto fault = exposure_fault(settings, *endpoint)) return std::move(*fault);
    if (auto fault = proxy_fault(settings)) return std::move(*fault);
    const auto* scheme = tls ? "https" : "http";
    const auto port = listener.listen_tcp(endpoint->host, endpoint->port, std::move(tls));
    if (!port)
        return model::Error{model::ErrorKind::conflict,
                            fmt::format("{}; set `listen:` in weir.yaml or --listen", port.error().message)};
    return fmt::format("{}://{}:{}", scheme,
                       endpoint->host.find(':') == std::string::npos ? endpoint->host : "[" + endpoint->host + "]",
                       *port);
}

}  // namespace

int run_server(const Settings& settings) {
    const auto started = std::chrono::steady_clock::now();
    raise_file_limit();
    if (const auto made = make_data_folder(settings); !made) {
        spdlog::error("{}", made.error().message);
        return exit_code(made.error().kind);
    }
    const auto tls = load_tls(settings);
    if (!tls) {
        spdlog::error("{}", tls.error().message);
        return exit_code(tls.error().kind);
    }
    auto opened = store::SqliteStore::open(settings.database());
    if (!opened) {
        spdlog::error("{}", opened.error().message);
        return exit_code(opened.error().kind);
    }
    auto& store = **opened;
    auto opened_history = store::SqliteHistory::open(settings.database());
    if (!opened_history) {
        spdlog::error("{}", opened_history.error().message);
        return exit_code(opened_history.error().kind);
    }
    auto& history = **opened_history;

    auto opened_accounts = store::SqliteAccounts::open(settings.database());
    if (!opened_accounts) {
        spdlog::error("{}", opened_accounts.error().message);
        return exit_code(opened_accounts.error().kind);
    }
    auto& account_rows = **opened_accounts;

    asio::io_context io(1);
    asio::thread_pool pool(kPoolThreads);
    Inbox inbox;
    CommandDesk desk(inbox);
    EventDesk events(inbox);
    sources::SourceSet sources;
    CatalogBoard board;
    DagFolder folder(settings.dag_folder, settings.surroundings());
    auto definitions = first_definitions(folder, history, settings);
    board.set_pools(settings.pools);
    board.set_definitions(folder.entries(), folder.import_errors());

    process::ProcessExecutor executor(
        io,
        {.data_folder = settings.data_folder,
         .log_folder = settings.logs(),
         .weir_program = weir_program(),
         .environment = task_environment(),
         .connections = settings.connections,
         .notifiers = settings.notifiers,
         .notifier_folder = std::filesystem::path(settings.file).parent_path(),
         .note = [](const std::string& words) { spdlog::warn("{}", words); },
         .trouble = [&desk](const std::string& words) { desk.set_executor_trouble(words); }},
        [&inbox](core::Input report) { inbox.post(std::move(report)); });

    const auto feed = make_feed(io, pool, history);
    const SteadyWallClock clock;
    Loop loop({.clock = clock,
               .store = store,
               .inbox = inbox,
               .executors = {{"process", &executor}},
               .dag_of = [&settings](const ports::StoredRun& stored) { return dag_of(stored, settings.dag_folder); },
               .answer = [&desk](const core::Reply& reply) { desk.answer(reply); },
               .explained = [&desk](const core::Explained& answer) { desk.answer(answer); },
               .taken = [&events](const core::EventsTaken& taken) { events.taken(taken); },
               .accept_events = [&events](bool open) { events.set_open(open); },
               .report_health = [&desk](ports::Health health) { desk.set_health(std::move(health)); },
               .committed = [&feed](const core::Turn& turn) { feed->committed(turn.changes); },
               .rescheduled =
                   [&board, &feed](const auto& next_runs) {
                       board.set_next_runs(next_runs);
                       std::vector<std::string> dag_ids;
                       for (const auto& [dag_id, next] : next_runs) dag_ids.push_back(dag_id);
                       feed->dags_changed(dag_ids);
                   },
               .housekeeping =
                   [&store, &settings, &pool] {
                       auto pruned = store.prune(settings.prune_limits(wall_now()));
                       asio::post(pool, [&settings, runs = std::move(pruned.runs)] {
                           for (const auto& [dag_id, run_id] : runs) remove_run_logs(settings, dag_id, run_id);
                           ::malloc_trim(0);  // what large answers have left free; else it stays ours for good
                       });
                       return pruned.more;
                   }});
    loop.recover();
    inbox.post(std::move(definitions));
    std::thread core_thread([&loop] {
        come_first();
        loop.run();
    });
    ::pthread_setname_np(core_thread.native_handle(), "weir-core");  // for top -H, and who measures it

    accounts::Accounts accounts(
        {.rows = account_rows, .recorder = desk, .now = wall_now, .login_required = settings.login});
    http::Router router;
    api::add_routes(router, {.history = history,
                             .commands = desk,
                             .events = events,
                             .sources = sources,
                             .catalog = board,
                             .accounts = accounts,
                             .account_rows = account_rows,
                             .log_folder = settings.logs(),
                             .version = kVersion,
                             .now = wall_now});
    live::add_live(router, feed);
    api::check_access(router);
    pages::add_pages(router);
    http::Listener listener(
        io, pool, router, {},
        {.allowed_hosts = allowed_hosts(settings), .proxies = settings.behind_proxy, .access_log = log_access});
    const auto address = listen(listener, settings, *tls);
    std::optional<CertificateKeeper> certificate;
    if (*tls) certificate.emplace(io, pool, *tls);
    {
        Watcher watcher(folder, [&inbox, &board, &feed](const DagFolder& seen, const DagFolder::Changes& changes) {
            log_changes(changes);
            std::vector<core::Input> inputs;
            for (const auto& dag : changes.loaded) {
                spdlog::info("{}: DAG {} loaded", dag->file, dag->id);
                inputs.push_back(core::DagLoaded{dag});
            }
            for (const auto& [from, to] : changes.renamed)
                spdlog::warn("DAG {} is called {} now; its history stays under {}, and {} begins with none", from, to,
                             from, to);
            for (const auto& dag_id : changes.removed) {
                spdlog::info("DAG {} is gone with its file; its history stays", dag_id);
                inputs.push_back(core::DagRemoved{dag_id});
            }
            board.set_definitions(seen.entries(), seen.import_errors());
            inbox.post(std::move(inputs));
            feed->catalog_changed();
        });
        asio::signal_set signals(io, SIGTERM, SIGINT);
        asio::signal_set hangups(io, SIGHUP);
        if (address) {
            executor.start();
            sources.start(settings.sources, settings.connections, events, history);
            signals.async_wait([&](const boost::system::error_code& error, int) {
                if (error) return;
                spdlog::info("stopping; running tasks go on and are taken over at the next start");
                hangups.cancel();
                if (certificate) certificate->stop();
                listener.stop(kStopGrace, [&executor] { executor.stop(); });
            });
            if (certificate) certificate->start();
            on_hangup(hangups, [&pool, &settings, &inbox, &board, &certificate, feed] {
                if (certificate) certificate->reload();
                asio::post(pool, [&settings, &inbox, &board, feed] { reload_pools(settings, inbox, board, *feed); });
            });
            spdlog::info(
                "weir {} serves {} DAG(s) from {} at {} after {} ms", kVersion, board.catalog()->dags.size(),
                settings.dag_folder, *address,
                std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started)
                    .count());
            tell_of_logins(accounts, settings, *address);
            notify_ready();
            come_first();
            io.run();
        }
    }
    // While the loop still commits: what the sources have under way has a moment to be taken and acknowledged.
    events.close();
    sources.stop();
    inbox.close();
    core_thread.join();
    pool.join();
    if (!address) {
        spdlog::error("{}", address.error().message);
        return exit_code(address.error().kind);
    }
    return kOk;
}

}  // namespace weir::daemon
