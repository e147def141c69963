#include "executors/operators/notify.hpp"

#include <fmt/format.h>

#include "executors/connectors/endpoint.hpp"
#include "executors/connectors/file.hpp"
#include "executors/connectors/http_client.hpp"
#include "executors/operators/log.hpp"
#include "scheduler/model/json.hpp"

namespace weir::operators {
namespace {

using model::Error;
using model::ErrorKind;
using model::Json;
using model::Result;

Result<connectors::HttpRequest> request_of(const Json& notifier, const Json& message, Log& log) {
    connectors::HttpRequest request;
    request.method = "POST";
    auto address = connectors::read_text_or_secret(notifier.value("webhook", Json()), "webhook");
    if (!address) return address.error();
    request.url = std::move(*address);
    log.hide(request.url);
    const auto headers = notifier.value("headers", Json::object());
    for (const auto& [name, value] : headers.items()) {
        auto text = connectors::read_text_or_secret(value, "header " + name);
        if (!text) return text.error();
        if (value.is_object()) log.hide(*text);
        request.headers.emplace_back(name, std::move(*text));
    }
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = model::to_text(message);
    return request;
}

Result<> deliver(const Json& input, Log& log) {
    if (!input.is_object() || !input.contains("notifier") || !input.contains("message"))
        return Error{ErrorKind::invalid, "stdin must hold {\"notifier\": …, \"message\": …}"};
    const auto request = request_of(input["notifier"], input["message"], log);
    if (!request) return request.error();
    const auto answer = connectors::http_send(*request);
    if (!answer) return answer.error();
    const auto server = connectors::server_of(request->url);
    if (answer->status < 200 || answer->status > 299)
        return Error{ErrorKind::unavailable,
                     fmt::format("{} answers with {}: {}", server, answer->status, shown(answer->body, 200))};
    log.line(fmt::format("told {}: it answers with {}", server, answer->status));
    return {};
}

}  // namespace

int run_notify(std::string_view stdin_json, const OperatorEnvironment& environment) {
    Log log(environment.write_line);
    const auto input = model::parse_json(stdin_json);
    const auto delivered = deliver(input.value_or(Json()), log);
    if (delivered) return kSucceeded;
    log.line("notify failed: " + delivered.error().message);
    if (environment.output_file.empty()) return kFailed;
    auto file = connectors::File::open_to_write(environment.output_file);
    if (file) (void)file->write(model::to_text(Json{{"reason", delivered.error().message}}) + "\n");
    return kFailed;
}

}  // namespace weir::operators
