// Rows into a CSV file: a file without a name until it is whole, synced and put in the old one's place.
#include <fmt/format.h>

#include "executors/connectors/csv.hpp"
#include "executors/operators/target.hpp"

namespace weir::operators {
namespace {

using model::Error;
using model::ErrorKind;
using model::Result;
namespace fs = std::filesystem;

constexpr std::size_t kWriteBytes = 256U << 10;

class CsvFile : public LoadTarget {
   public:
    CsvFile(connectors::File file, fs::path path, bool in_place)
        : file_(std::move(file)), path_(std::move(path)), in_place_(in_place) {}

    [[nodiscard]] std::vector<std::optional<connectors::ColumnType>> types_of(
        const std::vector<std::string>& columns) const override {
        return std::vector<std::optional<connectors::ColumnType>>(columns.size());
    }
    [[nodiscard]] Result<void> begin(const std::vector<connectors::Column>& columns) override {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (i > 0) text_.push_back(',');
            connectors::append_csv_field(text_, columns[i].name);
        }
        text_.push_back('\n');
        return {};
    }
    [[nodiscard]] Result<void> write(const connectors::Batch& batch) override {
        for (std::size_t row = 0; row < batch.rows(); ++row) {
            for (std::size_t column = 0; column < batch.columns(); ++column) {
                if (column > 0) text_.push_back(',');
                if (const auto cell = batch.cell(row, column)) connectors::append_csv_field(text_, *cell);
            }
            text_.push_back('\n');
        }
        rows_ += batch.rows();
        return text_.size() < kWriteBytes ? Result<void>{} : flush();
    }
    [[nodiscard]] Result<std::uint64_t> finish() override {
        if (const auto done = flush(); !done) return done.error();
        if (in_place_) return rows_;
        if (const auto done = file_.sync(); !done) return done.error();
        if (const auto done = file_.replace(path_); !done) return done.error();
        return rows_;
    }

   private:
    Result<void> flush() {
        const auto done = file_.write(text_);
        text_.clear();
        return done;
    }

    connectors::File file_;
    fs::path path_;
    bool in_place_;  // a pipe or a device: nothing to rename
    std::string text_;
    std::uint64_t rows_ = 0;
};

}  // namespace

Result<std::unique_ptr<LoadTarget>> open_csv_target(const CsvTarget& target, Log& log) {
    const fs::path path = target.path;
    std::error_code error;
    if (fs::is_directory(path, error))
        return Error{ErrorKind::invalid, fmt::format("{} is a folder; name a file in it", target.path)};
    const bool in_place = fs::exists(path, error) && !fs::is_regular_file(path, error);
    const auto folder = path.has_parent_path() ? path.parent_path() : fs::path{"."};
    if (fs::create_directories(folder, error)) log.line(fmt::format("created folder {}", folder.string()));
    if (error) return connectors::file_error("create folder", folder, error.value());
    auto file = in_place ? connectors::File::open_to_write(path) : connectors::File::unnamed(folder);
    if (!file) return file.error();
    return std::unique_ptr<LoadTarget>{std::make_unique<CsvFile>(std::move(*file), path, in_place)};
}

}  // namespace weir::operators
