#include "web/http/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <memory>
#include <stdexcept>

#include "web/http/failure.hpp"

namespace weir::http {

namespace {

constexpr std::uint64_t kPiece = 256 << 10;  // bytes of a file that are in memory for one reader

// The text between the quotes of a JSON string. Details quote what the client sent, which may not even be UTF-8: every
// byte that is not ASCII becomes U+FFFD.
std::string json_escaped(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            escaped += '\\';
            escaped += c;
        } else if (byte < 0x20) {
            escaped += fmt::format("\\u{:04x}", byte);
        } else if (byte >= 0x7f) {
            escaped += "\\ufffd";
        } else {
            escaped += c;
        }
    }
    return escaped;
}

}  // namespace

void throw_exception_from_error(const Failure& failure, const boost::source_location& where) {
    throw std::logic_error("value() of a failed outcome at " + where.to_string() + ": " + failure.message);
}

bool HeaderLess::operator()(std::string_view left, std::string_view right) const {
    return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) < std::tolower(static_cast<unsigned char>(b));
    });
}

std::string_view Request::header(std::string_view name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string_view{} : std::string_view{found->second};
}

const std::string& Request::path_param(std::string_view name) const {
    const auto found = path_params.find(name);
    if (found == path_params.end()) throw std::logic_error(fmt::format("the route has no parameter '{}'", name));
    return found->second;
}

Response problem(int status, std::string_view detail) {
    Response response;
    response.status = status;
    response.body = fmt::format(R"({{"detail":"{}"}})", json_escaped(detail));
    return response;
}

BodyStream file_range(UniqueFd file, std::uint64_t offset, std::uint64_t length) {
    struct Reader {
        UniqueFd file;
        std::uint64_t offset;
        std::uint64_t left;
    };
    auto reader = std::make_shared<Reader>(Reader{std::move(file), offset, length});
    const auto next = [reader]() -> std::optional<std::string> {
        std::string piece(std::min(kPiece, reader->left), '\0');
        if (piece.empty()) return piece;
        ssize_t got = 0;
        do {
            got = ::pread(reader->file.get(), piece.data(), piece.size(), static_cast<off_t>(reader->offset));
        } while (got < 0 && errno == EINTR);
        if (got <= 0) return std::nullopt;  // unreadable, or shorter than it was
        piece.resize(static_cast<std::size_t>(got));
        reader->offset += piece.size();
        reader->left -= piece.size();
        return piece;
    };
    return BodyStream{length, next};
}

}  // namespace weir::http
