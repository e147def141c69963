// The keys of a SCAN, each once, whatever their number. SCAN may return a key twice when the server's table is resized
// meanwhile (redis.io, SCAN: "it is up to the application to handle the case of duplicated elements"). Few keys stay in
// memory; many go by hash into partitions of one unnamed file, and only one partition at a time is read back and
// sorted, so that memory grows with a 256th of the keys.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "executors/connectors/file.hpp"
#include "scheduler/model/result.hpp"

namespace weir::connectors {

class KeySpool {
   public:
    static constexpr std::size_t kPartitions = 256;
    static constexpr std::size_t kInMemory = 1U << 20;  // bytes of keys before anything goes to disk
    static constexpr std::size_t kChunk = 8U << 10;     // bytes a partition gathers before it writes

    // `folder` gets the file, should one be needed.
    explicit KeySpool(std::filesystem::path folder) : folder_(std::move(folder)) {}

    [[nodiscard]] model::Result<void> add(std::string_view key);
    // After the last add: hands out the unique keys, a part at a time; false when there are no more.
    // The views live until the next call.
    [[nodiscard]] model::Result<bool> next(std::vector<std::string_view>& keys);

   private:
    struct Chunk {
        std::uint64_t offset;
        std::size_t length;
    };
    struct Partition {
        std::string waiting;
        std::vector<Chunk> written;
    };
    [[nodiscard]] model::Result<void> spill();
    [[nodiscard]] model::Result<void> write(Partition& partition);

    std::filesystem::path folder_;
    std::string in_memory_;  // records: four bytes of length, then the key
    std::vector<Partition> partitions_;
    File file_;
    std::uint64_t file_size_ = 0;
    std::size_t next_partition_ = 0;
    std::string reading_;
};

}  // namespace weir::connectors
