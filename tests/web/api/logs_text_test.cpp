// Logs as bytes: ranges, files to keep, and followed while the task writes.
#include "tests/web/api/log_world.hpp"
#include "web/api/byte_range.hpp"

using namespace weir;
using namespace weir::api::test;
using weir::api::AskedRange;
using weir::api::BadRange;
using weir::api::ByteRange;
using weir::api::parse_range;
using weir::api::WholeThing;

namespace {

Answer get_range(const LogWorld& log, const std::string& range, const std::string& query = "") {
    return ask(log.router, "GET", kLog + query, "", {{"Accept", "text/plain"}, {"Range", range}});
}

std::string header(const Answer& answer, const std::string& name) {
    const auto found = answer.headers.find(name);
    return found == answer.headers.end() ? "" : found->second;
}

// The body of a log that is followed.
http::LiveBody follow(const LogWorld& log, const std::string& query = "") {
    http::Request request;
    request.method = "GET";
    request.path = kLog;
    request.query = {{"follow", "true"}};
    if (!query.empty()) request.query.emplace("offset", query);
    request.headers = {{"Accept", "text/plain"}};
    auto response = log.router.handle(request);
    REQUIRE(response.status == 200);
    REQUIRE(response.live.has_value());
    return std::move(*response.live);
}

// What comes now: pieces until there is nothing for the moment, or the end.
struct Heard {
    std::string text;
    bool ended = false;
};
Heard hear(const http::LiveBody& body) {
    Heard heard;
    while (true) {
        const auto step = body.next();
        REQUIRE(step.has_value());
        if (step->text) heard.text += *step->text;
        heard.ended = step->last;
        if (!step->text || step->last) return heard;
    }
}

}  // namespace

TEST_CASE("a Range is read as RFC 9110 has it") {
    CHECK(parse_range("bytes=0-0", 10) == AskedRange{ByteRange{0, 0}});
    CHECK(parse_range("bytes=2-5", 10) == AskedRange{ByteRange{2, 5}});
    CHECK(parse_range("bytes=2-", 10) == AskedRange{ByteRange{2, 9}});
    CHECK(parse_range("bytes=2-99999999999999999999999", 10) == AskedRange{ByteRange{2, 9}});
    CHECK(parse_range("bytes=-3", 10) == AskedRange{ByteRange{7, 9}});
    CHECK(parse_range("bytes=-30", 10) == AskedRange{ByteRange{0, 9}});
    for (const auto* bad : {"bytes=", "bytes=-", "bytes=x-1", "bytes=1-x", "bytes=5-2", "bytes=10-", "bytes=-0",
                            "bytes=-1-2", "bytes=1", "bytes= 1-2", "bytes=99999999999999999999999-"})
        CHECK_MESSAGE(parse_range(bad, 10) == AskedRange{BadRange{}}, bad);
    CHECK(parse_range("bytes=-1", 0) == AskedRange{BadRange{}});
    for (const auto* whole : {"", "lines=1-2", "bytes=0-1,3-4"})
        CHECK_MESSAGE(parse_range(whole, 10) == AskedRange{WholeThing{}}, whole);
}

TEST_CASE("a range of a log is 206 with its place and the log's size") {
    LogWorld log;
    log.write("0123456789");
    const auto part = get_range(log, "bytes=2-4");
    CHECK(part.status == 206);
    CHECK(part.text == "234");
    CHECK(header(part, "Content-Range") == "bytes 2-4/10");
    CHECK(get_range(log, "bytes=-2").text == "89");
    const auto whole = log.get("", "text/plain");
    CHECK(whole.status == 200);
    CHECK(header(whole, "Accept-Ranges") == "bytes");
}

TEST_CASE("a range outside the log is 416 and says how long the log is") {
    LogWorld log;
    log.write("0123456789");
    for (const std::string range : {"bytes=10-", "bytes=5-2", "bytes=x"}) {
        const auto answer = get_range(log, range);
        CHECK_MESSAGE(answer.status == 416, range);
        CHECK(header(answer, "Content-Range") == "bytes */10");
    }
}

