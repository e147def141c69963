#include "scheduler/model/states.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace weir::model;

TEST_CASE_TEMPLATE("every value has one text of its own and is read back from it", Enum, RunState, RunType, TriggeredBy,
                   TaskState, TryState, TriggerRule, Catchup, OperatorKind) {
    std::set<std::string_view> texts;
    int expected = 0;  // values count up from 0 in the table: none is left out or doubled
    for (const auto& name : enum_names<Enum>()) {
        CHECK(static_cast<int>(name.value) == expected++);
        CHECK(!name.text.empty());
        CHECK(texts.insert(name.text).second);
        CHECK(to_text(name.value) == name.text);
        CHECK(parse<Enum>(name.text) == name.value);
    }
    CHECK(to_text(static_cast<Enum>(expected)).empty());
    CHECK(!parse<Enum>(""));
    CHECK(!parse<Enum>("SUCCESS"));
}

TEST_CASE("the tables reach to the last value of their enums") {
    CHECK(enum_names<RunState>().back().value == RunState::failed);
    CHECK(enum_names<RunType>().back().value == RunType::asset_triggered);
    CHECK(enum_names<TriggeredBy>().back().value == TriggeredBy::operator_);
    CHECK(enum_names<TaskState>().back().value == TaskState::removed);
    CHECK(enum_names<TryState>().back().value == TryState::lost);
    CHECK(enum_names<TriggerRule>().back().value == TriggerRule::always);
    CHECK(enum_names<Catchup>().back().value == Catchup::none);
    CHECK(enum_names<OperatorKind>().back().value == OperatorKind::approve);
    CHECK(enum_names<AlertEvent>().back().value == AlertEvent::deadline);
    CHECK(enum_names<NotificationState>().back().value == NotificationState::failed);
    CHECK(enum_names<BackfillState>().back().value == BackfillState::canceled);
    CHECK(enum_names<Reprocess>().back().value == Reprocess::completed);
}

TEST_CASE("a state of a task instance is finished or active or neither but not both") {
    const std::set<std::string_view> finished{"success", "failed", "skipped", "upstream_failed", "removed"};
    const std::set<std::string_view> active{"queued", "running"};
    for (const auto& name : enum_names<TaskState>()) {
        CAPTURE(std::string(name.text));
        CHECK(is_finished(name.value) == finished.contains(name.text));
        CHECK(is_active(name.value) == active.contains(name.text));
    }
}

TEST_CASE("a run is finished when it succeeded or failed") {
    CHECK(is_finished(RunState::success));
    CHECK(is_finished(RunState::failed));
    CHECK(!is_finished(RunState::queued));
    CHECK(!is_finished(RunState::running));
}
