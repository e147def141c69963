// Logs while they are written, afterwards, and when they are huge.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/web/api/log_world.hpp"
#include "web/api/log_lines.hpp"

using namespace weir;
using namespace weir::api::test;

namespace {

std::string events(const Answer& answer) {
    std::string all;
    for (const auto& entry : answer.json["content"]) {
        CHECK(entry.contains("timestamp"));
        all += "[" + entry["event"].get<std::string>() + "]";
    }
    return all;
}

std::string token(const Answer& answer) { return answer.json["continuation_token"].get<std::string>(); }

}  // namespace

TEST_CASE("a log that grows is read on by its token, line by whole line, to its end") {
    LogWorld log;
    log.write("one\ntwo\nthr");
    const auto first = log.get();
    CHECK(events(first) == "[one][two]");
    log.write("ee\n");
    const auto second = log.get("?token=" + token(first));
    CHECK(events(second) == "[three]");
    const auto nothing = log.get("?token=" + token(second));
    CHECK(events(nothing) == "");
    CHECK(token(nothing) == token(second));
    log.write("the end, unbroken");
    log.set_state(model::TryState::success);
    const auto last = log.get("?token=" + token(second));
    CHECK(events(last) == "[the end, unbroken]");
    CHECK(last.json["continuation_token"].is_null());
}

TEST_CASE("a log that is not begun yet is empty, and one that is gone is 404") {
    LogWorld log;
    CHECK(events(log.get()) == "");
    CHECK(token(log.get()) == "0");
    CHECK(log.get("", "text/plain").text.empty());
    log.set_state(model::TryState::lost);
    CHECK(log.get().status == 404);
    CHECK(log.get("", "text/plain").status == 404);
}

TEST_CASE("a try's number is a number to its end") {
    LogWorld log;
    log.write("one\n");
    CHECK(log.get().status == 200);
    for (const auto* more : {"x", ".0", "%20", "9999999999999999999"}) CHECK_MESSAGE(log.get(more).status == 404, more);
}

TEST_CASE("a large log comes page by page, or in full") {
    LogWorld log;
    std::string text;
    for (int i = 0; i < 30'000; ++i) text += std::string(100, 'x') + std::to_string(i) + "\n";
    log.write(text);
    log.set_state(model::TryState::failed);
    const auto full = log.get("?full_content=true");
    CHECK(full.json["content"].size() == 30'000);
    CHECK(full.json["continuation_token"].is_null());

    std::size_t lines = 0;
    int pages = 0;
    std::string next = "0";
    while (!next.empty() && pages < 100) {
        const auto page = log.get("?token=" + next);
        lines += page.json["content"].size();
        next = page.json["continuation_token"].is_null() ? "" : token(page);
        ++pages;
    }
    CHECK(lines == 30'000);
    CHECK(pages == 4);
}

TEST_CASE("JSON lines hold one event each, and the token is a header") {
    LogWorld log;
    log.write("one\ntwo\nthr");
    const auto answer = log.get("", "application/x-ndjson");
    CHECK(answer.content_type == "application/x-ndjson");
    CHECK(answer.text == "{\"event\":\"one\",\"timestamp\":null}\n{\"event\":\"two\",\"timestamp\":null}\n");
    CHECK(answer.headers.find("airflow-continuation-token")->second == "8");
}

TEST_CASE("plain text is the file's bytes from an offset, also counted from the end") {
    LogWorld log;
    log.write(std::string("a\0\xff\r\nb", 6));
    CHECK(log.get("", "text/plain").text == std::string("a\0\xff\r\nb", 6));
    const auto rest = log.get("?offset=2", "text/plain");
    CHECK(rest.text == "\xff\r\nb");
    CHECK(rest.headers.find("weir-log-size")->second == "6");
    CHECK(rest.headers.find("weir-log-ended")->second == "false");
    CHECK(log.get("?offset=-1", "text/plain").text == "b");
    CHECK(log.get("?offset=-100", "text/plain").text.size() == 6);
    CHECK(log.get("?offset=6", "text/plain").text.empty());
    CHECK(log.get("?offset=7", "text/plain").status == 416);
}

TEST_CASE("any bytes a task prints become valid JSON") {
    LogWorld log;
    std::string all;
    for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
    log.write(all + "\n" + all + "\r\n");
    log.set_state(model::TryState::success);
    CHECK(log.get().json["content"].size() == 4);
    CHECK(log.get().json["content"][3]["event"].get<std::string>().ends_with("\ufffd"));
}

TEST_CASE("a line without end comes in parts, torn at no character") {
    LogWorld log;
    std::string line;
    for (int i = 0; i < 100'000; ++i) line += "\u20ac";  // three bytes each
    log.write(line);
    std::string joined;
    std::string next = "0";
    for (int pages = 0; pages < 10 && joined.size() + api::kLongestLine < line.size(); ++pages) {
        const auto page = log.get("?token=" + next);
        for (const auto& entry : page.json["content"]) joined += entry["event"].get<std::string>();
        next = token(page);
    }
    log.set_state(model::TryState::success);
    const auto last = log.get("?token=" + next);
    for (const auto& entry : last.json["content"]) joined += entry["event"].get<std::string>();
    CHECK(joined == line);
}

TEST_CASE("a log of three gigabytes is tailed in bounded memory") {
    LogWorld log;
    log.write("begin\n");
    const auto size = 3ULL << 30;
    REQUIRE(::truncate(log.file.c_str(), static_cast<off_t>(size)) == 0);
    log.write("\nlast line\n");
    const auto tail = log.get("?token=" + std::to_string(size + 1));
    CHECK(events(tail) == "[last line]");
    CHECK(log.get("?offset=-10", "text/plain").text == "last line\n");
}

TEST_CASE("a log is a plain file below the log folder and nothing else") {
    LogWorld log;
    const auto& folder = log.folder.path();
    const auto outside = folder / "secret";
    std::ofstream(outside) << "secret";
    std::filesystem::create_symlink(outside, log.file);
    CHECK_FALSE(api::open_log(folder, "etl/r1/extract/1.log"));
    CHECK_FALSE(api::open_log(folder / "etl", "../secret"));
    CHECK_FALSE(api::open_log(folder, outside.string()));
    CHECK_FALSE(api::open_log(folder, ""));
    CHECK_FALSE(api::open_log(folder, "etl/r1"));
    REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
    CHECK_FALSE(api::open_log(folder, "fifo"));
    CHECK(api::open_log(folder, "secret"));
}

TEST_CASE("a query for a log that means nothing is refused") {
    LogWorld log;
    log.write("one\n");
    for (const auto* query :
         {"?token=x", "?token=-1", "?token=5", "?full_content=perhaps", "?map_index=-2", "?offset=1", "?tail=1"})
        CHECK_MESSAGE(log.get(query).status == 422, query);
}
