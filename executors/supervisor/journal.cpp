#include "executors/supervisor/journal.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "executors/wire/bytes.hpp"
#include "executors/wire/codec.hpp"
#include "executors/wire/failpoint.hpp"

namespace weir::supervisor {
namespace {

constexpr std::uint64_t kRewriteFrom = 1u << 20;  // bytes; below, a rewrite isn't worth its time
constexpr std::size_t kMaxJournal = 256u << 20;   // read at start; the in-flight bound keeps it far below
constexpr std::uint8_t kJournalVersion = 2;

// Ends are kept as the reports that they will be sent as.
enum class Kind : std::uint8_t { header, launching, begun, report, forgotten, last = forgotten };

std::string header_body(const std::string& pid_world) {
    std::string body;
    wire::Writer writer(body);
    writer.put(Kind::header);
    writer.put(kJournalVersion);
    writer.put(pid_world);
    return body;
}

std::string launching_body(const TryRecord& record) {
    std::string body;
    wire::Writer writer(body);
    writer.put(Kind::launching);
    writer.put(record.try_id);
    writer.put(record.token);
    writer.put(record.output_path);
    return body;
}

std::string begun_body(std::int64_t try_id, const Begun& begun) {
    std::string body;
    wire::Writer writer(body);
    writer.put(Kind::begun);
    writer.put(try_id);
    writer.put(begun.pid);
    writer.put(begun.start_ticks);
    writer.put(begun.at);
    return body;
}

std::string forgotten_body(std::int64_t try_id) {
    std::string body;
    wire::Writer writer(body);
    writer.put(Kind::forgotten);
    writer.put(try_id);
    return body;
}

std::string report_body(const wire::Report& report) {
    std::string body;
    wire::Writer writer(body);
    writer.put(Kind::report);
    std::string frame;
    // Exits and losses hold a path and a few words: far below the bound of a frame.
    if (wire::append_frame(frame, report)) body += frame.substr(sizeof(std::uint32_t));
    return body;
}

// FNV-1a: against a page that was written to half or a disk that lies, not against people.
std::uint32_t checksum_of(std::string_view bytes) {
    std::uint32_t sum = 2166136261u;
    for (const unsigned char byte : bytes) sum = (sum ^ byte) * 16777619u;
    return sum;
}

// A record is the length of its body, the body's checksum, and the body.
constexpr std::size_t kLengthBytes = sizeof(std::uint32_t);
constexpr std::size_t kHeadBytes = kLengthBytes + sizeof(std::uint32_t);
void append_record(std::string& out, const std::string& body) {
    wire::Writer writer(out);
    writer.put(static_cast<std::uint32_t>(body.size()));
    writer.put(checksum_of(body));
    out += body;
}

void apply_report(TryRecords& tries, const wire::Report& report) {
    if (const auto* exited = std::get_if<wire::Exited>(&report)) {
        tries[exited->try_id].end = *exited;
        tries[exited->try_id].try_id = exited->try_id;
    }
    if (const auto* lost = std::get_if<wire::Lost>(&report)) {
        tries[lost->try_id].end = *lost;
        tries[lost->try_id].try_id = lost->try_id;
    }
}

// False where the record makes no sense: what follows is not to be trusted either.
bool apply(Replay& state, std::string_view body) {
    wire::Reader reader(body);
    Kind kind{};
    reader.get(kind);
    std::int64_t try_id = 0;
    switch (kind) {
        case Kind::header: {
            std::uint8_t version = 0;
            reader.get(version);
            reader.get(state.pid_world);
            return reader.finished() && version == kJournalVersion;
        }
        case Kind::launching: {
            TryRecord record;
            reader.get(record.try_id);
            reader.get(record.token);
            reader.get(record.output_path);
            if (reader.finished()) state.tries[record.try_id] = record;
            return reader.finished();
        }
        case Kind::begun: {
            Begun begun;
            reader.get(try_id);
            reader.get(begun.pid);
            reader.get(begun.start_ticks);
            reader.get(begun.at);
            const auto found = state.tries.find(try_id);
            if (reader.finished() && found != state.tries.end()) found->second.begun = begun;
            return reader.finished();
        }
        case Kind::report: {
            const auto report = wire::decode_report(body.substr(1));
            if (report) apply_report(state.tries, *report);
            return report.has_value();
        }
        case Kind::forgotten: {
            reader.get(try_id);
            if (reader.finished()) state.tries.erase(try_id);
            return reader.finished();
        }
    }
    return false;
}

}  // namespace

Replay replay(std::string_view journal) {
    Replay state;
    while (journal.size() >= kHeadBytes) {
        std::uint32_t length = 0;
        std::uint32_t checksum = 0;
        wire::Reader(journal.substr(0, kLengthBytes)).get(length);
        wire::Reader(journal.substr(kLengthBytes, kHeadBytes - kLengthBytes)).get(checksum);
        const auto body = journal.substr(kHeadBytes, length);
        if (body.size() < length || checksum_of(body) != checksum || !apply(state, body)) break;
        journal.remove_prefix(kHeadBytes + length);
    }
    state.whole = journal.empty();
    return state;
}

std::optional<Replay> Journal::read() const {
    const UniqueFd file(::openat(folder_, wire::kJournalName.data(), O_RDONLY | O_CLOEXEC));
    if (!file) return errno == ENOENT ? std::optional(Replay{}) : std::nullopt;
    const auto bytes = read_all(file.get(), kMaxJournal);
    if (!bytes) return std::nullopt;
    auto state = replay(*bytes);
    if (!state.whole) keep_damaged(state.tries.size());
    return state;
}

void Journal::keep_damaged(std::size_t tries) const {
    const std::string name(wire::kJournalName);
    const auto kept = name + ".damaged";
    ::unlinkat(folder_, kept.c_str(), 0);
    // A second name, not another: the file stays in use until the fresh one takes its place.
    const bool linked = ::linkat(folder_, name.c_str(), folder_, kept.c_str(), 0) == 0;
    std::fprintf(stderr, "weir supervise: %s is damaged; before the damage it tells of %zu tries%s%s\n", name.c_str(),
                 tries, linked ? "; kept as " : "", linked ? kept.c_str() : "");
}

bool Journal::rewrite(const std::string& pid_world, const TryRecords& tries) {
    std::string records;
    append_record(records, header_body(pid_world));
    for (const auto& [try_id, record] : tries) {
        append_record(records, launching_body(record));
        if (record.begun) append_record(records, begun_body(try_id, *record.begun));
        if (const auto* exited = std::get_if<wire::Exited>(&record.end)) append_record(records, report_body(*exited));
        if (const auto* lost = std::get_if<wire::Lost>(&record.end)) append_record(records, report_body(*lost));
    }
    std::string fresh_name(wire::kJournalName);
    fresh_name += ".new";
    UniqueFd fresh(::openat(folder_, fresh_name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600));
    if (!fresh || !write_all(fresh.get(), records)) return false;
    failpoint("supervisor.rewriting");
    if (::renameat(folder_, fresh_name.c_str(), folder_, wire::kJournalName.data()) != 0) return false;
    file_ = std::move(fresh);
    size_ = rewritten_size_ = records.size();
    return true;
}

bool Journal::launching(const TryRecord& record) { return append(launching_body(record)); }
bool Journal::begun(std::int64_t try_id, const Begun& begun) { return append(begun_body(try_id, begun)); }
bool Journal::exited(const wire::Exited& exited) { return append(report_body(exited)); }
bool Journal::lost(const wire::Lost& lost) { return append(report_body(lost)); }
bool Journal::forgotten(std::int64_t try_id) { return append(forgotten_body(try_id)); }

bool Journal::overgrown() const { return size_ > kRewriteFrom && size_ > 2 * rewritten_size_; }

bool Journal::append(const std::string& body) {
    std::string record;
    append_record(record, body);
    if (write_all(file_.get(), record)) {
        size_ += record.size();
        return true;
    }
    // Half a record in the middle would hide every later one from the replay.
    const int error = errno;
    if (::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) std::perror("weir supervise: journal");
    errno = error;
    return false;
}

}  // namespace weir::supervisor
