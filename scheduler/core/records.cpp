// Rows that come ready made: accounts, and what the audit tells of the turn's commands.
#include <map>

#include "scheduler/core/work.hpp"

namespace weir::core {

void apply(Work& work, const Record& input) { work.records.push_back(input); }

namespace {

void tell_outcome(model::AuditEntry& entry, const Reply& reply) {
    if (!reply.result) {
        entry.outcome = reply.result.error().message;
        return;
    }
    entry.outcome = model::kDone;
    const auto& run = reply.result->run;
    if (entry.run_id.empty() && run.id) entry.run_id = run.run_id;
    if (run.id && run.run_id == entry.run_id) entry.logical_date = run.logical_date;
    if (const auto& backfill = reply.result->backfill; backfill && entry.dag_id.empty())
        entry.dag_id = backfill->dag_id;
}

}  // namespace

void add_records(Work& work, Turn& turn) {
    if (work.records.empty()) return;
    std::map<model::RequestId, const Reply*> replies;
    for (const auto& effect : turn.effects)
        if (const auto* reply = std::get_if<Reply>(&effect)) replies[reply->request] = reply;
    std::vector<Reply> answers;
    for (auto& record : work.records) {
        const auto told = record.of ? replies.find(record.of) : replies.end();
        for (auto& row : record.rows) {
            auto* entry = std::get_if<model::AuditEntry>(&row);
            if (entry != nullptr && told != replies.end()) tell_outcome(*entry, *told->second);
            turn.changes.push_back(std::move(row));
        }
        if (record.request) answers.push_back({record.request, Answer{}});
    }
    for (auto& answer : answers) turn.effects.emplace_back(std::move(answer));
}

}  // namespace weir::core
