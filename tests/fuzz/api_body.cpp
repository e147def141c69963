// The JSON object of a request to the API: its values, or an answer that names what is wrong.
#include "web/api/body.hpp"

#include "tests/fuzz/target.hpp"

using namespace weir;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    http::Request request;
    request.method = "POST";
    request.headers.emplace("Content-Type", "application/json");
    request.body = fuzz::text_of(data, size);
    api::Body body(request);
    if (const auto text = body.text("note", 10)) fuzz::must(text->size() <= 40, "a text is no longer than asked for");
    static_cast<void>(body.texts("task_ids"));
    static_cast<void>(body.flag("dry_run"));
    if (const auto number = body.number("limit", 1, 9))
        fuzz::must(*number >= 1 && *number <= 9, "a number lies within its bounds");
    static_cast<void>(body.time("logical_date"));
    static_cast<void>(body.list("tasks"));
    static_cast<void>(body.object("conf"));
    body.not_supported("only_new", false, "is always so");
    if (const auto refusal = body.refusal())
        fuzz::must(refusal->status >= 400 && refusal->status < 500 && !refusal->body.empty(), "a refusal has words");
    return 0;
}
