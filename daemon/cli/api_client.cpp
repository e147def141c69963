#include "daemon/cli/api_client.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "daemon/settings.hpp"
#include "web/http/target.hpp"

namespace weir::daemon::cli {

using model::Error;
using model::ErrorKind;
using model::Json;
using model::Result;

namespace {

constexpr const char* kBase = "/api/v2";

ErrorKind kind_of(int status) {
    switch (status) {
        case 401:
        case 403:
            return ErrorKind::forbidden;
        case 404:
            return ErrorKind::not_found;
        case 409:
            return ErrorKind::conflict;
        case 429:
        case 503:
            return ErrorKind::unavailable;
        default:
            return status / 100 == 4 ? ErrorKind::invalid : ErrorKind::internal;
    }
}

// `detail` is a text, or a list of {"msg": …} for validation.
std::string detail_of(const std::string& body) {
    const auto json = model::parse_json(body);
    const auto detail = json && json->is_object() ? json->value("detail", Json()) : Json();
    if (detail.is_string()) return detail.get<std::string>();
    std::string all;
    if (detail.is_array())
        for (const auto& item : detail)
            if (item.is_object() && item.contains("msg") && item["msg"].is_string())
                all += (all.empty() ? "" : "; ") + item["msg"].get<std::string>();
    return all.empty() ? body.substr(0, 500) : all;
}

Result<Json> to_json(const http::Outcome<http::ClientResponse>& answer) {
    if (!answer) return Error{ErrorKind::unavailable, answer.error().message};
    if (answer->status / 100 != 2) return Error{kind_of(answer->status), detail_of(answer->body)};
    if (answer->body.empty()) return model::success(Json());
    if (auto json = model::parse_json(answer->body)) return model::success(std::move(*json));
    return Error{ErrorKind::internal, "the daemon's answer is not JSON; is this Weir at --url?"};
}

// What the option says, else the environment's variable; "" without either.
std::string option_or(const std::string& option, const char* variable) {
    if (!option.empty()) return option;
    const char* value = std::getenv(variable);
    return value == nullptr ? "" : value;
}

// $WEIR_TOKEN, or the first line of the file that $WEIR_TOKEN_FILE names.
Result<std::string> read_token() {
    if (auto token = option_or("", "WEIR_TOKEN"); !token.empty()) return token;
    const auto path = option_or("", "WEIR_TOKEN_FILE");
    if (path.empty()) return std::string();
    const auto text = read_file(path);
    if (!text) return Error{ErrorKind::invalid, "WEIR_TOKEN_FILE: " + text.error().message};
    return text->substr(0, text->find_first_of("\r\n"));
}

}  // namespace

Result<ApiClient> ApiClient::connect(const Common& common) {
    auto server = option_or(common.url, "WEIR_URL");
    if (server.empty()) {
        const auto settings = read_settings(common.config);
        if (!settings) return settings.error();
        server = settings->socket().string();
    }
    auto client = http::Client::to(server, {}, option_or(common.ca, "WEIR_CA_FILE"));
    if (!client) return Error{ErrorKind::invalid, client.error().message};
    auto token = read_token();
    if (!token) return token.error();
    if (!token->empty() && client->is_exposed())
        return Error{ErrorKind::invalid,
                     fmt::format("{}: the token would cross the network as it is; use https://, an SSH tunnel to "
                                 "http://127.0.0.1:PORT, or the unix socket on the daemon's machine",
                                 server)};
    return ApiClient(std::move(*client), std::move(*token));
}

http::Headers ApiClient::headers() const {
    http::Headers all;
    if (!token_.empty()) all.emplace("Authorization", "Bearer " + token_);
    return all;
}

Result<Json> ApiClient::get(const std::string& path) const {
    return to_json(client_.request({.method = "GET", .target = kBase + path, .headers = headers(), .body = {}}));
}

Result<Json> ApiClient::send(const std::string& method, const std::string& path, const Json& body) const {
    return to_json(client_.request(
        {.method = method, .target = kBase + path, .headers = headers(), .body = model::to_text(body)}));
}

Result<Json> ApiClient::publish(const Json& events) const {
    auto all = headers();
    all.emplace("Content-Type", "application/cloudevents-batch+json");
    return to_json(client_.request({.method = "POST",
                                    .target = std::string(kBase) + "/events",
                                    .headers = std::move(all),
                                    .body = model::to_text(events)}));
}

Result<> ApiClient::stream(const std::string& path, const std::function<bool(std::string_view)>& on_piece) const {
    auto all = headers();
    all.emplace("Accept", "text/plain");
    const auto answer =
        client_.download({.method = "GET", .target = kBase + path, .headers = std::move(all), .body = {}}, on_piece);
    if (!answer) return Error{ErrorKind::unavailable, answer.error().message};
    if (answer->status / 100 != 2) return Error{kind_of(answer->status), detail_of(answer->body)};
    return {};
}

std::string segment(const std::string& text) { return http::percent_encode(text); }

Result<std::string> run_path(const ApiClient& api, const std::string& dag, const std::string& run) {
    const auto runs = "/dags/" + segment(dag) + "/dagRuns";
    if (run != "latest") return runs + "/" + segment(run);
    const auto newest = api.get(runs + "?limit=1&order_by=-run_after");
    if (!newest) return newest.error();
    const auto& list = (*newest)["dag_runs"];
    if (list.empty()) return Error{ErrorKind::not_found, fmt::format("DAG '{}' has no runs yet", dag)};
    return runs + "/" + segment(list[0]["dag_run_id"].get<std::string>());
}

}  // namespace weir::daemon::cli
