#include "executors/connectors/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace weir::connectors {
namespace {

using model::Error;
using model::ErrorKind;
using model::Result;

template <class Call>
auto retried(Call call) {  // system calls that a signal interrupts are made again
    auto result = call();
    while (result < 0 && errno == EINTR) result = call();
    return result;
}

std::string_view file_remedy(int error) {
    switch (error) {
        case ENOENT:
            return "; relative paths start at the DAG file's folder, or at the task's `workdir`";
        case EACCES:
        case EPERM:
            return "; let the user that Weir runs as do this";
        case ENOSPC:
            return "; free space on that disk";
        case EDQUOT:
            return "; the disk quota of this user is used up";
        case EFBIG:
            return "; the file would be larger than this process may write (ulimit -f)";
        case EROFS:
            return "; that disk is mounted read-only";
        default:
            return "";
    }
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
}

}  // namespace

Error file_error(std::string_view what, const std::filesystem::path& path, int error) {
    const auto kind = error == ENOENT ? ErrorKind::not_found : ErrorKind::internal;
    return {kind, fmt::format("cannot {} {}: {}{}", what, path.string(), std::strerror(error), file_remedy(error))};
}

File::~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}
File::File(File&& other) noexcept { *this = std::move(other); }
File& File::operator=(File&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(path_, other.path_);
    std::swap(temporary_, other.temporary_);
    return *this;
}

Error File::failed(std::string_view what) const { return file_error(what, path_, errno); }

Result<File> File::open_to_read(const std::filesystem::path& path) {
    File file(retried([&path] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }), path);
    if (!file.is_open()) return file.failed("read");
    struct stat status {};
    if (::fstat(file.descriptor_, &status) == 0 && S_ISDIR(status.st_mode)) return file_error("read", path, EISDIR);
    return file;
}

Result<File> File::open_to_write(const std::filesystem::path& path) {
    File file(retried([&path] { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666); }), path);
    if (!file.is_open()) return file.failed("write");
    return file;
}

Result<File> File::unnamed(const std::filesystem::path& folder) {
    File file(retried([&folder] { return ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666); }), folder);
    if (file.is_open()) return file;
    if (errno != EOPNOTSUPP && errno != EISDIR) return file.failed("write a temporary file in");
    file.temporary_ = folder / fmt::format(".weir-{}-{}", ::getpid(), static_cast<const void*>(&file));
    file.descriptor_ =
        retried([&file] { return ::open(file.temporary_.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666); });
    if (!file.is_open()) return file.failed("write a temporary file in");
    return file;
}

Result<void> File::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = retried([this, bytes] { return ::write(descriptor_, bytes.data(), bytes.size()); });
        if (count < 0) return failed("write");
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

Result<std::size_t> File::read(std::span<char> buffer) {
    const auto count = retried([this, buffer] { return ::read(descriptor_, buffer.data(), buffer.size()); });
    if (count < 0) return failed("read");
    return static_cast<std::size_t>(count);
}

Result<void> File::read_at(std::uint64_t offset, std::span<char> buffer) {
    while (!buffer.empty()) {
        const auto count = retried([this, buffer, offset] {
            return ::pread(descriptor_, buffer.data(), buffer.size(), static_cast<off_t>(offset));
        });
        if (count <= 0) return failed("read back");
        buffer = buffer.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return {};
}

Result<void> File::sync() {
    if (retried([this] { return ::fsync(descriptor_); }) != 0) return failed("sync");
    return {};
}

Result<void> File::replace(const std::filesystem::path& target) {
    path_ = target;
    if (temporary_.empty()) {
        // An unnamed file can only be linked to a free name; the name is taken for the moment until the rename.
        const auto name = folder_of(target) / fmt::format(".{}.{}.tmp", target.filename().string(), ::getpid());
        ::unlink(name.c_str());
        const auto self = fmt::format("/proc/self/fd/{}", descriptor_);
        if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0) return failed("name");
        temporary_ = name;
    }
    struct stat old {};
    if (::stat(target.c_str(), &old) == 0) ::fchmod(descriptor_, old.st_mode & 07777);
    if (::rename(temporary_.c_str(), target.c_str()) != 0) return failed("replace");
    temporary_.clear();
    // The rename is on disk once the folder is.
    const int folder = ::open(folder_of(target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return failed("sync the folder of");
    const int synced = ::fsync(folder);
    ::close(folder);
    if (synced != 0) return failed("sync the folder of");
    return {};
}

}  // namespace weir::connectors
