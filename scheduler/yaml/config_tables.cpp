#include "scheduler/yaml/config_tables.hpp"

#include <algorithm>

#include "scheduler/yaml/formats.hpp"
#include "scheduler/yaml/task_tables.hpp"

namespace weir::yaml {
namespace {

constexpr int kMostSlots = 1'000'000;

const Table<Config>& retention_table() {
    static const Table<Config> table(
        {"retention", "How long finished runs, events, windows and the audit are kept", {}, {}},
        {
            {{"runs", duration(), "A run goes when it ended longer ago than this …", false,
              model::format_duration(Config{}.keep_runs)},
             [](Config& config, const Node& value) {
                 config.keep_runs = model::parse_duration(text_of(value)).value_or(config.keep_runs);
             }},
            {{"keep_last", whole(0, 1'000'000), "… and is not among so many last ones of its DAG", false,
              Config{}.keep_last},
             [](Config& config, const Node& value) { config.keep_last = whole_of<int>(value); }},
            {{"events", duration(), "An event goes when it came longer ago, and no window and no run needs it", false,
              model::format_duration(Config{}.keep_events)},
             [](Config& config, const Node& value) { config.keep_events = duration_of(value); }},
            {{"windows", duration(), "A completed window goes when it was told of longer ago", false,
              model::format_duration(Config{}.keep_windows)},
             [](Config& config, const Node& value) { config.keep_windows = duration_of(value); }},
            {{"audit", duration(), "A line of the audit goes when it is older", false,
              model::format_duration(Config{}.keep_audit)},
             [](Config& config, const Node& value) { config.keep_audit = duration_of(value); }},
        });
    return table;
}

const Table<ConfigDraft>& tls_table() {
    static const Table<ConfigDraft> table(
        {"tls", "The certificate with which HTTP is served as HTTPS", {}, {}},
        {
            {{"certificate", path("the path of a file"),
              "PEM: the server's certificate, then those that lead to the root", true},
             [](ConfigDraft& draft, const Node& value) {
                 draft.config.tls->certificate = absolute_path(draft.folder, text_of(value));
             }},
            {{"key", path("the path of a file"), "PEM: its key, without a password", true},
             [](ConfigDraft& draft, const Node& value) {
                 draft.config.tls->key = absolute_path(draft.folder, text_of(value));
             }},
        });
    return table;
}

const Table<model::Pool>& pool_table() {
    static const Table<model::Pool> table(
        {"a pool", "Slots that tasks take while they run", {}, {}},
        {
            {{"slots", whole(0, kMostSlots), "How many there are; 0 holds its tasks back", true},
             [](model::Pool& pool, const Node& value) { pool.slots = whole_of<int>(value); }},
            {{"description", text("a text"), "What the pool protects"},
             [](model::Pool& pool, const Node& value) { pool.description = text_of(value); }},
        });
    return table;
}

void store_pools(ConfigDraft& draft, const Node& value) {
    for (const auto& entry : value.map()->entries) {
        model::Pool pool{entry.key, 0, ""};
        if (entry.value.scalar() != nullptr)
            pool.slots = whole_of<int>(entry.value);
        else
            pool_table().fill(entry.value, pool);
        auto& pools = draft.config.pools;
        const auto same = std::ranges::find(pools, pool.name, &model::Pool::name);
        if (same != pools.end())
            *same = pool;  // default_pool, which is always there
        else
            pools.push_back(std::move(pool));
    }
}

ShapePtr kafka_connection() {
    return object(
        {"kafka",
         "How to reach a Kafka",
         {{"brokers", filled_text("brokers such as a:9092,b:9092"), "host:port, several with commas", true},
          {"security_protocol", choice({"plaintext", "ssl", "sasl_plaintext", "sasl_ssl"}), "In librdkafka's words",
           false, "plaintext"},
          {"sasl_mechanism", choice({"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}), "How to log in"},
          {"username", filled_text("a user name"), "User"},
          {"password", secret(), "{env: NAME} or {file: path}"},
          {"ssl_ca", path("the path of a file"), "Certificates to trust; the system's unless set"}},
         {only_with({"username", "password"}, "sasl_mechanism"), only_with({"sasl_mechanism"}, "security_protocol")}});
}

ObjectPtr connection_of(const std::string& kind, ShapePtr settings, std::string doc) {
    return std::make_shared<const Object>(
        Object{"a " + kind + " connection", doc, {{kind, std::move(settings), doc, true}}, {}});
}

}  // namespace

const ShapePtr& connection_shape() {
    static const auto made = [] {
        auto redis = object({"redis",
                             "How to reach a Redis",
                             {{"host", filled_text("a host"), "Name or address", false, "127.0.0.1"},
                              {"port", whole(1, 65535), "Port", false, 6379},
                              {"db", whole(0, 1'000'000), "Number of the database", false, 0},
                              {"username", filled_text("a user name"), "User of the ACL"},
                              {"password", secret(), "{env: NAME} or {file: path}"},
                              {"socket", path("the path of a socket"), "Unix socket instead of host and port"}},
                             {not_together("socket", {"host", "port"})}});
        auto postgres =
            object({"postgres",
                    "How to reach a PostgreSQL",
                    {{"host", filled_text("a host"), "Name, address, or folder of the unix socket", false, "127.0.0.1"},
                     {"port", whole(1, 65535), "Port", false, 5432},
                     {"database", filled_text("the name of a database"), "Database; the user's name unless set"},
                     {"user", filled_text("a user name"), "User; the daemon's own unless set"},
                     {"password", secret(), "{env: NAME} or {file: path}"},
                     {"sslmode", choice({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}),
                      "How TLS is asked for, in libpq's words", false, "prefer"}},
                    {}});
        return shape("a map such as {redis: {host: 127.0.0.1}}",
                     Variants{{connection_of("redis", std::move(redis), "A Redis"),
                               connection_of("postgres", std::move(postgres), "A PostgreSQL"),
                               connection_of("kafka", kafka_connection(), "A Kafka")}});
    }();
    return made;
}

const ShapePtr& notifier_shape() {
    static const auto made = [] {
        const auto text_or_secret = [](ShapePtr text) {
            auto wanted = text->wanted + ", or {env: NAME} or {file: path}";
            return either(std::move(wanted), {std::move(text), secret()});
        };
        const auto object_of = [](Object table) { return std::make_shared<const Object>(std::move(table)); };
        return shape(
            "a map such as {webhook: {env: TEAM_HOOK}}",
            Variants{
                {object_of(
                     {"a webhook",
                      "An address that gets a POST with JSON",
                      {{"webhook", text_or_secret(web_address()), "The address, or where it is read", true},
                       {"headers",
                        shape("a map of names and values", MapOf{header_name(), text_or_secret(filled_text("a text"))}),
                        "Headers of the request"}}}),
                 object_of({"a script that tells",
                            "A shell script, run in the folder of weir.yaml",
                            {{"run", script(), "The script; what has happened stands in WEIR_… variables", true}}})}});
    }();
    return made;
}

const Table<ConfigDraft>& config_table() {
    static const Table<ConfigDraft> table(
        {"weir.yaml", "Settings of a Weir daemon; paths are relative to this file's folder", {}, {}},
        {
            {{"dags", path("the path of a folder"), "Folder of the DAG files", false, Config{}.dag_folder},
             [](ConfigDraft& draft, const Node& value) {
                 draft.config.dag_folder = absolute_path(draft.folder, text_of(value));
             }},
            {{"data", path("the path of a folder"), "Folder of database, logs and sockets", false,
              Config{}.data_folder},
             [](ConfigDraft& draft, const Node& value) {
                 draft.config.data_folder = absolute_path(draft.folder, text_of(value));
             }},
            {{"listen", listen_address(), "Where HTTP is served; off for the unix socket alone", false,
              Config{}.listen},
             [](ConfigDraft& draft, const Node& value) {
                 draft.config.listen = text_of(value) == "off" ? "" : text_of(value);
             }},
            {{"tls", tls_table().shape(), "HTTPS instead of HTTP where `listen` says; plain HTTP unless set"},
             [](ConfigDraft& draft, const Node& value) {
                 draft.config.tls.emplace();
                 tls_table().fill(value, draft);
             }},
            {{"auth", choice({"on", "off"}),
              "Whether who comes by TCP must log in; off only where none but this machine can", false, "on"},
             [](ConfigDraft& draft, const Node& value) { draft.config.login = text_of(value) == "on"; }},
            {{"allowed_hosts", list_of("a list of names", filled_text("a host name, without port"), 0, true),
              "Names this server goes by, beside localhost"},
             [](ConfigDraft& draft, const Node& value) { draft.config.allowed_hosts = texts_of(value); }},
            {{"behind_proxy", list_of("a list of IP addresses", filled_text("an IP address"), 0, true),
              "Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed"},
             [](ConfigDraft& draft, const Node& value) { draft.config.behind_proxy = texts_of(value); }},
            {{"insecure_http", boolean(),
              "Listen beyond this machine without TLS, as behind a proxy that has it: passwords cross the network as "
              "they are",
              false, false},
             [](ConfigDraft& draft, const Node& value) {
                 draft.config.insecure_http = as_boolean(*value.scalar()).value_or(false);
             }},
            {{"timezone", timezone(), "Of schedules that name none", false, Config{}.timezone},
             [](ConfigDraft& draft, const Node& value) { draft.config.timezone = text_of(value); }},
            {{"parallelism", whole(1, 100'000), "Tasks at once, of all DAGs", false, Config{}.parallelism},
             [](ConfigDraft& draft, const Node& value) { draft.config.parallelism = whole_of<int>(value); }},
            {{"retention", retention_table().shape(), "How long finished runs, events, windows and the audit are kept"},
             [](ConfigDraft& draft, const Node& value) { retention_table().fill(value, draft.config); }},
            {{"pools",
              shape("a map of pools",
                    MapOf{id_text("the name of a pool"), either("a number of slots, or a map with the key slots",
                                                                {whole(0, kMostSlots), pool_table().shape()})}),
              "Pools of slots; default_pool has 128 unless set"},
             store_pools},
            {{"connections",
              shape("a map of connections", MapOf{id_text("the name of a connection"), connection_shape()}),
              "Servers that tasks use, by name"},
             [](ConfigDraft& draft, const Node& value) { draft.connections = &value; }},
            {{"notifiers", shape("a map of notifiers", MapOf{id_text("the name of a notifier"), notifier_shape()}),
              "Who can be told of a run's or a task's end, by name"},
             [](ConfigDraft& draft, const Node& value) { draft.notifiers = &value; }},
            {{"sources", shape("a map of sources", MapOf{source_name(), source_shape()}),
              "Where events come from, by name; HTTP is always there"},
             [](ConfigDraft& draft, const Node& value) { draft.sources = &value; }},
        });
    return table;
}

}  // namespace weir::yaml
