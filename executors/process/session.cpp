#include "executors/process/session.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "executors/process/launch_record.hpp"
#include "executors/process/outputs.hpp"
#include "executors/process/run_folder.hpp"
#include "executors/process/start.hpp"
#include "executors/wire/failpoint.hpp"

namespace weir::process {
namespace {

using namespace std::chrono_literals;

constexpr auto kFirstPause = 5ms;
constexpr auto kStartingPause = 40ms;  // at most, while our supervisor is starting
constexpr auto kLongestPause = 2000ms;
constexpr auto kShortagePause = 1000ms;
constexpr auto kStopPatience = 3000ms;
constexpr int kUnusableOutputs =
    65;  // the exit code of a task that ended well but for its outputs; EX_DATAERR of sysexits.h

std::uint64_t now_as_epoch() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(since).count());
}

core::TryExited to_input(const wire::Exited& exited, Outputs outputs) {
    core::TryExited input;
    input.id = model::TryId{exited.try_id};
    input.at = exited.at;
    (exited.signal == 0 ? input.exit_code : input.signal) = exited.signal == 0 ? exited.exit_code : exited.signal;
    input.timed_out = exited.ended_by == wire::EndedBy::timeout;
    input.detail = exited.detail;
    if (exited.signal == SIGKILL && exited.ended_by == wire::EndedBy::itself)
        input.detail = "not sent by Weir; the kernel does this when memory runs out";

    input.outputs = std::move(outputs.values);
    if (outputs.problem.empty()) return input;
    input.detail += (input.detail.empty() ? "" : "; ") + outputs.problem;
    // The tasks after it would work with values that are missing.
    if (input.exit_code == 0) input.exit_code = kUnusableOutputs;
    return input;
}

}  // namespace

Session::Session(boost::asio::io_context& io, ProcessOptions options, ports::ReportSink sink)
    : io_(io),
      options_(std::move(options)),
      renderer_(options_),
      sink_(std::move(sink)),
      epoch_(now_as_epoch()),
      timer_(io),
      pause_(kFirstPause) {}

void Session::connect() {
    if (stopping_ || connection_) return;
    reap_supervisor();
    if (auto connection = Connection::open(io_, options_.data_folder)) return connected(std::move(connection));
    start_supervisor_if_none();
    connect_later();
}

void Session::start_supervisor_if_none() {
    if (supervisor_ != 0) return;
    const auto started = start_supervisor(options_.weir_program, options_.data_folder);
    if (started) {
        supervisor_ = *started;
    } else {
        note(started.error().message);
    }
}

void Session::connect_later() {
    const auto longest = supervisor_ != 0 ? kStartingPause : std::chrono::milliseconds(kLongestPause);
    timer_.expires_after(std::min(pause_, longest));
    pause_ = std::min(2 * pause_, std::chrono::milliseconds(kLongestPause));
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error) self->connect();
    });
}

void Session::connected(std::shared_ptr<Connection> connection) {
    connection_ = std::move(connection);
    connection_->start(
        [self = weak_from_this()](const wire::Report& report) {
            if (const auto session = self.lock()) session->obey(report);
        },
        [self = weak_from_this()] {
            if (const auto session = self.lock()) session->disconnected();
        });
    (void)connection_->send(wire::Hello{wire::kVersion, epoch_});  // a few bytes: it always fits
}

void Session::disconnected() {
    if (welcome_ && !stopping_) note("lost the connection to the supervisor; connecting again");
    connection_.reset();
    welcome_.reset();
    if (stopping_) return finish_stop();
    connect_later();
}

void Session::obey(const wire::Report& report) {
    struct Visitor {
        Session& self;
        void operator()(const wire::Welcome& welcome) const { self.welcome(welcome); }
        void operator()(const wire::Started& started) const {
            failpoint("session.started");
            self.tell(core::TryStarted{model::TryId{started.try_id}, started.pid, started.at});
        }
        void operator()(const wire::Exited& exited) const {
            failpoint("session.exited");
            self.exited(exited);
        }
        void operator()(const wire::Refused& refused) const {
            self.tell(core::TryRefused{model::TryId{refused.try_id}, refused.shortage, refused.reason});
        }
        void operator()(const wire::Lost& lost) const {
            self.tell(core::TryLost{model::TryId{lost.try_id}, lost.reason});
        }
        void operator()(const wire::Listed& listed) const {
            failpoint("session.listed");
            if (!self.welcome_) return;
            core::ExecutorListed input{"process", self.welcome_->epoch, self.welcome_->boot_id, {}};
            for (const auto try_id : listed.tries) input.known.push_back(model::TryId{try_id});
            self.tell(std::move(input));
        }
    };
    std::visit(Visitor{*this}, report);
}

