// CSV: what was read and is written again reads the same.
#include "executors/connectors/csv.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/fuzz/target.hpp"

using namespace weir;

namespace {

using Rows = std::vector<std::vector<std::string>>;

// nullopt where the text is no CSV.
std::optional<Rows> read(std::string_view text) {
    const int memory = ::memfd_create("fuzz.csv", MFD_CLOEXEC);
    fuzz::must(::write(memory, text.data(), text.size()) == static_cast<ssize_t>(text.size()), "there is memory");
    auto file = connectors::File::open_to_read("/proc/self/fd/" + std::to_string(memory));
    ::close(memory);
    fuzz::must(file.has_value(), "a file that was written can be read");
    connectors::CsvReader reader(std::move(*file), ',');
    Rows rows;
    connectors::CsvRecord record;
    while (true) {
        const auto more = reader.next(record);
        if (!more) return std::nullopt;
        if (!*more) return rows;
        if (!record.malformed.empty()) return std::nullopt;
        auto& row = rows.emplace_back();
        for (std::size_t i = 0; i < record.fields.size(); ++i) row.emplace_back(record.text(i));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto rows = read(fuzz::text_of(data, size));
    if (!rows) return 0;
    std::string written;
    for (const auto& row : *rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i > 0) written += ',';
            connectors::append_csv_field(written, row[i]);
        }
        written += '\n';
    }
    fuzz::must(read(written) == rows, "what was read and is written again reads the same");
    return 0;
}
