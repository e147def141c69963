#include "executors/connectors/key_spool.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

namespace weir::connectors {
namespace {

using model::Result;

void append_record(std::string& records, std::string_view key) {
    const auto length = static_cast<std::uint32_t>(key.size());  // Redis keys are at most 512 MB
    records.append(reinterpret_cast<const char*>(&length), sizeof length);
    records.append(key);
}

std::string_view take_record(std::string_view& records) {
    std::uint32_t length = 0;
    std::memcpy(&length, records.data(), sizeof length);
    const auto key = records.substr(sizeof length, length);
    records.remove_prefix(sizeof length + length);
    return key;
}

void unique_keys(std::string_view records, std::vector<std::string_view>& keys) {
    keys.clear();
    while (!records.empty()) keys.push_back(take_record(records));
    std::ranges::sort(keys);
    keys.erase(std::ranges::unique(keys).begin(), keys.end());
}

}  // namespace

Result<void> KeySpool::add(std::string_view key) {
    if (partitions_.empty()) {
        append_record(in_memory_, key);
        if (in_memory_.size() <= kInMemory) return {};
        return spill();
    }
    auto& partition = partitions_[std::hash<std::string_view>{}(key) % kPartitions];
    append_record(partition.waiting, key);
    if (partition.waiting.size() < kChunk) return {};
    return write(partition);
}

Result<void> KeySpool::spill() {
    auto file = File::unnamed(folder_);
    if (!file) return file.error();
    file_ = std::move(*file);
    partitions_.resize(kPartitions);
    std::string_view records = in_memory_;
    while (!records.empty())
        if (const auto added = add(take_record(records)); !added) return added;
    in_memory_ = {};
    return {};
}

Result<void> KeySpool::write(Partition& partition) {
    if (const auto written = file_.write(partition.waiting); !written) return written;
    partition.written.push_back({file_size_, partition.waiting.size()});
    file_size_ += partition.waiting.size();
    partition.waiting.clear();
    return {};
}

Result<bool> KeySpool::next(std::vector<std::string_view>& keys) {
    keys.clear();
    if (partitions_.empty()) {
        if (next_partition_++ > 0) return false;
        unique_keys(in_memory_, keys);
        return true;
    }
    if (next_partition_ == kPartitions) return false;
    auto& partition = partitions_[next_partition_++];
    reading_ = std::exchange(partition.waiting, {});
    for (const auto& chunk : partition.written) {
        const auto start = reading_.size();
        reading_.resize(start + chunk.length);
        if (const auto read = file_.read_at(chunk.offset, {reading_.data() + start, chunk.length}); !read)
            return read.error();
    }
    unique_keys(reading_, keys);
    return true;
}

}  // namespace weir::connectors