void Session::exited(const wire::Exited& exited) {
    auto outputs = read_outputs(exited.output_path);
    if (!outputs.shortage) return tell(to_input(exited, std::move(outputs)));
    // The task did its work, and must not fail for what the daemon lacks. Until it is told, its exit isn't acknowledged.
    note("the exit of try " + std::to_string(exited.try_id) + " has to wait: " + outputs.problem);
    const auto timer = std::make_shared<boost::asio::steady_timer>(io_, kShortagePause);
    timer->async_wait([self = shared_from_this(), timer, exited](const boost::system::error_code& error) {
        if (!error && self->welcome_) self->exited(exited);
    });
}

void Session::welcome(const wire::Welcome& welcome) {
    if (welcome.version != wire::kVersion) {
        note("the supervisor that runs (process " + std::to_string(welcome.pid) +
             ") belongs to another version of Weir. " +
             "Let its tasks end, then end it with SIGTERM; a new one is started by itself");
        return;  // it closes the connection
    }
    failpoint("session.welcomed");
    welcome_ = welcome;
    pause_ = kFirstPause;
    last_note_.clear();
    if (options_.trouble) options_.trouble({});
}

void Session::launch(const std::vector<core::Launch>& launches) {
    if (!welcome_) return;
    for (const auto& launch : launches) {
        // Decided before the core knew of this supervisor: by now it may count the try as lost and run another.
        if (!launch.epoch.empty() && launch.epoch != welcome_->epoch) continue;
        const auto rendered = renderer_.render(launch);
        if (!rendered) {
            tell(core::TryRefused{launch.id, false, rendered.error().message});
            continue;
        }
        const auto folder = run_folder_of(launch, rendered->log_path);
        make_run_folder(folder);
        failpoint("session.before_launch");
        if (!connection_->send(*rendered)) {
            tell(core::TryRefused{launch.id, false,
                                  "its arguments, environment and settings take more than " +
                                      std::to_string(wire::kMaxFrame >> 20) + " MiB"});
        }
        failpoint("session.after_launch");
        if (!launch.deliver) keep_launch_record(launch, folder);  // while the supervisor starts it
        if (!connection_) return;                                 // lost while sending
    }
}

void Session::kill(const std::vector<model::TryId>& tries) {
    for (const auto id : tries)
        if (welcome_) (void)connection_->send(wire::Kill{id.value});
}

void Session::acknowledge(const std::vector<model::TryId>& tries) {
    failpoint("session.before_ack");
    for (const auto id : tries)
        if (welcome_) (void)connection_->send(wire::Ack{id.value});
    failpoint("session.after_ack");
}

void Session::stop(bool with_supervisor) {
    if (std::exchange(stopping_, true)) return;
    timer_.cancel();
    if (!connection_) return finish_stop();
    timer_.expires_after(kStopPatience);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error) self->finish_stop();
    });
    if (with_supervisor) {
        // It closes the connection when it ends.
        (void)connection_->send(wire::Shutdown{});
    } else {
        connection_->when_written([self = shared_from_this()] { self->finish_stop(); });
    }
}

void Session::finish_stop() {
    timer_.cancel();
    welcome_.reset();
    // Out of the member first: closing may call back into here.
    if (const auto connection = std::exchange(connection_, nullptr)) connection->close();
    reap_supervisor();
}

void Session::reap_supervisor() {
    int status = 0;
    if (supervisor_ == 0 || ::waitpid(supervisor_, &status, WNOHANG) != supervisor_) return;
    supervisor_ = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
    note("the supervisor ended" +
         (WIFSIGNALED(status) ? " by signal " + std::to_string(WTERMSIG(status))
                              : " with exit code " + std::to_string(WEXITSTATUS(status))) +
         "; see " + (options_.data_folder / wire::kSupervisorLogName).string());
}

void Session::tell(core::Input input) {
    if (!silent_) sink_(std::move(input));
}

void Session::note(const std::string& words) {
    // An attempt every two seconds would say the same each time.
    if (words == last_note_) return;
    last_note_ = words;
    if (options_.note) options_.note(words);
    if (options_.trouble && !welcome_) options_.trouble(words);
}

}  // namespace weir::process
