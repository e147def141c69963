// ${{ }}: what compiles can be evaluated, to a value or to an error in words.
#include "scheduler/expr/expression.hpp"
#include "tests/fuzz/target.hpp"

using namespace weir;

namespace {

std::optional<std::string> any_name(std::span<const std::string>) { return std::nullopt; }

// Values of all kinds, by the name's length; some names have none.
std::optional<expr::Json> value_of(std::span<const std::string> path) {
    static const expr::Json values[] = {
        nullptr, true, 7, -2.5, "text", "2026-11-22T02:15:00+01:00", {1, "two", nullptr}, {{"rows", 3}, {"ok", false}}};
    const auto length = path.back().size();
    if (length % 9 == 8) return std::nullopt;
    return values[length % 9];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    if (const auto compiled = expr::Expression::compile(text, any_name)) {
        const auto value = compiled->evaluate(value_of);
        fuzz::must(value.has_value() || !value.error().message.empty(), "an error has words");
    } else {
        fuzz::must(compiled.error().offset <= size, "a fault has its place in the text");
    }
    if (const auto compiled = expr::Template::compile(text, any_name)) static_cast<void>(compiled->render(value_of));
    if (const auto sql = expr::Template::compile_sql(text, any_name)) static_cast<void>(sql->render_sql(value_of));
    return 0;
}
