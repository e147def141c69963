#include "executors/connectors/csv.hpp"

#include <doctest/doctest.h>

#include "executors/connectors/csv_source.hpp"
#include "tests/support/result.hpp"
#include "tests/support/server_process.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace weir::connectors;
using weir::test::TemporaryFolder;
using weir::test::write_file;

namespace {

struct CsvFile {
    TemporaryFolder folder;
    std::string path = folder.file("a.csv");
    explicit CsvFile(const std::string& text) { write_file(path, text); }
};

// Records as "line: [a][b]", a quoted field as "[=a]"; an error as its message after the path.
std::string records_of(const std::string& text, char delimiter = ',') {
    const CsvFile file(text);
    CsvReader reader(std::move(*File::open_to_read(file.path)), delimiter);
    std::string all;
    CsvRecord record;
    while (true) {
        const auto more = reader.next(record);
        if (!more) return all + more.error().message.substr(file.path.size());
        if (!*more) return all;
        all += std::to_string(record.line) + ": ";
        for (std::size_t i = 0; i < record.fields.size(); ++i)
            all += (record.fields[i].quoted ? "[=" : "[") + std::string(record.text(i)) + "]";
        all += record.malformed + "\n";
    }
}

std::string error_of(const std::string& text, const std::map<std::string, ColumnType>& types = {}) {
    const CsvFile file(text);
    const auto source = CsvSource::open(file.path, ',', types);
    return source ? "" : source.error().message.substr(file.path.size());
}

}  // namespace

TEST_CASE("fields are split at the delimiter, records at LF and CRLF, with or without a last line end") {
    CHECK(records_of("a,b\r\n1,2\n3,") == "1: [a][b]\n2: [1][2]\n3: [3][]\n");
}

TEST_CASE("quoted fields hold delimiters, line ends and doubled quotes, and lines are still counted") {
    CHECK(records_of("\"a,b\",\"c\n\r\nd\",\"e \"\"f\"\"\"\r\nx,y,z\n") ==
          "1: [=a,b][=c\n\r\nd][=e \"f\"]\n4: [x][y][z]\n");
}

TEST_CASE("an empty quoted field differs from an empty one") { CHECK(records_of("\"\",\n") == "1: [=][]\n"); }

TEST_CASE("a byte order mark is no part of the first name") {
    CHECK(records_of("\xEF\xBB\xBF"
                     "a\n") == "1: [a]\n");
}

TEST_CASE("a quote inside an unquoted field is itself") { CHECK(records_of("5\" disk,b\n") == "1: [5\" disk][b]\n"); }

TEST_CASE("other delimiters than the comma") { CHECK(records_of("a;\"b;c\"\n", ';') == "1: [a][=b;c]\n"); }

TEST_CASE("what follows a closing quote makes the record malformed, and the next one is read") {
    CHECK(records_of("\"a\"b,c\nd,e\n") == "1: [=a][c]field 1 goes on after its closing quote\n2: [d][e]\n");
}

TEST_CASE("a quote that is never closed is told with the line where it opens") {
    CHECK(records_of("a,b\nc,\"d\ne,f\n") == "1: [a][b]\n:2: the quote that opens in this line is never closed");
}

TEST_CASE("fields longer than the read buffer come through whole") {
    const std::string large(700'000, 'x');
    CHECK(records_of(large + ",\"" + large + "\"\n") == "1: [" + large + "][=" + large + "]\n");
}

TEST_CASE("UTF-16 is told by name") {
    CHECK(records_of("\xFF\xFE"
                     "a") == " is UTF-16; save it as UTF-8");
}

TEST_CASE("a header with a missing, empty or doubled name is refused") {
    CHECK(error_of("") == ":1: no header line with the columns' names");
    CHECK(error_of("a,,c\n") == ":1: column 2 has no name");
    CHECK(error_of("a,b,a\n") == ":1: column 'a' is there twice");
}

TEST_CASE("a type for a column that the header doesn't have names the nearest one") {
    CHECK(error_of("price,name\n", {{"prise", ColumnType::numeric}}) ==
          ":1: the header has no column 'prise', which `columns` names; did you mean 'price'?");
}

TEST_CASE("a record with too many or too few fields is a bad row with its line, and the rest is read") {
    const CsvFile file("a,b\n1,2\n3\n\n4,5,6\n7,8\n");
    auto source = CsvSource::open(file.path, ',', {});
    Batch batch;
    REQUIRE(*(*source)->next(batch));
    REQUIRE(batch.rows() == 2);
    CHECK(batch.cell(1, 0) == "7");
    REQUIRE(batch.bad.size() == 2);
    CHECK(batch.bad[0].place == file.path + ":3");
    CHECK(batch.bad[0].reason == "has 1 fields, the header has 2");
    CHECK(batch.bad[1].place == file.path + ":5");
    CHECK(batch.bad[1].row == "4,5,6");
}

TEST_CASE("a file that isn't there is told with what relative paths start from") {
    const auto source = CsvSource::open("no/such.csv", ',', {});
    REQUIRE(!source);
    CHECK(
        source.error().message ==
        "cannot read no/such.csv: No such file or directory; relative paths start at the DAG file's folder, or at the "
        "task's `workdir`");
}

TEST_CASE("what is written is read back the same") {
    for (const std::string value :
         {"plain", "", "a,b", "quote \" here", "line\nend", "cr\r", " blank ", "ünï", "\\N"}) {
        std::string line;
        append_csv_field(line, value);
        const CsvFile file(line + "\n");
        CsvReader reader(std::move(*File::open_to_read(file.path)), ',');
        CsvRecord record;
        REQUIRE(*reader.next(record));
        CHECK(record.text(0) == value);
    }
}
