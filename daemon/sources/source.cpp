#include "daemon/sources/source.hpp"

#include "scheduler/model/bytes.hpp"

namespace weir::daemon::sources {

namespace {
constexpr std::size_t kRawBytes = 2000;
}

core::IncomingEvent unreadable(std::string position, std::string fault, std::string_view raw) {
    std::string beginning;
    if (model::is_utf8(raw)) {
        beginning = model::utf8_beginning(raw, kRawBytes);
    } else {
        for (const char c : raw.substr(0, kRawBytes)) beginning += static_cast<unsigned char>(c) < 0x80 ? c : '?';
    }
    return {{}, std::move(position), std::move(fault), std::move(beginning)};
}

std::string without_task_words(std::string message) {
    constexpr std::string_view kWords = "; see the server's log, then run the task again";
    if (message.ends_with(kWords)) message.resize(message.size() - kWords.size());
    return message;
}

}  // namespace weir::daemon::sources
