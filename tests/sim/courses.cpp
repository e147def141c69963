#include "tests/sim/courses.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace weir::sim {

namespace {

// Of the processor's time. A course takes a tenth of a second.
constexpr timeval kLongestCourse{20, 0};

[[noreturn]] void throw_errno(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

// What the child tells: in memory that both see, since who aborts says no goodbye.
struct Progress {
    std::size_t passed = 0;
    Tally tally;
};

class SharedProgress {
   public:
    SharedProgress()
        : memory_(::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
        if (memory_ == MAP_FAILED) throw_errno("mmap");
        new (memory_) Progress;
    }
    SharedProgress(const SharedProgress&) = delete;
    SharedProgress& operator=(const SharedProgress&) = delete;
    ~SharedProgress() { ::munmap(memory_, sizeof(Progress)); }
    Progress& operator*() const { return *static_cast<Progress*>(memory_); }

   private:
    void* memory_;
};

// What the child writes to stderr: the words of its failure, whoever has them.
class Words {
   public:
    Words() : file_(::memfd_create("words", MFD_CLOEXEC)) {
        if (file_ < 0) throw_errno("memfd_create");
    }
    Words(const Words&) = delete;
    Words& operator=(const Words&) = delete;
    ~Words() { ::close(file_); }
    void become_stderr() const {
        if (::dup2(file_, STDERR_FILENO) < 0) throw_errno("dup2");
    }
    [[nodiscard]] std::string read() const {
        std::string text;
        std::array<char, 4096> part;
        for (ssize_t length; (length = ::pread(file_, part.data(), part.size(), static_cast<off_t>(text.size()))) > 0;)
            text.append(part.data(), static_cast<std::size_t>(length));
        while (text.ends_with('\n')) text.pop_back();
        return text;
    }

   private:
    int file_;
};

void limit_course() {
    const itimerval limit{{}, kLongestCourse};
    ::setitimer(ITIMER_PROF, &limit, nullptr);  // its signal ends the child
}

// In the child. False when a plan fails; its words are on stderr.
bool play_here(std::span<const Plan> plans, Progress& progress) {
    try {
        for (const auto& plan : plans) {
            limit_course();
            Simulation simulation(plan);
            simulation.run();
            progress.tally += simulation.tally();
            ++progress.passed;
        }
        return true;
    } catch (const Violation& violation) {
        fmt::print(stderr, "{}\n", violation.words);
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
    }
    return false;
}

std::string words_of_end(int status) {
    if (!WIFSIGNALED(status) || WTERMSIG(status) == SIGABRT) return "";
    if (WTERMSIG(status) == SIGPROF) return fmt::format("does not end within {} s", kLongestCourse.tv_sec);
    return fmt::format("ended by SIG{}", sigabbrev_np(WTERMSIG(status)));
}

int wait_for(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR) throw_errno("waitpid");
    return status;
}

bool fails_too(Failure& failure, const Plan& plan) {
    auto outcome = play({&plan, 1});
    if (!outcome.failure) return false;
    failure = std::move(*outcome.failure);
    return true;
}

}  // namespace

Outcome play(std::span<const Plan> plans) {
    const SharedProgress progress;
    const Words words;
    std::fflush(nullptr);
    const auto child = ::fork();
    if (child < 0) throw_errno("fork");
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        words.become_stderr();
        ::_exit(play_here(plans, *progress) ? 0 : 1);
    }
    const auto status = wait_for(child);
    Outcome outcome{(*progress).passed, std::nullopt, (*progress).tally};
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return outcome;
    auto text = words.read();
    if (const auto end = words_of_end(status); !end.empty()) text = text.empty() ? end : end + "\n" + text;
    outcome.failure = Failure{plans[outcome.passed], std::move(text)};
    return outcome;
}

Failure smaller(Failure failure) {
    for (const auto fault : kAllFaults) {
        auto plan = failure.plan;
        plan.without |= 1U << static_cast<int>(fault);
        if (plan.without != failure.plan.without) fails_too(failure, plan);
    }
    for (int Plan::*size : {&Plan::tasks, &Plan::steps})
        for (int step = failure.plan.*size / 2; step > 0;) {
            auto plan = failure.plan;
            plan.*size -= step;
            if (plan.*size <= 0 || !fails_too(failure, plan)) step /= 2;
        }
    return failure;
}

}  // namespace weir::sim
