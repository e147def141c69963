// weir.yaml.
#include "tests/scheduler/yaml/support.hpp"

namespace weir::yaml {

using model::Json;

TEST_CASE("a listen address is host and port") {
    const Example examples[] = {
        {"listen: off\n", ""},
        {"listen: 8080\n",
         R"(weir.yaml:1:9: listen: expected host:port, or off, found the number 8080; quote it: "8080")"},
        {"listen: :8080\n",
         "weir.yaml:1:9: listen: ':8080' names no host; write host:port, such as 127.0.0.1:8080 or [::1]:8080, or off "
         "for the unix socket alone"},
        {"listen: localhost:99999\n",
         "weir.yaml:1:9: listen: '99999' is no port from 0 to 65535; write host:port, such as 127.0.0.1:8080 or "
         "[::1]:8080, or off for the unix socket alone"},
        {R"(listen: "::1:8080"
)",
         "weir.yaml:1:9: listen: an IPv6 address stands in brackets: [::1]:8080"},
        {R"(listen: "[::1]:8080"
)",
         ""},
        {"listen: 0.0.0.0:0\n", ""},
        {"listen: no\n",
         R"(weir.yaml:1:9: listen: expected host:port, or off, found no, a boolean to some readers of YAML; quote it: "no")"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(config_faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a secret never stands in the file, nor in a message") {
    const Example examples[] = {
        {R"(connections:
  a: {redis: {password: hunter2}}
  b: {redis: {password: {env: "hunter 2"}}}
  c: {redis: {password: {env: A, file: b}}}
  d: {redis: {password: 12345}}
  e: {redis: {password: }}
  f: {redis: {password: [x]}}
  o: {postgres: {password: yes}}
)",
         R"(weir.yaml:2:25: password: expected {env: NAME} or {file: path}, found a text; a secret never stands in the file itself
weir.yaml:3:31: env: expected the name of an environment variable, such as CACHE_PASSWORD
weir.yaml:4:40: a secret needs exactly one of env, file; found env and file
weir.yaml:5:25: password: expected {env: NAME} or {file: path}, found a text; a secret never stands in the file itself
weir.yaml:6:25: password: expected {env: NAME} or {file: path}, found nothing
weir.yaml:7:25: password: expected {env: NAME} or {file: path}, found a list
weir.yaml:8:28: password: expected {env: NAME} or {file: path}, found a text; a secret never stands in the file itself)"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(config_faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a connection is of one kind and complete") {
    const Example examples[] = {
        {R"(connections:
  g: {mysql: {}}
  h: {redis: {}, postgres: {}}
  i: {redis: {socket: /x, port: 5}}
  j: {postgres: {sslmode: on, port: 0}}
  k: redis
  l: {redis: 127.0.0.1}
)",
         R"(weir.yaml:2:6: g: expected exactly one of the keys redis, postgres, kafka; found 'mysql'
weir.yaml:3:6: h: expected exactly one of the keys redis, postgres, kafka; found redis and postgres
weir.yaml:4:23: 'socket' can't stand together with 'port'
weir.yaml:5:27: sslmode: expected one of disable, allow, prefer, require, verify-ca, verify-full, found on, a boolean to some readers of YAML
weir.yaml:5:37: port: expected a whole number from 1 to 65535, found the number 0
weir.yaml:6:6: k: expected a map such as {redis: {host: 127.0.0.1}}, found the text 'redis'
weir.yaml:7:14: redis: expected a map of redis's keys, found the text '127.0.0.1')"},
        {R"(connections:
  "m n": {redis: {}}
)",
         "weir.yaml:2:3: 'm n' can't be the name of a connection; letters, digits, '_', '-' and '.' can"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(config_faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a pool has slots") {
    const Example examples[] = {
        {R"(pools: {a: -1, b: many, c: {slots: 1, color: red}, d: {}, "e f": 1, g: [1]}
)",
         R"(weir.yaml:1:12: a: expected a whole number from 0 to 1000000, found the number -1
weir.yaml:1:19: b: expected a whole number from 0 to 1000000, found the text 'many'
weir.yaml:1:39: unknown key 'color' in a pool; known are slots, description
weir.yaml:1:55: a pool needs the key 'slots'
weir.yaml:1:59: 'e f' can't be the name of a pool; letters, digits, '_', '-' and '.' can
weir.yaml:1:72: g: expected a number of slots, or a map with the key slots, found a list)"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(config_faults(example.yaml) == example.faults);
    }
}

TEST_CASE("settings are in their bounds") {
    const Example examples[] = {
        {R"(parallelism: 0
timezone: Mars/Base
retention: {runs: 90, keep_last: x}
dags: ~
data: ~/x
)",
         R"(weir.yaml:1:14: parallelism: expected a whole number from 1 to 100000, found the number 0
weir.yaml:2:11: unknown time zone 'Mars/Base'
weir.yaml:3:19: runs: expected a duration such as 30s, 5m or 1h30m, found the number 90; write it with its unit: 90s
weir.yaml:3:34: keep_last: expected a whole number from 0 to 1000000, found the text 'x'
weir.yaml:4:7: dags: expected the path of a folder, found nothing
weir.yaml:5:7: ~ is not replaced here; write the whole path)"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(config_faults(example.yaml) == example.faults);
    }
}

TEST_CASE("an unknown setting is told") {
    const Example examples[] = {
        {"port: 8080\n",
         "weir.yaml:1:1: unknown key 'port' in weir.yaml; known are dags, data, listen, tls, auth, allowed_hosts, "
         "behind_proxy, insecure_http, timezone, parallelism, "
         "retention, pools, connections, notifiers, sources"},
        {"- a\n", "weir.yaml:1:1: the file: expected a map of weir.yaml's keys, found a list"},
        {R"(dags: a
dags: b
)",
         "weir.yaml:2:1: duplicate key 'dags'; it stands on line 1 already"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(config_faults(example.yaml) == example.faults);
    }
}

TEST_CASE("all settings arrive, with paths made absolute") {
    const auto loaded = load_config(R"(
dags: pipelines/
data: /var/lib/weir
listen: "[::1]:9000"
timezone: Europe/Berlin
parallelism: 4
retention: {runs: 30d, keep_last: 5, events: 7d, windows: 60d, audit: 30d}
auth: off
allowed_hosts: [weir.example.com, weir]
behind_proxy: [127.0.0.1, "::1"]
insecure_http: true
pools: {warehouse: {slots: 4, description: Few}, default_pool: 64}
connections:
  cache: {redis: {socket: run/redis.sock, db: 2, password: {file: secrets/redis}}}
  warehouse: {postgres: {host: db, port: 5433, database: d, user: u, password: {env: PGPASS}, sslmode: require}}
)",
                                    "weir.yaml", "/etc/weir");
    REQUIRE_MESSAGE(loaded.config.has_value(), lines_of(loaded.diagnostics));
    const auto& config = *loaded.config;
    CHECK(config.dag_folder == "/etc/weir/pipelines");
    CHECK(config.data_folder == "/var/lib/weir");
    CHECK(config.listen == "[::1]:9000");
    CHECK(config.timezone == "Europe/Berlin");
    CHECK(config.parallelism == 4);
    CHECK(config.keep_runs == std::chrono::days{30});
    CHECK(config.keep_events == std::chrono::days{7});
    CHECK(config.keep_windows == std::chrono::days{60});
    CHECK(config.keep_audit == std::chrono::days{30});
    CHECK(config.keep_last == 5);
    CHECK_FALSE(config.login);
    CHECK(config.insecure_http);
    CHECK(config.allowed_hosts == std::vector<std::string>{"weir.example.com", "weir"});
    CHECK(config.behind_proxy == std::vector<std::string>{"127.0.0.1", "::1"});
    CHECK(config.pools == std::vector<model::Pool>{{"default_pool", 64, ""}, {"warehouse", 4, "Few"}});
    CHECK(config.connections.at("cache") == model::parse_json(R"({"kind": "redis", "socket": "/etc/weir/run/redis.sock",
        "db": 2, "password": {"file": "/etc/weir/secrets/redis"}})"));
    CHECK(config.connections.at("warehouse") == model::parse_json(R"({"kind": "postgres", "host": "db", "port": 5433,
        "database": "d", "user": "u", "password": {"env": "PGPASS"}, "sslmode": "require"})"));
}

TEST_CASE("a switch that is written as a boolean is told the word that it means") {
    for (const auto& [written, meant] : {std::pair{"no", "off"}, std::pair{"false", "off"}, std::pair{"N", "off"},
                                         std::pair{"yes", "on"}, std::pair{"true", "on"}, std::pair{"On", "on"}}) {
        const auto loaded = load_config(std::string("auth: ") + written + "\n", "weir.yaml", "/etc/weir");
        REQUIRE_FALSE(loaded.config.has_value());
        CHECK_MESSAGE(loaded.diagnostics.front().message.ends_with(std::string("; write ") + meant), written);
    }
}

TEST_CASE("an empty weir.yaml means the defaults") {
    const auto loaded = load_config("# nothing yet\n", "weir.yaml", "/etc/weir");
    REQUIRE(loaded.config.has_value());
    CHECK(loaded.config->dag_folder == "/etc/weir/dags");
    CHECK(loaded.config->data_folder == "/etc/weir/.weir");
    CHECK(loaded.config->listen == "127.0.0.1:8080");
    CHECK(loaded.config->login);
    CHECK_FALSE(loaded.config->insecure_http);
    CHECK(loaded.config->pools == std::vector<model::Pool>{{"default_pool", 128, ""}});
}

TEST_CASE("tls is a certificate and its key, beside the file that names them") {
    const auto config = load_config("tls: {certificate: tls/cert.pem, key: /secret/key.pem}", "weir.yaml", "/etc/weir");
    REQUIRE(config.config.has_value());
    REQUIRE(config.config->tls.has_value());
    CHECK(config.config->tls->certificate == "/etc/weir/tls/cert.pem");
    CHECK(config.config->tls->key == "/secret/key.pem");
    CHECK_FALSE(default_config("/").tls.has_value());
    CHECK_FALSE(load_config("tls: {certificate: cert.pem}", "weir.yaml", "/").config.has_value());
}

TEST_CASE("off listens nowhere") { CHECK(load_config("listen: off", "weir.yaml", "/").config->listen == ""); }

TEST_CASE("surroundings are what DAGs may refer to") {
    const auto loaded =
        load_config("timezone: Europe/Berlin\npools: {narrow: 1}\nconnections: {cache: {redis: {}}}", "w", "/");
    REQUIRE(loaded.config.has_value());
    const auto surroundings = loaded.config->surroundings();
    CHECK(surroundings.complete);
    CHECK(surroundings.timezone == "Europe/Berlin");
    CHECK(surroundings.pools == std::set<std::string>{"default_pool", "narrow"});
    CHECK(surroundings.connections == std::map<std::string, std::string>{{"cache", "redis"}});
}

TEST_CASE("notifiers are addresses or scripts, with secrets where they are needed") {
    const auto config = load_config(R"(notifiers:
  team: {webhook: {env: TEAM_HOOK}, headers: {X-Plain: a, Authorization: {file: token}}}
  open: {webhook: "https://example.org/hook"}
  desk: {run: ./tell.sh}
)",
                                    "weir.yaml", "/etc/weir")
                            .config.value();
    CHECK(config.notifiers.at("team") == model::parse_json(R"({"kind": "webhook", "webhook": {"env": "TEAM_HOOK"},
        "headers": {"X-Plain": "a", "Authorization": {"file": "/etc/weir/token"}}})"));
    CHECK(config.notifiers.at("open") ==
          model::parse_json(R"({"kind": "webhook", "webhook": "https://example.org/hook", "headers": {}})"));
    CHECK(config.notifiers.at("desk") == model::parse_json(R"({"kind": "run", "run": "./tell.sh"})"));
    CHECK(config.surroundings().notifiers == std::set<std::string>{"desk", "open", "team"});
}

TEST_CASE("a notifier is one thing") {
    CHECK(config_faults("notifiers: {a: {mail: x}}") ==
          "weir.yaml:1:16: a: expected exactly one of the keys webhook, run; found 'mail'");
    CHECK(config_faults("notifiers: {a: {webhook: example.org}}") ==
          "weir.yaml:1:26: 'example.org' is no address; it begins with http:// or https://");
}

TEST_CASE("a source names a connection of its own kind") {
    const Example examples[] = {
        {R"(connections: {cache: {redis: {}}, bus: {kafka: {brokers: "a:9092"}}}
sources:
  a: {redis: {connection: cache, stream: s}}
  b: {redis: {connection: bus, stream: s}}
  c: {kafka: {connection: buss, topics: [t]}}
  d: {postgres: {connection: warehouse}}
  e: {http: {}}
)",
         R"(weir.yaml:4:27: connection 'bus' is of kind kafka, not redis
weir.yaml:5:27: unknown connection 'buss'; did you mean 'bus'?
weir.yaml:6:30: unknown connection 'warehouse'; weir.yaml has no postgres connection
weir.yaml:7:6: e: expected exactly one of the keys redis, kafka, postgres, files; found 'http')"},
        {R"(sources: {a: {redis: {connection: cache, stream: s}}}
)",
         "weir.yaml:1:35: unknown connection 'cache'; weir.yaml has no redis connection"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(config_faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a source cannot have the name of one of Weir's own") {
    CHECK(config_faults("sources: {http: {files: {path: /l, asset: a, partition: '%Y-%m-%d', every: 1d}}}\n") ==
          "weir.yaml:1:11: 'http' is Weir's own source; give this one another name");
}

TEST_CASE("a source of files has a pattern that tells its windows apart") {
    const auto files = [](const std::string& rest) {
        return config_faults("sources: {lake: {files: {path: /lake, asset: views, " + rest + "}}}\n");
    };
    CHECK(files("partition: 'dt=%Y-%m-%d/hour=%H', every: 1h") == "");
    CHECK(files("partition: '%Y-%m-%d', every: 1h") ==
          "weir.yaml:1:83: windows of 1h are finer than the folders of this pattern, which go down to %d");
    CHECK(files("partition: '%Y/%d', every: 1d").find("it needs %m") != std::string::npos);
    CHECK(files("partition: '%Y', every: 13h").find("'13h' is no period") != std::string::npos);
    CHECK(files("partition: '%Y-%m', every: 1mo, start: last").find("expected one of first, new") != std::string::npos);
}

TEST_CASE("a source's names that stand in SQL can hold no more than names do") {
    CHECK(config_faults("connections: {w: {postgres: {}}}\n"
                        "sources: {o: {postgres: {connection: w, table: 'a; drop table b'}}}\n") ==
          "weir.yaml:2:48: 'a; drop table b' can't be the name of a table; letters, digits, '_' and '.' can");
}

TEST_CASE("sources and the connections of a Kafka are as the file has them, with absolute paths") {
    const auto loaded = load_config(R"(connections:
  bus: {kafka: {brokers: "a:9092,b:9092", security_protocol: sasl_ssl, sasl_mechanism: PLAIN, username: u, password: {file: secret}, ssl_ca: ca.pem}}
sources:
  bus: {kafka: {connection: bus, topics: [weir.events], start: new}}
  lake: {files: {path: lake, asset: views/eu, partition: "%Y-%m-%d", every: 1d}}
)",
                                    "weir.yaml", "/etc/weir");
    REQUIRE_MESSAGE(loaded.config.has_value(), lines_of(loaded.diagnostics));
    const auto& bus = loaded.config->connections.at("bus");
    CHECK(bus["kind"] == "kafka");
    CHECK(bus["ssl_ca"] == "/etc/weir/ca.pem");
    CHECK(bus["password"] == Json{{"file", "/etc/weir/secret"}});
    CHECK(loaded.config->sources.at("bus") ==
          Json{{"kind", "kafka"}, {"connection", "bus"}, {"topics", {"weir.events"}}, {"start", "new"}});
    CHECK(loaded.config->sources.at("lake")["path"] == "/etc/weir/lake");
}

}  // namespace weir::yaml
