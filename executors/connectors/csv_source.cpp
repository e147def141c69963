#include "executors/connectors/csv_source.hpp"

#include <fmt/format.h>

#include "scheduler/model/nearest.hpp"

namespace weir::connectors {
namespace {

using model::Error;
using model::ErrorKind;
using model::Result;

// The record as text again: fields joined as they were read.
std::string as_text(const CsvRecord& record) {
    std::string text;
    for (std::size_t i = 0; i < record.fields.size(); ++i) {
        if (i > 0) text.push_back(',');
        if (record.fields[i].length > 0 || record.fields[i].quoted) append_csv_field(text, record.text(i));
    }
    return text;
}

}  // namespace

Result<std::unique_ptr<CsvSource>> CsvSource::open(const std::filesystem::path& path, char delimiter,
                                                   const std::map<std::string, ColumnType>& types) {
    auto file = File::open_to_read(path);
    if (!file) return file.error();
    std::unique_ptr<CsvSource> source(new CsvSource(CsvReader(std::move(*file), delimiter), path.string()));
    if (const auto read = source->read_header(types); !read) return read.error();
    return source;
}

Result<void> CsvSource::read_header(const std::map<std::string, ColumnType>& types) {
    const auto more = reader_.next(record_);
    if (!more) return more.error();
    if (!*more || record_.blank())
        return Error{ErrorKind::invalid, fmt::format("{}:1: no header line with the columns' names", path_)};
    if (!record_.malformed.empty()) return Error{ErrorKind::invalid, fmt::format("{}:1: {}", path_, record_.malformed)};
    for (std::size_t i = 0; i < record_.fields.size(); ++i) {
        const std::string name{record_.text(i)};
        if (name.empty()) return Error{ErrorKind::invalid, fmt::format("{}:1: column {} has no name", path_, i + 1)};
        if (find_column(columns_, name))
            return Error{ErrorKind::invalid, fmt::format("{}:1: column '{}' is there twice", path_, name)};
        const auto type = types.find(name);
        columns_.push_back({name, type == types.end() ? ColumnType::text : type->second, type != types.end()});
    }
    for (const auto& [name, type] : types)
        if (!find_column(columns_, name))
            return Error{ErrorKind::invalid, fmt::format("{}:1: the header has no column '{}', which `columns` names{}",
                                                         path_, name, model::did_you_mean(name, names_of(columns_)))};
    return {};
}

Result<bool> CsvSource::next(Batch& batch) {
    batch.reset(columns_.size());
    while (!batch.full()) {
        const auto more = reader_.next(record_);
        if (!more) return more.error();
        if (!*more) break;
        if (record_.blank() && columns_.size() > 1) continue;
        if (record_.malformed.empty() && record_.fields.size() != columns_.size())
            record_.malformed = fmt::format("has {} fields, the header has {}", record_.fields.size(), columns_.size());
        if (!record_.malformed.empty()) {
            batch.bad.push_back(
                {fmt::format("{}:{}", path_, record_.line), "", "", record_.malformed, as_text(record_)});
            continue;
        }
        for (std::size_t i = 0; i < columns_.size(); ++i)
            record_.fields[i].length == 0 && !record_.fields[i].quoted ? batch.add_null() : batch.add(record_.text(i));
        batch.end_row(record_.line);
    }
    return batch.rows() + batch.bad.size() > 0;
}

std::string CsvSource::place(const Batch& batch, std::size_t row) const {
    return fmt::format("{}:{}", path_, batch.number(row));
}

}  // namespace weir::connectors
