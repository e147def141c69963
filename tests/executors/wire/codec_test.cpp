#include "executors/wire/codec.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace weir::wire;
using namespace std::chrono_literals;

namespace {

const Time kTime{1'763'798'088'123'456us};

const std::vector<Command> kCommands = {
    Hello{kVersion, 0xfedcba9876543210},
    Launch{7,
           {"/bin/sh", "-e", "-c", "echo 'ä'"},
           {"PATH=/bin", "EMPTY="},
           "/tmp",
           std::string("\0{}\n", 4),
           "/logs/a/1.log",
           "/logs/a/1.output",
           30min,
           10s,
           256u << 20},
    Kill{-1},
    Ack{std::numeric_limits<std::int64_t>::max()},
    List{},
    Shutdown{},
};

const std::vector<Report> kReports = {
    Welcome{kVersion, "00ff", "6ad3-11", 4711},
    Started{7, 4712, kTime},
    Exited{7, kTime, 3, 0, EndedBy::itself, "", "/logs/a/1.output"},
    Exited{8, kTime, 0, 15, EndedBy::timeout, "timed out after 30m", ""},
    Refused{9, true, "no processes left"},
    Lost{10, "its supervisor died"},
    Listed{{1, 2, 3}},
};

template <class Message>
std::string frame(const Message& message) {
    std::string bytes;
    REQUIRE(append_frame(bytes, message));
    return bytes;
}

std::string body(const std::string& frame) { return frame.substr(4); }

}  // namespace

TEST_CASE("every command survives encoding and decoding") {
    for (const auto& command : kCommands) CHECK(decode_command(body(frame(command))) == command);
}

TEST_CASE("every report survives encoding and decoding") {
    for (const auto& report : kReports) CHECK(decode_report(body(frame(report))) == report);
}

TEST_CASE("a frame that is cut short anywhere is no message") {
    for (const auto& command : kCommands) {
        const auto whole = body(frame(command));
        for (std::size_t size = 0; size < whole.size(); ++size)
            CHECK_FALSE(decode_command(std::string_view(whole).substr(0, size)));
    }
}

TEST_CASE("bytes after the last field are no message") {
    for (const auto& report : kReports) CHECK_FALSE(decode_report(body(frame(report)) + '\0'));
}

TEST_CASE("an unknown type is no message") { CHECK_FALSE(decode_command(std::string(1, '\x40'))); }

TEST_CASE("a value outside its enum is no message") {
    auto bytes = body(frame(Report{Exited{7, kTime, 0, 0, EndedBy::log_limit, "", ""}}));
    bytes[1 + 8 + 8 + 4 + 4] = 4;
    CHECK_FALSE(decode_report(bytes));
}

TEST_CASE("a message over the bound is not encoded, and what stood before stays") {
    std::string out = "before";
    Launch launch;
    launch.stdin_bytes.resize(kMaxFrame);
    CHECK_FALSE(append_frame(out, Command{launch}));
    CHECK(out == "before");
}

TEST_CASE("frames come out whole whatever pieces they arrive in") {
    std::string stream;
    for (const auto& command : kCommands) REQUIRE(append_frame(stream, command));
    for (std::size_t piece : {1, 3, 7, 1000}) {
        FrameBuffer buffer;
        std::vector<Command> received;
        for (std::size_t at = 0; at < stream.size(); at += piece) {
            buffer.add(std::string_view(stream).substr(at, piece));
            while (auto next = buffer.next()) {
                auto command = decode_command(*next);
                REQUIRE(command);
                received.push_back(*command);
            }
        }
        CHECK(received == kCommands);
        CHECK_FALSE(buffer.broken());
    }
}

TEST_CASE("a length of zero or over the bound breaks the stream for good") {
    for (const std::string& length :
         {std::string(4, '\0'), std::string("\x01\x00\x00\x01", 4), std::string(4, '\xff')}) {
        FrameBuffer buffer;
        buffer.add(length);
        CHECK_FALSE(buffer.next());
        CHECK(buffer.broken());
        buffer.add(frame(Command{List{}}));
        CHECK_FALSE(buffer.next());
    }
}

TEST_CASE("any bytes are decoded or refused, and what is decoded encodes to the same bytes") {
    std::mt19937_64 random(20261122);
    std::vector<std::string> seeds;
    for (const auto& command : kCommands) seeds.push_back(body(frame(command)));
    for (const auto& report : kReports) seeds.push_back(body(frame(report)));
    for (int round = 0; round < 200'000; ++round) {
        auto bytes = seeds[random() % seeds.size()];
        for (auto changes = random() % 4; changes > 0; --changes) {
            if (bytes.empty()) break;
            switch (random() % 3) {
                case 0:
                    bytes[random() % bytes.size()] = static_cast<char>(random());
                    break;
                case 1:
                    bytes.resize(random() % bytes.size());
                    break;
                case 2:
                    bytes.insert(random() % bytes.size(), 1 + random() % 8, static_cast<char>(random()));
                    break;
            }
        }
        if (auto command = decode_command(bytes)) REQUIRE(body(frame(*command)) == bytes);
        if (auto report = decode_report(bytes)) REQUIRE(body(frame(*report)) == bytes);
    }
}
