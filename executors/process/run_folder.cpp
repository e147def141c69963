#include "executors/process/run_folder.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace weir::process {
namespace {

constexpr mode_t kMode = 0750;

// ext4 puts what is in a folder near to it on the disk. The runs of a DAG have nothing to do with each other, and in one place
// they are in each other's way: a new log must be found a place among all the others, past those that were just removed. Marked
// as the top of a hierarchy, a folder has its own folders spread over the disk. Other file systems do not know the mark, and
// need none.
void spread_what_is_in(const std::string& folder) {
    const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) return;
    int flags = 0;
    if (::ioctl(file, FS_IOC_GETFLAGS, &flags) == 0) {
        flags |= FS_TOPDIR_FL;
        (void)::ioctl(file, FS_IOC_SETFLAGS, &flags);
    }
    ::close(file);
}

}  // namespace

std::string run_folder_of(const core::Launch& launch, const std::string& log_path) {
    return log_path.substr(0, log_path.size() - launch.log_path.size()) + launch.dag_id + '/' + launch.run_id;
}

void make_run_folder(const std::string& folder) {
    if (::mkdir(folder.c_str(), kMode) == 0 || errno != ENOENT) return;
    const auto of_dag = std::filesystem::path(folder).parent_path().string();
    std::error_code ignored;
    std::filesystem::create_directories(of_dag, ignored);
    spread_what_is_in(of_dag);
    ::mkdir(folder.c_str(), kMode);
}

}  // namespace weir::process
