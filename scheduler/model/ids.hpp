// Row numbers that cannot be mixed up. The core hands them out, counting up; 0 means none.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace weir::model {

template <class Tag>
struct Id {
    std::int64_t value = 0;
    auto operator<=>(const Id&) const = default;
    explicit operator bool() const { return value != 0; }
};

using RunId = Id<struct RunTag>;                // one DAG run
using TryId = Id<struct TryTag>;                // one try of one task instance
using DagVersionId = Id<struct DagVersionTag>;  // one text of one DAG
using BackfillId = Id<struct BackfillTag>;
using NotificationId = Id<struct NotificationTag>;
using EventId = Id<struct EventTag>;  // a line of the ledger
using TokenId = Id<struct TokenTag>;
using AuditId = Id<struct AuditTag>;      // a line of the audit
using RequestId = Id<struct RequestTag>;  // one command that awaits its reply; not stored

}  // namespace weir::model

template <class Tag>
struct std::hash<weir::model::Id<Tag>> {
    std::size_t operator()(const weir::model::Id<Tag>& id) const noexcept {
        return std::hash<std::int64_t>{}(id.value);
    }
};
