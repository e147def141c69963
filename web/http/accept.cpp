#include "web/http/accept.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <charconv>
#include <tuple>
#include <vector>

#include "web/http/lists.hpp"

namespace weir::http {

namespace {

using boost::beast::iequals;

struct MediaRange {
    std::string_view type;  // "text/plain", "text/*" or "*/*"
    double weight = 1;
};

MediaRange range_of(std::string_view text) {
    const auto parts = split_list(text, ';');
    MediaRange range;
    if (!parts.empty()) range.type = parts.front();
    for (const auto part : parts) {
        if (!iequals(part.substr(0, 2), "q=")) continue;
        range.weight = 0;  // of what is no number
        std::from_chars(part.data() + 2, part.data() + part.size(), range.weight);
    }
    return range;
}

enum class Match { none, all, kind, named };

Match match(std::string_view range, std::string_view type) {
    if (iequals(range, type)) return Match::named;
    if (range == "*/*") return Match::all;
    const auto kind = type.substr(0, type.find('/') + 1);
    return range.ends_with("/*") && iequals(range.substr(0, range.size() - 1), kind) ? Match::kind : Match::none;
}

// How much a type is wanted; the greater, the more.
using Rank = std::tuple<double, Match, std::ptrdiff_t>;

Rank rank_of(const std::vector<MediaRange>& ranges, std::string_view type) {
    Rank rank{0, Match::none, 0};
    for (std::size_t i = 0; i < ranges.size(); ++i)
        if (const auto how = match(ranges[i].type, type); how > std::get<Match>(rank))
            rank = {ranges[i].weight, how, -static_cast<std::ptrdiff_t>(i)};
    return rank;
}

}  // namespace

std::size_t preferred(std::string_view accept, std::span<const std::string_view> types) {
    std::vector<MediaRange> ranges;
    for (const auto text : split_list(accept, ',')) ranges.push_back(range_of(text));
    std::vector<Rank> ranks;
    for (const auto type : types) ranks.push_back(rank_of(ranges, type));
    const auto best = std::ranges::max_element(ranks);
    return std::get<double>(*best) > 0 ? static_cast<std::size_t>(best - ranks.begin()) : 0;
}

}  // namespace weir::http
