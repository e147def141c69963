// Rows of a CSV file with a header line.
#pragma once

#include <map>
#include <memory>

#include "executors/connectors/csv.hpp"
#include "executors/connectors/rows.hpp"

namespace weir::connectors {

class CsvSource : public RowSource {
   public:
    // `types` for columns that are not plain text; each must be in the header.
    [[nodiscard]] static model::Result<std::unique_ptr<CsvSource>> open(const std::filesystem::path& path,
                                                                        char delimiter,
                                                                        const std::map<std::string, ColumnType>& types);
    [[nodiscard]] const std::vector<Column>& columns() const override { return columns_; }
    [[nodiscard]] model::Result<bool> next(Batch& batch) override;
    [[nodiscard]] std::string place(const Batch& batch, std::size_t row) const override;

   private:
    CsvSource(CsvReader reader, std::string path) : reader_(std::move(reader)), path_(std::move(path)) {}
    [[nodiscard]] model::Result<void> read_header(const std::map<std::string, ColumnType>& types);

    CsvReader reader_;
    std::string path_;
    std::vector<Column> columns_;
    CsvRecord record_;
};

}  // namespace weir::connectors
