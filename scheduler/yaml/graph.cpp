#include "scheduler/yaml/graph.hpp"

#include <algorithm>
#include <functional>
#include <queue>
#include <unordered_map>

namespace weir::yaml {
namespace {

using model::TaskIndex;

constexpr std::size_t kShownOfCircle = 10;  // tasks named in the message
constexpr int kMostCircles = 10;

// Kahn's algorithm, smallest index first. `left[i]`: upstream tasks of i that are not in the order yet.
struct Kahn {
    std::vector<std::size_t> left;
    std::vector<std::vector<TaskIndex>> downstream;
    std::priority_queue<TaskIndex, std::vector<TaskIndex>, std::greater<>> ready;
    std::vector<TaskIndex> order;

    explicit Kahn(const std::vector<TaskDraft>& tasks) : left(tasks.size()), downstream(tasks.size()) {
        for (TaskIndex i = 0; i < tasks.size(); ++i) {
            left[i] = tasks[i].upstream.size();
            for (const auto above : tasks[i].upstream) downstream[above].push_back(i);
            if (left[i] == 0) ready.push(i);
        }
        run();
    }

    void run() {
        while (!ready.empty()) {
            const auto task = ready.top();
            ready.pop();
            order.push_back(task);
            for (const auto below : downstream[task])
                if (--left[below] == 0) ready.push(below);
        }
    }
};

// Every task that is left over needs another that is: following them must come back to one seen before.
std::vector<TaskIndex> find_circle(const std::vector<TaskDraft>& tasks, const Kahn& kahn, TaskIndex start) {
    const auto above_on_circle = [&tasks, &kahn](TaskIndex task) {
        return *std::ranges::find_if(tasks[task].upstream, [&kahn](TaskIndex above) { return kahn.left[above] != 0; });
    };
    std::vector<TaskIndex> path;
    std::unordered_map<TaskIndex, std::size_t> seen;
    auto task = start;
    for (; seen.try_emplace(task, path.size()).second; task = above_on_circle(task)) path.push_back(task);
    path.erase(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(seen.at(task)));
    std::ranges::rotate(path, std::ranges::min_element(path));  // begins with the first in the file
    return path;
}

std::string to_words(const std::vector<TaskDraft>& tasks, const std::vector<TaskIndex>& circle) {
    std::string words = fmt::format("'{}'", tasks[circle.front()].task.id);
    for (std::size_t i = 1; i < circle.size(); ++i) {
        if (i == kShownOfCircle) {
            words += fmt::format(" needs … ({} more) …", circle.size() - i);
            break;
        }
        words += fmt::format(" needs '{}'", tasks[circle[i]].task.id);
    }
    return words + fmt::format(" needs '{}'", tasks[circle.front()].task.id);
}

}  // namespace

std::vector<TaskIndex> order_tasks(const std::vector<TaskDraft>& tasks, Problems& problems) {
    Kahn kahn(tasks);
    auto order = kahn.order;
    TaskIndex first = 0;
    for (int circles = 0; kahn.order.size() < tasks.size() && circles < kMostCircles; ++circles) {
        while (kahn.left[first] == 0) ++first;
        const auto circle = find_circle(tasks, kahn, first);
        const auto& task = tasks[circle.front()];
        problems.add(task.needs != nullptr ? task.needs->place : task.place,
                     "tasks that wait for each other never start: {}", to_words(tasks, circle));
        // Take this circle out, to see whether there is another.
        for (const auto member : circle) {
            kahn.left[member] = 0;
            kahn.order.push_back(member);
        }
        for (const auto member : circle)
            for (const auto below : kahn.downstream[member])
                if (kahn.left[below] != 0 && --kahn.left[below] == 0) kahn.ready.push(below);
        kahn.run();
    }
    return order;
}

void judge_teardowns(const std::vector<TaskDraft>& tasks, Problems& problems) {
    std::unordered_map<TaskIndex, std::vector<TaskIndex>> users;  // of setups
    for (TaskIndex i = 0; i < tasks.size(); ++i)
        if (tasks[i].teardown == nullptr)
            for (const auto above : tasks[i].upstream)
                if (tasks[above].task.setup) users[above].push_back(i);
    std::vector<TaskIndex> seen(tasks.size());  // by the last teardown, counted from 1
    for (TaskIndex i = 0; i < tasks.size(); ++i) {
        if (tasks[i].setups.empty()) continue;
        std::vector<TaskIndex> open{i};
        while (!open.empty()) {
            const auto task = open.back();
            open.pop_back();
            for (const auto above : tasks[task].upstream)
                if (std::exchange(seen[above], i + 1) != i + 1) open.push_back(above);
        }
        for (const auto setup : tasks[i].setups)
            for (const auto user : users[setup])
                if (seen[user] != i + 1)
                    problems.add(
                        tasks[i].teardown->place,
                        "teardown '{}' would not wait for '{}', which needs its setup '{}'; add that to its `needs`",
                        tasks[i].task.id, tasks[user].task.id, tasks[setup].task.id);
    }
}

bool is_upstream(const std::vector<TaskDraft>& tasks, TaskIndex earlier, TaskIndex later) {
    std::vector<bool> seen(tasks.size());
    std::vector<TaskIndex> open{later};
    while (!open.empty()) {
        const auto task = open.back();
        open.pop_back();
        for (const auto above : tasks[task].upstream) {
            if (above == earlier) return true;
            if (seen[above]) continue;
            seen[above] = true;
            open.push_back(above);
        }
    }
    return false;
}

}  // namespace weir::yaml
