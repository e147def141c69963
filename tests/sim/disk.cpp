#include "tests/sim/disk.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace weir::sim {

Disk::Disk(Dice& dice, const Plan& plan, const Killer& killer,
           std::function<std::shared_ptr<const model::Dag>(const std::string& hash)> dag_of)
    : dice_(dice), plan_(plan), killer_(killer), dag_of_(std::move(dag_of)) {
    auto opened = store::SqliteStore::open(":memory:");
    if (!opened) {
        fmt::print(stderr, "{}\n", opened.error().message);
        std::abort();
    }
    store_ = std::move(*opened);
}

ports::CommitOutcome Disk::commit(std::span<const core::Change> changes) {
    killer_.here();
    if (killer_.armed && plan_.has(Fault::disk_full) && dice_.one_in(200)) {
        stop();
        return ports::CommitOutcome::disk_full;
    }
    const auto outcome = store_->commit(changes);
    REQUIRE(outcome == ports::CommitOutcome::committed);
    books.fold({changes.begin(), changes.end()});
    for (const auto& change : changes)
        if (const auto* version = std::get_if<model::DagVersion>(&change))
            books.texts.emplace(version->id, dag_of_(version->hash));
    killer_.here();
    return outcome;
}

// What SQLite gives back is what was put in: row by row, of all that is open.
ports::StoredState Disk::recover() {
    auto stored = store_->recover();
    std::size_t live = 0;
    for (const auto& [id, row] : books.runs) live += !is_finished(row.state);
    REQUIRE(stored.live_runs.size() == live);
    for (const auto& run : stored.live_runs) {
        REQUIRE(run.run == books.runs.at(run.run.id));
        REQUIRE(run.task_instances == books.history_of(run.run).task_instances);
        for (const auto& attempt : run.open_tries) REQUIRE(attempt == books.tries.at(attempt.id));
    }
    REQUIRE(stored.dags.size() == books.dags.size());
    for (const auto& dag : stored.dags) REQUIRE(dag == books.dags.at(dag.dag_id));
    return stored;
}

}  // namespace weir::sim
