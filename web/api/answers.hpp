// How an answer of this API looks, good or bad: JSON, {"detail": "…"}, and for requests that don't validate
// {"detail": [{"type", "loc", "msg", "input"}]}, as FastAPI has it.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "scheduler/model/json.hpp"
#include "scheduler/model/result.hpp"
#include "web/http/message.hpp"

namespace weir::api {

[[nodiscard]] http::Response json_answer(const model::Json& value);
[[nodiscard]] http::Response error_answer(int status, std::string_view detail);
// The status follows from the kind of the error.
[[nodiscard]] http::Response error_answer(const model::Error& error);

// What doesn't validate in one request, all of it.
class Problems {
   public:
    // `where` leads to the fault: {"query", "limit"}, {"body", "conf", "min_views"}.
    void add(std::initializer_list<std::string_view> where, std::string_view type, std::string_view message,
             const model::Json& input);
    [[nodiscard]] bool empty() const { return list_.empty(); }
    [[nodiscard]] http::Response answer() const;  // 422

   private:
    model::Json list_ = model::Json::array();
};

}  // namespace weir::api
