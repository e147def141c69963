// The only file that sees yaml-cpp. Its events, not its nodes: they keep places and quotes, and can be stopped at a depth.
#include "scheduler/yaml/tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <unordered_map>

#include "scheduler/yaml/encoding.hpp"
#include "scheduler/yaml/problems.hpp"
#include "scheduler/yaml/scalar.hpp"
#include "scheduler/yaml/syntax.hpp"

namespace weir::yaml {

const Entry* Map::find(std::string_view key) const {
    const auto found = std::ranges::find(entries, key, &Entry::key);
    return found == entries.end() ? nullptr : &*found;
}

namespace {

// Thrown through yaml-cpp to end the reading, when the problem has been told.
struct Stop {};

Place place_of(const YAML::Mark& mark) {
    return {mark.line + 1, mark.column + 1, static_cast<std::size_t>(std::max(mark.pos, 0))};
}

std::size_t bytes_of(const Node& node) {
    std::size_t bytes = sizeof(Node);
    if (const auto* scalar = node.scalar()) bytes += scalar->text.size();
    if (const auto* list = node.list())
        for (const auto& item : list->items) bytes += bytes_of(item);
    if (const auto* map = node.map())
        for (const auto& entry : map->entries) bytes += entry.key.size() + bytes_of(entry.value);
    return bytes;
}

class Builder : public YAML::EventHandler {
   public:
    Builder(const std::string& text, Problems& problems) : text_(text), problems_(problems) {}

