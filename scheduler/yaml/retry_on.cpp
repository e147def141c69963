#include "scheduler/yaml/retry_on.hpp"

#include <algorithm>
#include <array>
#include <csignal>

#include "scheduler/yaml/scalar.hpp"
#include "scheduler/yaml/task_tables.hpp"

namespace weir::yaml {
namespace {

constexpr const char* kTimeout = "timeout";

struct Signal {
    std::string_view name;
    int number;
};
// Those that end a process.
constexpr std::array kSignals{
    Signal{"SIGABRT", SIGABRT}, Signal{"SIGALRM", SIGALRM}, Signal{"SIGBUS", SIGBUS},   Signal{"SIGFPE", SIGFPE},
    Signal{"SIGHUP", SIGHUP},   Signal{"SIGILL", SIGILL},   Signal{"SIGINT", SIGINT},   Signal{"SIGKILL", SIGKILL},
    Signal{"SIGPIPE", SIGPIPE}, Signal{"SIGQUIT", SIGQUIT}, Signal{"SIGSEGV", SIGSEGV}, Signal{"SIGSYS", SIGSYS},
    Signal{"SIGTERM", SIGTERM}, Signal{"SIGTRAP", SIGTRAP}, Signal{"SIGUSR1", SIGUSR1}, Signal{"SIGUSR2", SIGUSR2},
    Signal{"SIGXCPU", SIGXCPU}, Signal{"SIGXFSZ", SIGXFSZ},
};

void add(model::RetryOn& on, const Node& node) {
    if (node.faulty || node.scalar() == nullptr) return;
    const auto& text = text_of(node);
    const auto signal = std::ranges::find(kSignals, text, &Signal::name);
    if (text == kTimeout)
        on.timeout = true;
    else if (signal != kSignals.end())
        on.signals.push_back(signal->number);
    else
        on.exit_codes.push_back(whole_of<int>(node));
}

}  // namespace

ShapePtr retry_on_shape() {
    std::vector<std::string> words{kTimeout};
    for (const auto& signal : kSignals) words.emplace_back(signal.name);
    auto word = choice(std::move(words));
    auto named = *word;
    named.wanted = "an exit code from 1 to 255, a signal such as SIGKILL, or timeout";
    auto failure = either(
        named.wanted, {whole(1, 255), std::make_shared<const Shape>(std::move(named))},
        [](const Node& node) -> std::size_t { return node.scalar() != nullptr && as_integer(*node.scalar()) ? 0 : 1; });
    return one_or_more("an exit code, a signal, timeout, or a list of these", std::move(failure));
}

model::RetryOn retry_on_of(const Node& node) {
    model::RetryOn on;
    if (const auto* list = node.list())
        for (const auto& item : list->items) add(on, item);
    else
        add(on, node);
    return on;
}

}  // namespace weir::yaml
