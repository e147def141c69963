#include "web/api/user.hpp"

#include <pwd.h>

#include <array>

namespace weir::api {

std::string user_name(unsigned uid) {
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 4096> space{};
    if (::getpwuid_r(uid, &entry, space.data(), space.size(), &found) != 0 || found == nullptr)
        return std::to_string(uid);
    return found->pw_name;
}

std::string user_of(const http::Request& request) { return request.caller.user; }

model::Role role_of(const http::Request& request) {
    return model::parse<model::Role>(request.caller.role).value_or(model::Role::viewer);
}

model::TriggeredBy origin_of(const http::Request& request) {
    if (request.header("User-Agent").starts_with("weir")) return model::TriggeredBy::cli;
    if (request.header("Sec-Fetch-Site") == "same-origin") return model::TriggeredBy::ui;
    return model::TriggeredBy::rest_api;
}

}  // namespace weir::api
