#include "web/api/answers.hpp"

namespace weir::api {

using model::Json;

namespace {

http::Response with_status(int status, const Json& value) {
    auto response = json_answer(value);
    response.status = status;
    return response;
}

int status_of(model::ErrorKind kind) {
    switch (kind) {
        case model::ErrorKind::invalid:
            return 422;
        case model::ErrorKind::not_found:
            return 404;
        case model::ErrorKind::conflict:
            return 409;
        case model::ErrorKind::forbidden:
            return 403;
        case model::ErrorKind::unavailable:
            return 503;
        case model::ErrorKind::internal:
            return 500;
    }
    return 500;
}

}  // namespace

http::Response json_answer(const Json& value) {
    http::Response response;
    response.body = model::to_text(value);
    return response;
}

http::Response error_answer(int status, std::string_view detail) {
    return with_status(status, Json{{"detail", detail}});
}

http::Response error_answer(const model::Error& error) {
    if (error.kind == model::ErrorKind::invalid) {
        Problems problems;
        problems.add({"body"}, "value_error", error.message, nullptr);
        return problems.answer();
    }
    auto response = error_answer(status_of(error.kind), error.message);
    if (error.kind == model::ErrorKind::unavailable) response.headers.emplace("Retry-After", "5");
    return response;
}

void Problems::add(std::initializer_list<std::string_view> where, std::string_view type, std::string_view message,
                   const Json& input) {
    list_.push_back({{"type", type}, {"loc", where}, {"msg", message}, {"input", input}});
}

http::Response Problems::answer() const { return with_status(422, Json{{"detail", list_}}); }

}  // namespace weir::api
