#include "executors/supervisor/supervise.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "executors/supervisor/peers.hpp"
#include "executors/supervisor/proc.hpp"
#include "executors/supervisor/tasks.hpp"
#include "executors/wire/priority.hpp"

namespace weir::supervisor {
namespace {

constexpr rlim_t kMaxFiles = 1u << 20;  // a running task takes one, for its log

int fail(const std::string& what) {
    const int error = errno;
    std::fprintf(stderr, "weir supervise: %s: %s\n", what.c_str(), words_of_error(error).c_str());
    return 1;
}

// Away from the terminal, the files and the signal settings of whoever started us.
void detach() {
    ::setsid();  // fails only where it has been done already
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    // The daemon's sockets among them: kept open here, they would keep its port taken after it is gone.
    ::close_range(3, ~0U, 0);
    const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (null) ::dup2(null.get(), STDIN_FILENO);
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGXFSZ, SIG_IGN);  // a journal at the file size limit is an errno, not a death
}

UniqueFd watch_signals() {
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&signals, number);
    ::sigprocmask(SIG_SETMASK, &signals, nullptr);
    return UniqueFd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

// Returns the limit as it was, for the tasks.
rlimit raise_file_limit() {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    rlimit raised = files;
    raised.rlim_cur = std::min(files.rlim_max, kMaxFiles);
    ::setrlimit(RLIMIT_NOFILE, &raised);
    return files;
}

std::string new_epoch() {
    unsigned char bytes[8] = {};
    if (::getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes)) std::perror("weir supervise: getrandom");
    std::string epoch;
    for (const auto byte : bytes) {
        char digits[3];
        std::snprintf(digits, sizeof(digits), "%02x", byte);
        epoch += digits;
    }
    return epoch;
}

// One and the same for every supervisor of this folder, and no other folder's, by whatever path it is reached.
std::string name_of(const UniqueFd& folder) {
    struct stat status {};
    if (::fstat(folder.get(), &status) != 0) std::perror("weir supervise: fstat");
    return std::to_string(status.st_dev) + '-' + std::to_string(status.st_ino);
}

struct Signals {
    bool child = false;
    bool stop = false;
};
Signals take_signals(const UniqueFd& source) {
    Signals taken;
    signalfd_siginfo info{};
    while (::read(source.get(), &info, sizeof(info)) == sizeof(info))
        (info.ssi_signo == SIGCHLD ? taken.child : taken.stop) = true;
    return taken;
}

int milliseconds_until(std::optional<Clock::time_point> time) {
    if (!time) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*time - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

class Supervisor {
   public:
    Supervisor(UniqueFd signals, UniqueFd listener, wire::Welcome welcome, Journal journal, std::string folder,
               rlimit files, std::chrono::milliseconds idle_exit)
        : signals_(std::move(signals)),
          idle_exit_(idle_exit),
          tasks_(std::move(journal), std::move(folder), welcome.epoch, files,
                 [this](const wire::Report& report) { peers_.report(report); }),
          peers_(std::move(listener), welcome, [this](const wire::Command& command) { obey(command); }) {}

    int run() {
        if (!tasks_.recover()) return fail("can't read or write the journal");
        while (!may_end()) {
            // A handful of descriptors however many tasks there are, so poll() serves.
            auto ready = peers_.watched();
            ready.push_back({signals_.get(), POLLIN, 0});
            if (::poll(ready.data(), ready.size(), milliseconds_until(next_time())) < 0 && errno != EINTR)
                return fail("poll");
            const auto taken = take_signals(signals_);
            if (taken.stop) {
                stopping_ = true;
                tasks_.stop();
            }
            if (taken.child) tasks_.reap();
            peers_.handle(ready);
            tasks_.on_time(Clock::now());
            peers_.flush();
        }
        return 0;
    }

   private:
    void obey(const wire::Command& command) {
        struct Visitor {
            Supervisor& self;
            void operator()(const wire::Hello&) const { self.tasks_.repeat_all(); }
            void operator()(const wire::Launch& launch) const {
                self.ending_when_idle_ = false;
                self.tasks_.launch(launch);
            }
            void operator()(const wire::Kill& kill) const { self.tasks_.kill(kill.try_id); }
            void operator()(const wire::Ack& ack) const { self.tasks_.acknowledge(ack.try_id); }
            void operator()(const wire::List&) const { self.tasks_.list(); }
            void operator()(const wire::Shutdown&) const { self.ending_when_idle_ = true; }
        };
        std::visit(Visitor{*this}, command);
    }

    bool may_end() {
        if (stopping_) return !tasks_.running();
        if (peers_.has_daemon()) {
            idle_since_.reset();
            return ending_when_idle_ && tasks_.empty();
        }
        if (!tasks_.may_be_left()) {
            idle_since_.reset();
            return false;
        }
        if (!idle_since_) idle_since_ = Clock::now();
        return ending_when_idle_ || Clock::now() >= *idle_since_ + idle_exit_;
    }

    std::optional<Clock::time_point> next_time() const {
        auto next = tasks_.next_time();
        if (idle_since_ && (!next || *idle_since_ + idle_exit_ < *next)) next = *idle_since_ + idle_exit_;
        return next;
    }

    UniqueFd signals_;
    const std::chrono::milliseconds idle_exit_;
    bool stopping_ = false;
    bool ending_when_idle_ = false;
    std::optional<Clock::time_point> idle_since_;
    Tasks tasks_;
    Peers peers_;
};

}  // namespace

int supervise(const Options& options) {
    detach();
    come_first();
    const UniqueFd folder(::open(options.data_folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder) return fail("can't open the data folder " + options.data_folder);
    if (::chdir("/") != 0) return fail("can't enter /");

    const UniqueFd lock(::openat(folder.get(), wire::kLockName.data(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock) return fail("can't open " + options.data_folder + '/' + std::string(wire::kLockName));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return fail("can't lock " + options.data_folder);
        std::fprintf(stderr, "weir supervise: another supervisor works in %s\n", options.data_folder.c_str());
        return 0;
    }

    auto signals = watch_signals();
    if (!signals) return fail("signalfd");
    auto listener = listen_in(folder.get());
    if (!listener) return fail("can't listen on " + options.data_folder + '/' + std::string(wire::kSocketName));
    const wire::Welcome welcome{wire::kVersion, new_epoch(), boot_id(), ::getpid()};
    Supervisor supervisor(std::move(signals), std::move(listener), welcome, Journal(folder.get()), name_of(folder),
                          raise_file_limit(), options.idle_exit);
    const int code = supervisor.run();
    ::unlinkat(folder.get(), wire::kSocketName.data(), 0);
    return code;
}

}  // namespace weir::supervisor
