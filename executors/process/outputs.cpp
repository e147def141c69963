#include "executors/process/outputs.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace weir::process {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
    const auto start = text.find_first_not_of(kBlanks);
    if (start == std::string_view::npos) return {};
    return text.substr(start, text.find_last_not_of(kBlanks) - start + 1);
}

bool is_name(std::string_view text) {
    auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    auto fits = [&is_letter](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; };
    return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, fits);
}

bool nests_too_deeply(std::string_view json) {
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (in_string && c == '\\') {
            ++i;
        } else if (c == '"') {
            in_string = !in_string;
        } else if (!in_string && (c == '{' || c == '[')) {
            if (++depth > kMaxNesting) return true;
        } else if (!in_string && (c == '}' || c == ']')) {
            --depth;
        }
    }
    return false;
}

Outputs problem(std::string words) { return {nullptr, "WEIR_OUTPUT: " + std::move(words)}; }

Outputs parse_object(std::string_view text) {
    if (nests_too_deeply(text)) return problem("JSON nested more than " + std::to_string(kMaxNesting) + " deep");
    auto values = model::parse_json(text);
    if (!values || !values->is_object()) return problem("begins with { but is not one JSON object in UTF-8");
    return {std::move(*values), {}};
}

Outputs parse_lines(std::string_view text) {
    auto values = model::Json::object();
    int number = 0;
    while (!text.empty()) {
        ++number;
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (trimmed(line).empty()) continue;
        const auto equals = line.find('=');
        const auto name = trimmed(line.substr(0, equals));
        if (equals == std::string_view::npos)
            return problem("line " + std::to_string(number) +
                           " is no key=value, and the file is no JSON object either");
        if (!is_name(name))
            return problem("line " + std::to_string(number) +
                           ": a key begins with a letter and has only letters, digits, _ and -");
        values[std::string(name)] = std::string(line.substr(equals + 1));
    }
    if (values.empty()) return {};
    // Any bytes may stand there; from here on it is text: what isn't UTF-8 becomes U+FFFD.
    return {model::parse_json(model::to_text(values)).value_or(nullptr), {}};
}

Outputs unreadable(int error) {
    auto outputs = problem(std::string("can't be read: ") + std::strerror(error));
    outputs.shortage = error == EMFILE || error == ENFILE || error == ENOMEM;
    return outputs;
}

struct File {
    int fd = -1;
    ~File() {
        if (fd >= 0) ::close(fd);
    }
};

}  // namespace

Outputs parse_outputs(std::string_view text) {
    if (text.size() > kMaxOutputs)
        return problem("is larger than 1 MiB; write large results to a file or table of your own");
    const auto content = trimmed(text);
    return content.starts_with('{') ? parse_object(content) : parse_lines(text);
}

Outputs read_outputs(const std::string& path) {
    // The task chose what stands there: a FIFO must not block us, nor a link lead us elsewhere.
    const File file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
    if (file.fd < 0) return errno == ENOENT ? Outputs{} : unreadable(errno);
    struct stat status {};
    if (::fstat(file.fd, &status) != 0 || !S_ISREG(status.st_mode)) return problem("is not a plain file");
    // The task is over, so the file grows no more; one byte past the limit shows that it is too large.
    std::string text(std::min(static_cast<std::size_t>(status.st_size), kMaxOutputs + 1), '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const auto got = ::read(file.fd, text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return unreadable(errno);
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    text.resize(size);
    return parse_outputs(text);
}

}  // namespace weir::process
