// Files without half-written states: system calls with EINTR, CLOEXEC and errno dealt with, and errors in words.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "scheduler/model/result.hpp"

namespace weir::connectors {

class File {
   public:
    File() = default;
    ~File();
    File(File&& other) noexcept;
    File& operator=(File&& other) noexcept;

    [[nodiscard]] static model::Result<File> open_to_read(const std::filesystem::path& path);
    // Created or emptied.
    [[nodiscard]] static model::Result<File> open_to_write(const std::filesystem::path& path);
    // Has no name, so that whatever ends the process, nothing is left of it.
    [[nodiscard]] static model::Result<File> unnamed(const std::filesystem::path& folder);

    [[nodiscard]] model::Result<void> write(std::string_view bytes);
    // Up to buffer.size() bytes; 0 at the end.
    [[nodiscard]] model::Result<std::size_t> read(std::span<char> buffer);
    // Exactly buffer.size() bytes.
    [[nodiscard]] model::Result<void> read_at(std::uint64_t offset, std::span<char> buffer);
    [[nodiscard]] model::Result<void> sync();
    // Gives an unnamed file its name in its own folder, instead of whatever is there.
    [[nodiscard]] model::Result<void> replace(const std::filesystem::path& target);

    [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

   private:
    File(int descriptor, std::filesystem::path path) : descriptor_(descriptor), path_(std::move(path)) {}
    [[nodiscard]] model::Error failed(std::string_view what) const;

    int descriptor_ = -1;
    std::filesystem::path path_;       // as told to users
    std::filesystem::path temporary_;  // where the file system knows no unnamed files: a name to remove
};

// "cannot write out/report.csv: the disk is full; free space on it"
[[nodiscard]] model::Error file_error(std::string_view what, const std::filesystem::path& path, int error);

}  // namespace weir::connectors
