#include "web/api/log_text.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>

#include "web/api/answers.hpp"
#include "web/api/byte_range.hpp"
#include "web/http/target.hpp"

namespace weir::api {

namespace {

// How often a log that somebody follows is looked at.
constexpr std::chrono::milliseconds kLookInterval{250};
constexpr std::size_t kPiece = 128 << 10;

// "etl.r1.extract.1.log", in both spellings of RFC 6266: the first for clients that know only that, without what could end it.
std::string attachment(const TryLog& log) {
    auto name = fmt::format("{}.{}.{}", log.dag_id, log.run_id, log.task_id);
    if (log.map_index >= 0) name += fmt::format(".{}", log.map_index);
    name += fmt::format(".{}.log", log.try_number);
    std::string plain;
    for (const char c : name) {
        const bool safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                          c == '_' || c == '-' || c == '+';
        plain += safe ? c : '_';
    }
    return fmt::format("attachment; filename=\"{}\"; filename*=UTF-8''{}", plain, http::percent_encode(name));
}

// Reads on behind a task that writes, on the pool.
class Follower {
   public:
    Follower(const Services& services, TryLog log, std::uint64_t at)
        : services_(services), log_(std::move(log)), at_(at) {}

    std::optional<http::LiveBody::Step> next() {
        while (true) {
            auto piece = read();
            if (!piece) return std::nullopt;
            if (!piece->empty()) {
                at_ += piece->size();
                return http::LiveBody::Step{std::make_shared<const std::string>(std::move(*piece)), false};
            }
            if (log_.ended) return http::LiveBody::Step{nullptr, true};
            const auto attempt = find_try(services_, log_.run, log_.task_id, log_.map_index, log_.try_number);
            log_.ended = !attempt || has_ended(attempt->state);
            if (!log_.ended) return http::LiveBody::Step{};
            // It may have written its last words between our reading and its end.
        }
    }

   private:
    // What there is from here on, up to a piece; nullopt when the file can't be read.
    std::optional<std::string> read() {
        if (!log_.file.fd)
            if (auto opened = open_log(services_.log_folder, log_.path)) log_.file = std::move(*opened);
        if (!log_.file.fd) return "";  // the task has not begun
        std::string piece(kPiece, '\0');
        ssize_t got = 0;
        do {
            got = ::pread(log_.file.fd.get(), piece.data(), piece.size(), static_cast<off_t>(at_));
        } while (got < 0 && errno == EINTR);
        if (got < 0) return std::nullopt;
        piece.resize(static_cast<std::size_t>(got));
        return piece;
    }

    Services services_;
    TryLog log_;
    std::uint64_t at_;
};

http::LiveBody follow(const Services& services, TryLog log, std::uint64_t at) {
    auto follower = std::make_shared<Follower>(services, std::move(log), at);
    return {http::LiveBody::Where::pool, [follower] { return follower->next(); }, kLookInterval, nullptr};
}

http::Response bad_range(std::uint64_t size, std::string_view words) {
    auto response = error_answer(416, words);
    response.headers.emplace("Content-Range", fmt::format("bytes */{}", size));
    return response;
}

}  // namespace

bool has_ended(model::TryState state) {
    switch (state) {
        case model::TryState::launching:
        case model::TryState::running:
            return false;
        case model::TryState::success:
        case model::TryState::failed:
        case model::TryState::lost:
            return true;
    }
    return true;
}

std::optional<model::Try> find_try(const Services& services, model::RunId run, const std::string& task_id,
                                   int map_index, std::int64_t number) {
    for (auto& attempt : services.history.tries(run, task_id, map_index))
        if (attempt.number == number) return std::move(attempt);
    return std::nullopt;
}

http::Response text_answer(const Services& services, TryLog log, const TextOptions& options, std::string_view range) {
    const auto size = log.file.size;
    auto start = options.offset >= 0 ? static_cast<std::uint64_t>(options.offset)
                                     : size - std::min(size, static_cast<std::uint64_t>(-options.offset));
    if (start > size) return bad_range(size, fmt::format("offset {} is past the log's end at {}", start, size));
    auto end = size;

    http::Response response;
    response.content_type = "text/plain; charset=utf-8";
    if (!options.follow) {
        const auto asked = parse_range(range, size);
        if (std::holds_alternative<BadRange>(asked))
            return bad_range(size, fmt::format("Range: {} is not within the log, which has {} bytes", range, size));
        if (const auto* part = std::get_if<ByteRange>(&asked)) {
            start = part->first;
            end = part->last + 1;
            response.status = 206;
            response.headers.emplace("Content-Range", fmt::format("bytes {}-{}/{}", part->first, part->last, size));
        }
        response.headers.emplace("Accept-Ranges", "bytes");
    }
    response.headers.emplace("Weir-Log-Offset", std::to_string(start));
    response.headers.emplace("Weir-Log-Size", std::to_string(size));
    response.headers.emplace("Weir-Log-Ended", log.ended ? "true" : "false");
    if (options.download) response.headers.emplace("Content-Disposition", attachment(log));
    if (options.follow)
        response.live = follow(services, std::move(log), start);
    else if (end == start)
        response.body = "";
    else
        response.stream = http::file_range(std::move(log.file.fd), start, end - start);
    return response;
}

}  // namespace weir::api
