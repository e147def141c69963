#include <doctest/doctest.h>

#include "scheduler/calendar/cron.hpp"

using weir::calendar::Cron;

namespace {

std::string words(const char* text) { return Cron::parse(text)->describe(); }

}  // namespace

TEST_CASE("fixed times are told as times of every day") {
    CHECK(words("15 2 * * *") == "at 02:15 every day");
    CHECK(words("0 6,18 * * *") == "at 06:00 and 18:00 every day");
    CHECK(words("30 0 12 * * *") == "at 12:00:30 every day");
    CHECK(words("@daily") == "at 00:00 every day");
}

TEST_CASE("steps are told as a frequency") {
    CHECK(words("* * * * *") == "every minute");
    CHECK(words("*/5 * * * *") == "every 5 minutes");
    CHECK(words("0 * * * *") == "every hour");
    CHECK(words("0 */2 * * *") == "every 2 hours");
    CHECK(words("30 * * * *") == "every hour at minute 30");
    CHECK(words("20 */4 * * *") == "every 4 hours at minute 20");
    CHECK(words("* * * * * *") == "every second");
    CHECK(words("*/10 * * * * *") == "every 10 seconds");
    CHECK(words("0 0 * * * *") == "every hour");
    CHECK(words("*/15 9-17 * * *") == "every 15 minutes from 09:00 to 17:59");
}

TEST_CASE("days and months are told after the time") {
    CHECK(words("0 9 * * 1-5") == "at 09:00 on Monday to Friday");
    CHECK(words("0 9 * * mon,wed") == "at 09:00 on Monday and Wednesday");
    CHECK(words("0 9 1,15 * *") == "at 09:00 on the 1st and 15th of the month");
    CHECK(words("0 9 2,3,11,22 * *") == "at 09:00 on the 2nd, 3rd, 11th and 22nd of the month");
    CHECK(words("0 0 1 1 *") == "at 00:00 on the 1st of the month in January");
    CHECK(words("*/5 * * jun-aug sun") == "every 5 minutes on Sunday in June to August");
    CHECK(words("0 0 13 * 5") == "at 00:00 on the 13th of the month or on Friday");
}

TEST_CASE("special days are told in words") {
    CHECK(words("0 0 L * *") == "at 00:00 on the last day of the month");
    CHECK(words("0 0 L-2 * *") == "at 00:00 on 2 days before the last of the month");
    CHECK(words("0 0 LW * *") == "at 00:00 on the last workday of the month");
    CHECK(words("0 0 15W * *") == "at 00:00 on the workday nearest the 15th of the month");
    CHECK(words("0 0 * * 5L") == "at 00:00 on the last Friday of the month");
    CHECK(words("0 0 * * 5#3") == "at 00:00 on the third Friday of the month");
}

TEST_CASE("an expression that words make no clearer stays as it is") {
    for (const char* text : {"*/7 * * * *", "1,2,3,5,8,13 * * * *", "0 0 */2 * *", "*/20 22-2 * * *"}) {
        CAPTURE(text);
        CHECK(words(text) == text);
    }
}
