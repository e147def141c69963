// Cron expressions: the tick before the next one is the last that was.
#include "scheduler/calendar/cron.hpp"
#include "tests/fuzz/target.hpp"

using namespace weir;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto cron = calendar::Cron::parse(fuzz::text_of(data, size));
    if (!cron) {
        fuzz::must(!cron.error().message.empty(), "an error has words");
        return 0;
    }
    static_cast<void>(cron->describe());
    static const auto berlin = calendar::Zone::find("Europe/Berlin").value();
    auto at = model::TimePoint{std::chrono::seconds{1'774'738'800}};  // 2026-03-28 23:00 UTC, before a change of clocks
    for (int i = 0; i < 4; ++i) {
        const auto next = cron->next_after(at, berlin);
        if (!next) return 0;
        fuzz::must(*next > at, "the next tick comes later");
        const auto before = cron->previous_before(*next, berlin);
        fuzz::must(!before || *before <= at, "no tick lies between a time and its next tick");
        at = *next;
    }
    return 0;
}
