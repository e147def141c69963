// A disk between a program and its files, by LD_PRELOAD: slow, broken, or such that losing power can be played afterwards.
//
//   WEIR_DISK_FILES   the beginning of the paths that it is for
//   WEIR_DISK_LOG     where it writes what each write, truncation and sync of them did; disk.py undoes what was not synced
//   WEIR_DISK_SLOW    milliseconds that each sync takes
//   WEIR_DISK_BROKEN  a file: while it exists, each sync is an I/O error
//
// A record of the log: what ('w': it had other bytes or another size, 's': synced), its file's path, the offset and bytes
// that were there, the size that it had.
#undef _FILE_OFFSET_BITS  // or pwrite would be pwrite64; both are wanted
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

const char* setting(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

// Empty: not one of those that this disk is for.
std::string path_of(int fd) {
    static const std::string files = setting("WEIR_DISK_FILES");
    char path[4096];
    const auto size = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path, sizeof(path));
    if (files.empty() || size <= 0) return {};
    std::string name(path, static_cast<std::size_t>(size));
    return name.starts_with(files) ? name : std::string{};
}

void put(std::string& out, std::uint64_t number) {
    for (int i = 0; i < 8; ++i, number >>= 8) out.push_back(static_cast<char>(number & 0xff));
}

void log(char what, const std::string& path, std::uint64_t offset, const std::string& bytes, std::uint64_t size) {
    static const int file = ::open(setting("WEIR_DISK_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    std::string record(1, what);
    for (const auto& text : {path, bytes}) {
        put(record, text.size());
        record += text;
    }
    put(record, offset);
    put(record, size);
    // Not through write(), which is ours.
    if (::syscall(SYS_write, file, record.data(), record.size()) != static_cast<long>(record.size())) std::abort();
}

void log_before(int fd, const std::string& path, std::uint64_t offset, std::size_t length) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) std::abort();
    // The program's own descriptor may not be one to read by.
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    std::string bytes(length, '\0');
    const auto got = ::pread(file, bytes.data(), length, static_cast<off_t>(offset));
    bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    ::close(file);
    log('w', path, offset, bytes, static_cast<std::uint64_t>(status.st_size));
}

ssize_t write_at(int fd, const void* data, std::size_t size, off_t offset) {
    if (const auto path = path_of(fd); !path.empty()) log_before(fd, path, static_cast<std::uint64_t>(offset), size);
    return ::syscall(SYS_pwrite64, fd, data, size, offset);
}

int truncate_to(int fd, off_t size) {
    struct stat status {};
    if (const auto path = path_of(fd); !path.empty() && ::fstat(fd, &status) == 0 && status.st_size > size)
        log_before(fd, path, static_cast<std::uint64_t>(size), static_cast<std::size_t>(status.st_size - size));
    return static_cast<int>(::syscall(SYS_ftruncate, fd, size));
}

int sync(int fd, long number) {
    const auto path = path_of(fd);
    if (path.empty()) return static_cast<int>(::syscall(number, fd));
    if (const auto* broken = setting("WEIR_DISK_BROKEN"); *broken != '\0' && ::access(broken, F_OK) == 0) {
        errno = EIO;
        return -1;
    }
    ::usleep(static_cast<useconds_t>(1000 * std::atoi(setting("WEIR_DISK_SLOW"))));
    const int done = static_cast<int>(::syscall(number, fd));
    if (done == 0) log('s', path, 0, {}, 0);
    return done;
}

}  // namespace

extern "C" {
ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) { return write_at(fd, data, size, offset); }
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t offset) { return write_at(fd, data, size, offset); }
int ftruncate(int fd, off_t size) noexcept { return truncate_to(fd, size); }
int ftruncate64(int fd, off64_t size) noexcept { return truncate_to(fd, size); }
int fsync(int fd) { return sync(fd, SYS_fsync); }
int fdatasync(int fd) { return sync(fd, SYS_fdatasync); }
}
