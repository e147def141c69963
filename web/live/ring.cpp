#include "web/live/ring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace weir::live {

namespace {

constexpr std::string_view kBegin = "event: change\ndata: {\"changes\":[";

std::string end_of(std::string_view id) { return fmt::format("]}}\nid: {}\n\n", id); }

}  // namespace

std::string Ring::id_of(std::uint64_t serial) const { return fmt::format("{}-{}", epoch_, serial); }

std::optional<std::uint64_t> Ring::parse_id(std::string_view id) const {
    if (!id.starts_with(epoch_)) return std::nullopt;
    id.remove_prefix(epoch_.size());
    if (!id.starts_with('-')) return std::nullopt;
    id.remove_prefix(1);
    std::uint64_t serial = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), serial);
    if (error != std::errc{} || end != id.data() + id.size()) return std::nullopt;
    return serial;
}

void Ring::add(std::span<const Change> changes) {
    for (const auto& change : changes) {
        if (open_text_.empty()) open_text_ = kBegin;
        if (!open_.parts.empty()) open_text_ += ',';
        const auto json = to_json(change);
        const bool of_a_dag = change.kind != Kind::window && change.kind != Kind::event;
        open_.parts.push_back(
            {of_a_dag ? change.dag_id : "", change.kind == Kind::catalog, open_text_.size(), json.size()});
        open_text_ += json;
        open_.through = change.serial;
        if (open_text_.size() >= kMessageBytes) end_message();
    }
    end_message();
}

void Ring::end_message() {
    if (open_.parts.empty()) return;
    open_text_ += end_of(id_of(open_.through));
    bytes_ += open_text_.size();
    written_ += open_text_.size();
    open_.text = std::make_shared<const std::string>(std::exchange(open_text_, {}));
    messages_.push_back(std::exchange(open_, {}));
    while (messages_.size() > kMostMessages || bytes_ > kMostRingBytes) drop_oldest();
}

void Ring::drop_oldest() {
    lost_through_ = std::max(lost_through_, messages_.front().through);
    bytes_ -= messages_.front().text->size();
    messages_.pop_front();
}

void Ring::lose(std::uint64_t through) {
    lost_through_ = std::max(lost_through_, through);
    while (!messages_.empty() && messages_.front().through <= lost_through_) drop_oldest();
}

Ring::Read Ring::read(std::uint64_t after, const DagFilter& filter) const {
    if (after < lost_through_) return {nullptr, after, true};
    auto message = std::ranges::upper_bound(messages_, after, {}, &Message::through);
    Read read{nullptr, after, false};
    if (message == messages_.end()) return read;
    if (filter.empty()) return {message->text, message->through, false};

    std::string text;
    for (; message != messages_.end() && text.size() < kMessageBytes; ++message) {
        read.through = message->through;
        for (const auto& part : message->parts) {
            if (!part.for_every_filter && !filter.contains(part.dag_id)) continue;
            text += text.empty() ? kBegin : ",";
            text += std::string_view{*message->text}.substr(part.at, part.length);
        }
    }
    if (text.empty()) return read;
    text += end_of(id_of(read.through));
    read.text = std::make_shared<const std::string>(std::move(text));
    return read;
}

}  // namespace weir::live
