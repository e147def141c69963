// The target of a request line: what was decoded and is encoded again decodes the same.
#include "web/http/target.hpp"

#include "tests/fuzz/target.hpp"

using namespace weir;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    if (const auto decoded = http::percent_decode(text, http::Plus::stays))
        fuzz::must(http::percent_decode(http::percent_encode(*decoded), http::Plus::stays) == decoded,
                   "what was decoded and is encoded again decodes the same");
    if (const auto target = http::parse_target(text))
        fuzz::must(target->path.starts_with('/'), "a path begins with a slash");
    return 0;
}
