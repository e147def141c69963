// weir.yaml: the daemon's own settings. Same strictness, same diagnostics as a DAG file.
//
//   dags: dags                      # folders and files are relative to weir.yaml's own folder
//   data: .weir                     # database, logs, sockets
//   listen: 127.0.0.1:8080          # `off` for the unix socket alone
//   tls: {certificate: cert.pem, key: key.pem}   # PEM; `listen` then speaks HTTPS. Read again when they change, and on SIGHUP
//   auth: on                        # `off`: no logins, on this machine alone
//   allowed_hosts: [weir.example.com]   # names it goes by, beside localhost
//   behind_proxy: [127.0.0.1]       # IP addresses of proxies: whose X-Forwarded-… headers are believed
//   insecure_http: false            # true: listen beyond this machine without TLS
//   timezone: UTC                   # for schedules that name none
//   parallelism: 16                 # tasks at once, of all DAGs
//   retention: {runs: 90d, keep_last: 100,     # a run goes when it is older and not among the DAG's last
//               events: 30d, windows: 400d,    # of the ledger
//               audit: 400d}
//   pools: {default_pool: 128, warehouse: {slots: 4, description: …}}
//   connections:
//     cache:     {redis: {host: 127.0.0.1, port: 6379, db: 0, username: …, password: {env: CACHE_PASSWORD}, socket: /path}}
//     warehouse: {postgres: {host: …, port: 5432, database: …, user: …, password: {file: /run/secrets/pg}, sslmode: prefer}}
//
//     bus:       {kafka: {brokers: "a:9092,b:9092", security_protocol: sasl_ssl, sasl_mechanism: SCRAM-SHA-256, username: …,
//                         password: {env: BUS_PASSWORD}, ssl_ca: /path}}
//
//   sources:                        # where events come from, besides HTTP
//     markers: {redis: {connection: cache, stream: "weir:events", group: weir, consumer: …, start: first, idle: 1m}}
//     bus:     {kafka: {connection: bus, topics: [weir.events], start: first}}
//     outbox:  {postgres: {connection: warehouse, table: weir_outbox, channel: weir_outbox, poll: 5s, start: first}}
//     lake:    {files: {path: /lake/views, asset: views, partition: "dt=%Y-%m-%d/hour=%H", every: 1h, timezone: UTC,
//                       marker: _SUCCESS, rescan: 30s, start: first}}
//
//   notifiers:                      # who can be told of a run's or a task's end
//     team: {webhook: {env: TEAM_HOOK}, headers: {Authorization: {file: /run/secrets/token}}}
//     desk: {run: ./tell-the-desk.sh}
//
// A secret is {env: NAME} or {file: path}, never text; it is read where it is used, by the task's own process.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/model/dag.hpp"
#include "scheduler/model/diagnostic.hpp"
#include "scheduler/model/json.hpp"
#include "scheduler/yaml/loader.hpp"

namespace weir::yaml {

struct TlsFiles {
    std::string certificate;  // absolute once loaded
    std::string key;
};

struct Config {
    std::string dag_folder = "dags";  // absolute once loaded
    std::string data_folder = ".weir";
    std::string listen = "127.0.0.1:8080";   // empty: off
    std::optional<TlsFiles> tls;             // of `listen`
    bool login = true;                       // off: whoever reaches the address may do everything
    bool insecure_http = false;              // to listen beyond this machine without TLS
    std::vector<std::string> allowed_hosts;  // names this server goes by, beside localhost
    std::vector<std::string> behind_proxy;   // IP addresses of proxies that tell who asks
    std::string timezone = "UTC";
    int parallelism = 16;
    model::Duration keep_runs = std::chrono::days{90};
    int keep_last = 100;
    model::Duration keep_events = std::chrono::days{30};
    model::Duration keep_windows = std::chrono::days{400};
    model::Duration keep_audit = std::chrono::days{400};
    std::vector<model::Pool> pools;  // with default_pool, always
    // name -> {"kind": "redis", …the settings as written, secrets still {"env": NAME}}
    std::map<std::string, model::Json> connections;
    // name -> {"kind": "redis", …the settings as written, with absolute paths}
    std::map<std::string, model::Json> sources;
    // name -> {"kind": "webhook", "webhook": address or secret, "headers": {name: text or secret}}
    //      or {"kind": "run", "run": the script}, which runs in the folder of weir.yaml
    std::map<std::string, model::Json> notifiers;

    [[nodiscard]] Surroundings surroundings() const;
};

struct LoadedConfig {
    std::optional<Config> config;
    std::vector<model::Diagnostic> diagnostics;
};
[[nodiscard]] LoadedConfig load_config(std::string_view text, const std::string& file, const std::string& folder);

// The defaults, for a folder without weir.yaml.
[[nodiscard]] Config default_config(const std::string& folder);

}  // namespace weir::yaml