TEST_CASE("a range with If-Range gets everything, since a log has no validator to compare") {
    LogWorld log;
    log.write("0123456789");
    const auto answer =
        ask(log.router, "GET", kLog, "", {{"Accept", "text/plain"}, {"Range", "bytes=2-4"}, {"If-Range", "\"x\""}});
    CHECK(answer.status == 200);
    CHECK(answer.text.size() == 10);
}

TEST_CASE("the last megabyte of a log of 100 MB is read from where it begins") {
    LogWorld log;
    {
        std::ofstream file(log.file, std::ios::binary);
        file.seekp((100 << 20) - 7);
        file << "the end";
    }
    const auto tail = get_range(log, "bytes=-1048576");
    CHECK(tail.text.size() == 1 << 20);
    CHECK(tail.text.ends_with("the end"));
    CHECK(header(tail, "Content-Range") == "bytes 103809024-104857599/104857600");
}

TEST_CASE("a log to keep is text under a name of its own, whatever the browser accepts") {
    LogWorld log;
    log.write("one\n");
    const auto answer = log.get("?download=true", "text/html,*/*");
    CHECK(answer.content_type == "text/plain; charset=utf-8");
    CHECK(answer.text == "one\n");
    CHECK(header(answer, "Content-Disposition") ==
          "attachment; filename=\"etl.r1.extract.1.log\"; filename*=UTF-8''etl.r1.extract.1.log");
}

TEST_CASE("a followed log comes as it is written, and ends with its try") {
    LogWorld log;
    log.write("one\n");
    const auto body = follow(log);
    CHECK(hear(body).text == "one\n");
    CHECK(hear(body).text.empty());
    log.write("two\nthr");
    CHECK(hear(body).text == "two\nthr");
    log.write("ee\n");
    log.set_state(model::TryState::success);
    const auto last = hear(body);
    CHECK(last.text == "ee\n");
    CHECK(last.ended);
}

TEST_CASE("a log can be followed before its task has written it, and from an offset") {
    LogWorld log;
    const auto body = follow(log);
    CHECK(hear(body).text.empty());
    log.write("begun\n");
    CHECK(hear(body).text == "begun\n");
    CHECK(hear(follow(log, "3")).text == "un\n");
    CHECK(hear(follow(log, "-1")).text == "\n");
}

TEST_CASE("what a task wrote between the last look and its end is not lost") {
    LogWorld log;
    const auto body = follow(log);
    CHECK_FALSE(hear(body).ended);
    log.write("last words");
    log.set_state(model::TryState::failed);
    const auto heard = hear(body);
    CHECK(heard.text == "last words");
    CHECK(heard.ended);
}

TEST_CASE("following a log of any size has a bounded piece in memory") {
    LogWorld log;
    log.write(std::string(1'000'000, 'x'));
    const auto body = follow(log);
    const auto step = body.next();
    REQUIRE(step.has_value());
    REQUIRE(step->text);
    CHECK(step->text->size() == 128 << 10);
    CHECK(hear(body).text.size() == 1'000'000 - (128 << 10));
}

TEST_CASE("a try that retention has removed ends what follows it") {
    LogWorld log;
    log.write("one\n");
    const auto body = follow(log);
    CHECK(hear(body).text == "one\n");
    log.world.history.try_rows.clear();
    CHECK(hear(body).ended);
}

TEST_CASE("a finished log that is followed is sent and ends") {
    LogWorld log;
    log.write("all\n");
    log.set_state(model::TryState::success);
    const auto heard = hear(follow(log));
    CHECK(heard.text == "all\n");
    CHECK(heard.ended);
}

TEST_CASE("only text can be followed") {
    LogWorld log;
    CHECK(log.get("?follow=true").status == 422);
    CHECK(log.get("?follow=perhaps", "text/plain").status == 422);
}
