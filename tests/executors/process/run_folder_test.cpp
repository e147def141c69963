#include "executors/process/run_folder.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/temporary_folder.hpp"

using namespace weir;
using namespace weir::process;

TEST_CASE("a run's logs lie in the log folder, by DAG and run") {
    core::Launch launch;
    launch.dag_id = "etl";
    launch.run_id = "r1";
    launch.log_path = "etl/r1/load.foreach/3.1.log";
    CHECK(run_folder_of(launch, "/var/lib/weir/logs/" + launch.log_path) == "/var/lib/weir/logs/etl/r1");
}

TEST_CASE("a run's folder is made with those above it, and may be there already") {
    const weir::test::TemporaryFolder logs;
    const auto folder = logs.path() / "logs/etl/r1";
    make_run_folder(folder);
    make_run_folder(folder);
    CHECK(std::filesystem::is_directory(folder));
}

TEST_CASE("on a file system that can, the runs of a DAG are spread over the disk") {
    const weir::test::TemporaryFolder logs;
    int flags = 0;
    const auto flags_of = [&flags](const std::filesystem::path& folder) {
        const int file = ::open(folder.c_str(), O_RDONLY | O_CLOEXEC);
        const bool has_flags = ::ioctl(file, FS_IOC_GETFLAGS, &flags) == 0;
        ::close(file);
        return has_flags;
    };
    make_run_folder(logs.path() / "etl/r1");
    const bool is_ext = flags_of(logs.path()) && (flags & FS_EXTENT_FL) != 0;
    if (is_ext) {
        REQUIRE(flags_of(logs.path() / "etl"));
        CHECK((flags & FS_TOPDIR_FL) != 0);
    }
    CHECK(std::filesystem::is_directory(logs.path() / "etl/r1"));
}
