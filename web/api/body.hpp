// The JSON object that a request brings, read strictly. Ask for every key that the route knows, then for refusal().
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/model/json.hpp"
#include "scheduler/model/time.hpp"
#include "web/api/answers.hpp"

namespace weir::api {

class Body {
   public:
    // No body at all is {}.
    explicit Body(const http::Request& request);

    // nullopt without the key, and for null.
    [[nodiscard]] std::optional<std::string> text(std::string_view key, std::size_t longest);
    [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view key);
    [[nodiscard]] std::optional<bool> flag(std::string_view key);
    [[nodiscard]] std::optional<int> number(std::string_view key, int least, int most);
    [[nodiscard]] std::optional<model::TimePoint> time(std::string_view key);
    [[nodiscard]] std::optional<std::vector<model::Json>> list(std::string_view key);
    [[nodiscard]] std::optional<model::Json> object(std::string_view key);

    // A key of Airflow's that has no meaning here: null and `neutral` pass.
    void not_supported(std::string_view key, const model::Json& neutral, std::string_view why);

    // 415, or 422 that names every fault and every key that nobody asked for.
    [[nodiscard]] std::optional<http::Response> refusal();

    void fault(std::string_view key, std::string_view message);

   private:
    [[nodiscard]] const model::Json* find(std::string_view key);

    model::Json object_ = model::Json::object();
    bool wrong_type_ = false;
    std::vector<std::string> known_;
    Problems problems_;
};

}  // namespace weir::api
