// What pages are told of a committed change: that something is other than it was, and its state, never a whole row.
// The feed collects these on the core thread and writes them as JSON later, on another.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/core/turn.hpp"
#include "scheduler/model/ids.hpp"

namespace weir::live {

enum class Kind : std::uint8_t { run, task, dag, catalog, window, event, backfill, notification, hitl };

struct Change {
    std::uint64_t serial = 0;
    Kind kind = Kind::catalog;
    model::RunId run;    // of task and hitl, whose rows don't name it
    std::string dag_id;  // of a window the asset
    std::string run_id;  // of a window the key
    std::string task_id;
    int map_index = -1;
    int try_number = 0;
    std::string_view state;  // a name that lives for ever; empty: null
    std::int64_t id = 0;     // of an event or backfill
};

// Appends what of these rows concerns a page. Copies a few short texts, no more: the core thread waits for it.
void collect(std::span<const core::Change> rows, std::vector<Change>& changes);

// {"kind":"task","dag_id":…}. Its run must be named.
[[nodiscard]] std::string to_json(const Change& change);

// Of two changes with the same key only the later one says how things are now.
[[nodiscard]] std::string key_of(const Change& change);

}  // namespace weir::live
