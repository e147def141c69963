// CSV as RFC 4180 has it: a reader that streams records with the line each starts in, and how to write a field.
// Lenient where writers differ: LF or CRLF, a UTF-8 byte order mark, a quote inside an unquoted field is itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "executors/connectors/file.hpp"
#include "scheduler/model/result.hpp"

namespace weir::connectors {

struct CsvRecord {
    struct Field {
        std::size_t offset;
        std::size_t length;
        bool quoted;
    };
    std::string bytes;
    std::vector<Field> fields;
    std::uint64_t line = 0;  // where it starts, from 1
    std::string malformed;   // why the record can't be trusted, else empty

    [[nodiscard]] std::string_view text(std::size_t field) const {
        return std::string_view{bytes}.substr(fields[field].offset, fields[field].length);
    }
    // A line with nothing in it.
    [[nodiscard]] bool blank() const { return fields.size() == 1 && fields[0].length == 0 && !fields[0].quoted; }
};

class CsvReader {
   public:
    static constexpr std::size_t kLongestRecord = 64U << 20;  // a quote that is never closed must not eat the memory

    CsvReader(File file, char delimiter);
    // False at the end. An Error when the rest of the file makes no sense (a quote that is never closed).
    [[nodiscard]] model::Result<bool> next(CsvRecord& record);
    [[nodiscard]] const std::filesystem::path& path() const { return file_.path(); }

   private:
    static constexpr int kEnd = -1;
    static constexpr int kFailed = -2;
    int peek();
    void advance() { ++position_; }
    int read_quoted(CsvRecord& record);
    int read_plain(CsvRecord& record);
    [[nodiscard]] bool too_long(const CsvRecord& record) const { return record.bytes.size() > kLongestRecord; }

    File file_;
    char delimiter_;
    std::string buffer_;
    std::size_t position_ = 0;
    std::size_t filled_ = 0;
    std::uint64_t line_ = 1;
    bool started_ = false;
    model::Error failure_;
};

// An empty text is ""; NULL is nothing between two delimiters, and needs no function.
void append_csv_field(std::string& out, std::string_view value, char delimiter = ',');

}  // namespace weir::connectors
