// The supervisor's journal, cut short or with other bytes in it: what stands before the damage is read.
#include "executors/supervisor/journal.hpp"
#include "tests/fuzz/target.hpp"

using namespace weir;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto replay = supervisor::replay(fuzz::text_of(data, size));
    for (const auto& [id, record] : replay.tries) fuzz::must(id == record.try_id, "a try is found by its id");
    return 0;
}
