// One box to look for anything by a part of its name.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "web/api/dto.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"

namespace weir::api {

using model::Json;

namespace {

constexpr int kFewResults = 20;
constexpr int kMostResults = 100;
constexpr std::size_t kLongestQuestion = 250;

enum class Kind : std::uint8_t { dag, task, run, asset, source, pool };

std::string_view word_of(Kind kind) {
    switch (kind) {
        case Kind::dag:
            return "dag";
        case Kind::task:
            return "task";
        case Kind::run:
            return "run";
        case Kind::asset:
            return "asset";
        case Kind::source:
            return "source";
        case Kind::pool:
            return "pool";
    }
    return "";
}

struct Result {
    Kind kind = Kind::dag;
    std::string title;
    std::string detail;
    std::string dag_id = {}, run_id = {}, task_id = {};
    std::optional<model::AssetKey> asset = std::nullopt;
    int rank = 0;  // 0 is best
};

std::string small(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

class Search {
   public:
    explicit Search(std::string_view text) : text_(small(text)) {}

    void add(Result result) {
        const auto name = small(result.title);
        const auto at = name.find(text_);
        if (at == std::string::npos) return;
        result.rank = name == text_                                                 ? 0
                      : at == 0                                                     ? 1
                      : std::isalnum(static_cast<unsigned char>(name[at - 1])) == 0 ? 2
                                                                                    : 3;
        results_.push_back(std::move(result));
    }

    std::vector<Result> best(std::size_t most) {
        std::ranges::stable_sort(results_, [](const Result& a, const Result& b) {
            return std::tuple(a.rank, a.kind, a.title.size()) < std::tuple(b.rank, b.kind, b.title.size());
        });
        if (results_.size() > most) results_.resize(most);
        return std::move(results_);
    }

   private:
    std::string text_;
    std::vector<Result> results_;
};

void add_definitions(Search& search, const ports::Catalog& catalog) {
    for (const auto& [dag_id, entry] : catalog.dags) {
        if (!entry.dag) continue;
        search.add({.kind = Kind::dag, .title = dag_id, .detail = entry.dag->description, .dag_id = dag_id});
        for (const auto& task : entry.dag->tasks)
            search.add({.kind = Kind::task,
                        .title = task.id,
                        .detail = fmt::format("{} in {}", operator_of(task.action), dag_id),
                        .dag_id = dag_id,
                        .task_id = task.id});
    }
    for (const auto& pool : catalog.pools)
        search.add({.kind = Kind::pool, .title = pool.name, .detail = fmt::format("{} slots", pool.slots)});
}

void add_history(Search& search, const Services& services, std::string_view text, int most) {
    for (const auto& run : services.history.find_runs(text, most))
        search.add({.kind = Kind::run,
                    .title = run.run_id,
                    .detail = fmt::format("{} of {}", model::to_text(run.state), run.dag_id),
                    .dag_id = run.dag_id,
                    .run_id = run.run_id});
    for (const auto& asset : services.history.assets()) {
        const model::AssetKey key{asset.asset, asset.key};
        search.add({.kind = Kind::asset,
                    .title = model::to_text(key),
                    .detail = asset.newest_end ? "windows up to " + model::format_rfc3339(*asset.newest_end) : "asset",
                    .asset = key});
    }
    for (const auto& source : services.sources.sources())
        search.add({.kind = Kind::source, .title = source.name, .detail = source.kind});
}

Json result_json(const Result& result) {
    const auto or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
    return {{"kind", word_of(result.kind)},
            {"title", result.title},
            {"detail", result.detail},
            {"dag_id", or_null(result.dag_id)},
            {"run_id", or_null(result.run_id)},
            {"task_id", or_null(result.task_id)},
            {"asset", result.asset ? Json(result.asset->asset) : Json()},
            {"key", result.asset ? or_null(result.asset->key) : Json()}};
}

http::Response get_results(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    const auto text = parameters.text("q");
    const auto most = static_cast<int>(parameters.number("limit", 0, kMostResults).value_or(kFewResults));
    if (text.empty() || text.size() > kLongestQuestion)
        parameters.fault("q", fmt::format("is needed: 1 to {} bytes to look for", kLongestQuestion), nullptr);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    Search search(text);
    add_definitions(search, *services.catalog.catalog());
    add_history(search, services, text, most);
    auto results = Json::array();
    for (const auto& result : search.best(static_cast<std::size_t>(most))) results.push_back(result_json(result));
    return json_answer({{"results", std::move(results)}});
}

}  // namespace

void add_search(http::Router& router, const Services& services) {
    router.add("GET", "/api/v2/search",
               [services](const http::Request& request) { return get_results(services, request); });
}

}  // namespace weir::api
