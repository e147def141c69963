// One mapping of the settings, read key by key: what is missing, unknown or of the wrong kind is told to the reader.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "executors/operators/settings.hpp"

namespace weir::operators {

class SettingsObject {
   public:
    // `known` are all keys that may stand here. `place` is for messages: "load.from".
    SettingsObject(SettingsReader& reader, const model::Json& json, std::string place, std::vector<std::string> known);

    [[nodiscard]] const model::Json* find(const std::string& key) const;
    [[nodiscard]] bool has(const std::string& key) const { return find(key) != nullptr; }
    [[nodiscard]] const model::Json& required(const std::string& key);
    [[nodiscard]] std::string text(const std::string& key);                // required, not empty
    [[nodiscard]] SqlText sql(const std::string& key);                     // required
    [[nodiscard]] std::vector<std::string> names(const std::string& key);  // required: a text or a list of texts
    [[nodiscard]] std::map<std::string, connectors::ColumnType> types(const std::string& key);
    [[nodiscard]] std::optional<std::int64_t> whole_number(const std::string& key);
    // Which one of these keys is there; empty after a failure.
    [[nodiscard]] std::string one_of(const std::vector<std::string>& keys);
    [[nodiscard]] DatabaseSettings database();  // of `postgres` or `sqlite`
    [[nodiscard]] QuerySettings query();        // the same with `table` or `query`

    void fail(const std::string& what) const;

   private:
    SettingsReader& reader_;
    const model::Json& json_;
    std::string place_;
};

}  // namespace weir::operators