    [[nodiscard]] Node take_root() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ == 1) return;
        const auto place = place_of(mark);
        const auto rest = std::string_view(text_).substr(std::min(place.offset, text_.size()));
        const auto before = std::string_view(text_).substr(0, std::min(place.offset, text_.size()));
        if (rest.starts_with("---") || before.find("\n...") != std::string_view::npos)
            stop(place, "a second YAML document starts here; a file holds one: put the other into a file of its own");
        stop(place, "this does not belong to what stands above it; mind the indentation");
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        finish({Nothing{}, place_of_nothing(place_of(mark))}, anchor);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchored_.find(anchor);
        if (found == anchored_.end()) stop(place_of(mark), "this alias stands inside of what it repeats");
        charge(found->second, place_of(mark));
        finish(Node(found->second), 0);
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& text) override {
        const bool said_text = tag == "!" || tag == "tag:yaml.org,2002:str";
        if (!said_text) check_tag(tag, mark);
        if (said_text) check_closed(place_of(mark));
        finish({Scalar{text, !said_text}, place_of(mark)}, anchor);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override {
        check_tag(tag, mark);
        open({List{}, place_of(mark)}, anchor);
    }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override {
        check_tag(tag, mark);
        open({Map{}, place_of(mark)}, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapEnd() override {
        drop_duplicates();
        close();
    }

   private:
    struct Key {
        std::string text;
        Place place;
        bool usable = true;
        bool merge = false;  // a plain <<
    };
    struct Open {
        Node node;
        YAML::anchor_t anchor = 0;
        std::optional<Key> key;     // of a map: read, its value still to come
        std::vector<Entry> merged;  // from <<: keys that give way to the map's own
    };

    [[noreturn]] void stop(Place place, std::string_view message) {
        problems_.add(place, "{}", message);
        throw Stop{};
    }

    void check_tag(const std::string& tag, const YAML::Mark& mark) {
        if (!tag.empty() && tag != "?" && tag != "!")
            problems_.add(place_of(mark), "the tag {} means nothing here; leave it out",
                          tag.starts_with('!') ? tag : "!<" + tag + ">");
    }

    // yaml-cpp takes the end of the file for a closing quote, and so a forgotten one swallows the rest of the keys.
    void check_closed(Place place) {
        const char quote = place.offset < text_.size() ? text_[place.offset] : '\0';
        if (quote != '"' && quote != '\'') return;
        auto at = text_.find(quote, place.offset + 1);
        for (auto from = place.offset + 1; at != std::string::npos; at = text_.find(quote, from)) {
            if (quote == '\'' && at + 1 < text_.size() && text_[at + 1] == quote) {
                from = at + 2;
                continue;
            }
            const auto backslashes = at - 1 - text_.find_last_not_of('\\', at - 1);
            if (quote == '\'' || backslashes % 2 == 0) return;
            from = at + 1;
        }
        stop(place, "this quoted text is still open at the end of the file");
    }

    // yaml-cpp puts a missing value where the next thing starts, lines below: go back to where it is missing.
    Place place_of_nothing(Place place) const {
        if (!open_.empty() && open_.back().key) {
            const auto& key = *open_.back().key;
            if (place.line != key.place.line || place.column <= key.place.column) return key.place;
        }
        return place;
    }

    void charge(const Node& copied, Place place) {
        expanded_ += bytes_of(copied);
        if (expanded_ > kLargestExpansion)
            stop(place, "the aliases of this file repeat too much: they would fill more than 16 MiB");
    }

    void open(Node node, YAML::anchor_t anchor) {
        if (open_.size() >= static_cast<std::size_t>(kDeepestNesting))
            stop(node.place, fmt::format("nested more than {} levels deep", kDeepestNesting));
        open_.push_back({std::move(node), anchor, std::nullopt, {}});
    }

    void close() {
        auto done = std::move(open_.back());
        open_.pop_back();
        finish(std::move(done.node), done.anchor);
    }

    void finish(Node node, YAML::anchor_t anchor) {
        if (anchor != 0) {
            charge(node, node.place);
            anchored_[anchor] = node;
        }
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        auto& parent = open_.back();
        if (auto* list = std::get_if<List>(&parent.node.value))
            list->items.push_back(std::move(node));
        else if (!parent.key)
            parent.key = to_key(node);
        else
            add_entry(parent, std::move(node));
    }

    Key to_key(const Node& node) {
        if (const auto* scalar = node.scalar())
            return {scalar->text, node.place, true, scalar->plain && scalar->text == "<<"};
        problems_.add(node.place, "a key is a text, not {}", describe(node));
        return {"", node.place, false, false};
    }

    static void add_entry(Open& map, Node value, Problems& problems) {
        const auto key = std::move(*map.key);
        map.key.reset();
        if (!key.usable) return;
        if (key.merge)
            merge(map, std::move(value), problems);
        else
            std::get<Map>(map.node.value).entries.push_back({key.text, key.place, std::move(value)});
    }
    void add_entry(Open& map, Node value) { add_entry(map, std::move(value), problems_); }

    // https://yaml.org/type/merge.html: the map's own keys win, then the earlier of several maps.
    static void merge(Open& map, Node value, Problems& problems) {
        const auto take = [&map](Node& from) {
            for (auto& entry : std::get<Map>(from.value).entries) map.merged.push_back(std::move(entry));
        };
        if (value.map() != nullptr) {
            take(value);
            return;
        }
        auto* list = std::get_if<List>(&value.value);
        if (list == nullptr) {
            problems.add(value.place, "<<: expected a map to merge, or a list of maps, found {}", describe(value));
            return;
        }
        for (auto& item : list->items) {
            if (item.map() != nullptr)
                take(item);
            else
                problems.add(item.place, "<<: expected a map to merge, found {}", describe(item));
        }
    }

    void drop_duplicates() {
        auto& open = open_.back();
        auto& entries = std::get<Map>(open.node.value).entries;
        std::unordered_map<std::string, int> lines;  // key -> line of its first use
        lines.reserve(entries.size() + open.merged.size());
        std::erase_if(entries, [this, &lines](const Entry& entry) {
            const auto [first, is_new] = lines.try_emplace(entry.key, entry.place.line);
            if (!is_new)
                problems_.add(entry.place, "duplicate key '{}'; it stands on line {} already", entry.key,
                              first->second);
            return !is_new;
        });
        for (auto& entry : open.merged)
            if (lines.try_emplace(entry.key, entry.place.line).second) entries.push_back(std::move(entry));
    }

    const std::string& text_;
    Problems& problems_;
    Node root_;
    std::vector<Open> open_;
    std::unordered_map<YAML::anchor_t, Node> anchored_;
    std::size_t expanded_ = 0;
    int documents_ = 0;
};

}  // namespace

std::optional<Tree> read_tree(std::string_view bytes, Problems& problems) {
    auto text = decode(bytes, problems);
    if (!text) return std::nullopt;
    Tree tree;
    tree.text = std::move(*text);
    Builder builder(tree.text, problems);
    try {
        std::istringstream stream(tree.text);
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const Stop&) {
        return std::nullopt;
    } catch (const YAML::Exception& fault) {
        const auto place = place_of(fault.mark);
        problems.add(place_of_fault(tree.text, place), "{}", explain(tree.text, place, fault.msg));
        return std::nullopt;
    }
    tree.root = builder.take_root();
    return tree;
}

}  // namespace weir::yaml
