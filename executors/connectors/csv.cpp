#include "executors/connectors/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace weir::connectors {
namespace {

using model::Error;
using model::ErrorKind;
using model::Result;

constexpr std::size_t kReadBuffer = 256U << 10;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

CsvReader::CsvReader(File file, char delimiter)
    : file_(std::move(file)), delimiter_(delimiter), buffer_(kReadBuffer, '\0') {}

int CsvReader::peek() {
    if (position_ == filled_) {
        const auto count = file_.read(buffer_);
        if (!count) {
            failure_ = count.error();
            return kFailed;
        }
        position_ = 0;
        filled_ = *count;
        if (filled_ == 0) return kEnd;
    }
    return static_cast<unsigned char>(buffer_[position_]);
}

// From after the opening quote to what follows the closing one.
int CsvReader::read_quoted(CsvRecord& record) {
    const auto opened = line_;
    while (true) {
        int c = peek();
        if (c == kFailed) return kFailed;
        if (c == kEnd || too_long(record)) {
            failure_ = {ErrorKind::invalid, fmt::format("{}:{}: the quote that opens in this line is never closed",
                                                        path().string(), opened)};
            return kFailed;
        }
        if (c != '"') {
            if (c == '\n') ++line_;
            // Up to the next byte that means something, in one piece.
            const auto stop = std::find_if(buffer_.begin() + static_cast<std::ptrdiff_t>(position_) + 1,
                                           buffer_.begin() + static_cast<std::ptrdiff_t>(filled_),
                                           [](char x) { return x == '"' || x == '\n'; });
            const auto end = static_cast<std::size_t>(stop - buffer_.begin());
            record.bytes.append(buffer_, position_, end - position_);
            position_ = end;
            continue;
        }
        advance();
        c = peek();
        if (c != '"') return c;
        record.bytes.push_back('"');
        advance();
    }
}

// To the delimiter or the end of the line.
int CsvReader::read_plain(CsvRecord& record) {
    while (true) {
        const int c = peek();
        if (c < 0 || c == static_cast<unsigned char>(delimiter_) || c == '\n') return c;
        const auto stop = std::find_if(buffer_.begin() + static_cast<std::ptrdiff_t>(position_),
                                       buffer_.begin() + static_cast<std::ptrdiff_t>(filled_),
                                       [delimiter = delimiter_](char x) { return x == delimiter || x == '\n'; });
        const auto end = static_cast<std::size_t>(stop - buffer_.begin());
        record.bytes.append(buffer_, position_, end - position_);
        position_ = end;
        if (too_long(record)) {
            failure_ = {ErrorKind::invalid,
                        fmt::format("{}:{}: a line of more than 64 MiB; is this a CSV file?", path().string(), line_)};
            return kFailed;
        }
    }
}

Result<bool> CsvReader::next(CsvRecord& record) {
    record.bytes.clear();
    record.fields.clear();
    record.malformed.clear();
    if (peek() == kFailed) return failure_;
    if (!std::exchange(started_, true)) {
        const auto head = std::string_view{buffer_}.substr(0, filled_);
        if (head.starts_with(kByteOrderMark)) position_ = kByteOrderMark.size();
        if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF"))
            return Error{ErrorKind::invalid, fmt::format("{} is UTF-16; save it as UTF-8", path().string())};
    }
    record.line = line_;
    int c = peek();
    if (c == kEnd) return false;
    while (true) {
        const auto start = record.bytes.size();
        const bool quoted = c == '"';
        std::size_t end = 0;
        if (quoted) {
            advance();
            c = read_quoted(record);
            end = record.bytes.size();
            if (c != kFailed && c != kEnd && c != '\n' && c != static_cast<unsigned char>(delimiter_)) {
                c = read_plain(record);  // "abc"x, or the CR of a CRLF
                if (std::string_view{record.bytes}.substr(end) != "\r" || (c != '\n' && c != kEnd))
                    record.malformed =
                        fmt::format("field {} goes on after its closing quote", record.fields.size() + 1);
            }
        } else {
            c = read_plain(record);
            end = record.bytes.size();
            if ((c == '\n' || c == kEnd) && end > start && record.bytes.back() == '\r') --end;
        }
        if (c == kFailed) return failure_;
        record.fields.push_back({start, end - start, quoted});
        if (c == kEnd) return true;
        advance();
        if (c == '\n') {
            ++line_;
            return true;
        }
        c = peek();
        if (c == kFailed) return failure_;
    }
}

void append_csv_field(std::string& out, std::string_view value, char delimiter) {
    const bool quote = value.empty() || value.find_first_of("\"\r\n") != std::string_view::npos ||
                       value.find(delimiter) != std::string_view::npos || value.front() == ' ' || value.back() == ' ';
    if (!quote) {
        out.append(value);
        return;
    }
    out.push_back('"');
    for (const char c : value) {
        if (c == '"') out.push_back('"');
        out.push_back(c);
    }
    out.push_back('"');
}

}  // namespace weir::connectors
