// The daemon's API as the verbs use it: JSON in, JSON out, failures in words.
#pragma once

#include <functional>
#include <string>

#include "daemon/cli/verbs.hpp"
#include "scheduler/model/json.hpp"
#include "scheduler/model/result.hpp"
#include "web/http/client.hpp"

namespace weir::daemon::cli {

class ApiClient {
   public:
    // --url, $WEIR_URL, or the unix socket of the settings' data folder. A token for --url comes from $WEIR_TOKEN, or the file
    // that $WEIR_TOKEN_FILE names; it never goes to another machine without TLS.
    [[nodiscard]] static model::Result<ApiClient> connect(const Common& common);

    // `path` begins after /api/v2, its segments encoded: see segment().
    [[nodiscard]] model::Result<model::Json> get(const std::string& path) const;
    [[nodiscard]] model::Result<model::Json> send(const std::string& method, const std::string& path,
                                                  const model::Json& body) const;
    // CloudEvents in the structured JSON format, as one batch.
    [[nodiscard]] model::Result<model::Json> publish(const model::Json& events) const;
    // The body as text, piece by piece.
    [[nodiscard]] model::Result<> stream(const std::string& path,
                                         const std::function<bool(std::string_view)>& on_piece) const;

   private:
    ApiClient(http::Client client, std::string token) : client_(std::move(client)), token_(std::move(token)) {}
    [[nodiscard]] http::Headers headers() const;

    http::Client client_;
    std::string token_;
};

// One segment of a path, percent-encoded.
[[nodiscard]] std::string segment(const std::string& text);
// "/dags/a/dagRuns/b", with `latest` for the newest run.
[[nodiscard]] model::Result<std::string> run_path(const ApiClient& api, const std::string& dag, const std::string& run);

}  // namespace weir::daemon::cli
