#include "executors/connectors/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

#include "executors/connectors/kafka.hpp"
#include "scheduler/model/nearest.hpp"

namespace weir::connectors {
namespace {

using model::Error;
using model::ErrorKind;
using model::Json;
using model::Result;

Error invalid(std::string message) { return {ErrorKind::invalid, std::move(message)}; }

// Reads the keys of one connection and remembers the first thing that is wrong.
class Fields {
   public:
    Fields(const std::string& name, const Json& settings, std::vector<std::string> known)
        : name_(name), json_(settings) {
        if (!json_.is_object()) fail("must be a mapping");
        known.emplace_back("kind");
        for (const auto& [key, value] : json_.items())
            if (std::ranges::find(known, key) == known.end())
                fail(fmt::format("has unknown key '{}'{}", key, model::did_you_mean(key, known)));
    }

    void text(const char* key, std::string& into) {
        if (const Json* value = find(key)) {
            if (!value->is_string()) return fail(fmt::format("'{}' must be text", key));
            into = value->get<std::string>();
        }
    }
    void number(const char* key, int least, int most, int& into) {
        if (const Json* value = find(key)) {
            if (!value->is_number_integer() || *value < least || *value > most)
                return fail(fmt::format("'{}' must be a whole number from {} to {}", key, least, most));
            into = value->get<int>();
        }
    }
    void secret(const char* key, std::string& into) {
        const Json* value = find(key);
        if (value == nullptr) return;
        if (value->is_object() && value->size() == 1 && value->begin().value().is_string()) {
            const auto where = value->begin().value().get<std::string>();
            if (value->contains("env")) return read_environment(key, where, into);
            if (value->contains("file")) return read_file(key, where, into);
        }
        fail(fmt::format("'{}' must be {{env: NAME}} or {{file: path}}",
                         key));  // without the value: it may be the secret
    }

    [[nodiscard]] const std::string& problem() const { return problem_; }

   private:
    const Json* find(const char* key) const {
        if (!json_.is_object()) return nullptr;
        const auto found = json_.find(key);
        return found == json_.end() || found->is_null() ? nullptr : &*found;
    }
    void fail(const std::string& what) {
        if (problem_.empty()) problem_ = fmt::format("connection '{}': {}", name_, what);
    }
    void read_environment(const char* key, const std::string& variable, std::string& into) {
        const char* value = std::getenv(variable.c_str());
        if (value == nullptr)
            return fail(fmt::format("'{}' is in environment variable {}, which is not set; set it where Weir runs", key,
                                    variable));
        into = value;
    }
    void read_file(const char* key, const std::string& path, std::string& into) {
        std::ifstream file(path, std::ios::binary);
        if (!file)
            return fail(fmt::format("'{}' is in file {}, which cannot be read: {}", key, path, std::strerror(errno)));
        into.assign(std::istreambuf_iterator<char>(file), {});
        while (!into.empty() && (into.back() == '\n' || into.back() == '\r')) into.pop_back();
    }

    const std::string& name_;
    const Json& json_;
    std::string problem_;
};

}  // namespace

std::string RedisEndpoint::described() const {
    if (!socket.empty()) return fmt::format("redis '{}' ({})", name, socket);
    return fmt::format("redis '{}' ({}:{})", name, host, port);
}

std::string PostgresEndpoint::described() const {
    return fmt::format("postgres '{}' ({}:{}/{})", name, host.empty() ? "local" : host, port, database);
}

Result<std::string> read_text_or_secret(const Json& value, const std::string& what) {
    if (value.is_string()) return value.get<std::string>();
    std::string text;
    const Json settings{{"it", value}};
    Fields fields(what, settings, {"it"});
    fields.secret("it", text);
    if (!fields.problem().empty()) return invalid(fields.problem());
    return text;
}

Result<RedisEndpoint> redis_endpoint(const std::string& name, const Json& settings) {
    RedisEndpoint endpoint;
    endpoint.name = name;
    Fields fields(name, settings, {"host", "port", "db", "username", "password", "socket"});
    fields.text("host", endpoint.host);
    fields.number("port", 1, 65'535, endpoint.port);
    fields.number("db", 0, 1'000'000, endpoint.db);
    fields.text("username", endpoint.username);
    fields.secret("password", endpoint.password);
    fields.text("socket", endpoint.socket);
    if (!fields.problem().empty()) return invalid(fields.problem());
    return endpoint;
}

Result<PostgresEndpoint> postgres_endpoint(const std::string& name, const Json& settings) {
    PostgresEndpoint endpoint;
    endpoint.name = name;
    Fields fields(name, settings, {"host", "port", "database", "user", "password", "sslmode"});
    fields.text("host", endpoint.host);
    fields.number("port", 1, 65'535, endpoint.port);
    fields.text("database", endpoint.database);
    fields.text("user", endpoint.user);
    fields.secret("password", endpoint.password);
    fields.text("sslmode", endpoint.sslmode);
    if (!fields.problem().empty()) return invalid(fields.problem());
    return endpoint;
}

Result<KafkaEndpoint> kafka_endpoint(const std::string& name, const Json& settings) {
    KafkaEndpoint endpoint;
    endpoint.name = name;
    Fields fields(name, settings, {"brokers", "security_protocol", "sasl_mechanism", "username", "password", "ssl_ca"});
    fields.text("brokers", endpoint.brokers);
    fields.text("security_protocol", endpoint.security_protocol);
    fields.text("sasl_mechanism", endpoint.sasl_mechanism);
    fields.text("username", endpoint.username);
    fields.secret("password", endpoint.password);
    fields.text("ssl_ca", endpoint.ssl_ca);
    if (!fields.problem().empty()) return invalid(fields.problem());
    return endpoint;
}

}  // namespace weir::connectors
