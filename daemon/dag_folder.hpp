// The DAG files as they stand: what changed since the last look, what is broken, which file owns which DAG.
// A look costs one stat a file; only changed files are read. For one thread (the watcher's).
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "scheduler/ports/catalog.hpp"
#include "scheduler/yaml/loader.hpp"

namespace weir::daemon {

class DagFolder {
   public:
    DagFolder(std::filesystem::path folder, yaml::Surroundings surroundings);

    struct Changes {
        std::vector<std::shared_ptr<const model::Dag>> loaded;  // new or changed
        std::vector<std::string> removed;                       // ids that no file defines any more
        std::vector<ports::ImportError> broken;                 // files that became broken, or broken otherwise
        // A DAG that went while one with the same text but for its id came. Each stands in removed and loaded too: its
        // history stays with the old id.
        struct Renamed {
            std::string from, to;
        };
        std::vector<Renamed> renamed;
        [[nodiscard]] bool any() const {
            return !loaded.empty() || !removed.empty() || !broken.empty() || mended || edited;
        }
        bool mended = false;  // an error went away
        bool edited = false;  // a broken file has another text, be its errors the same or not
    };
    [[nodiscard]] Changes scan(model::TimePoint now);

    // A broken file keeps its last good version. After a restart that one comes from the database: true when `dag` belongs to
    // a file that is there, but broken.
    [[nodiscard]] bool adopt(const std::shared_ptr<const model::Dag>& dag);

    // After a restart: these DAGs, whose texts (by id) the database has, are gone. A DAG that has the text of one but for the
    // id is taken to be it under another name.
    void recall_renamed(const std::map<std::string, std::string>& gone);

    [[nodiscard]] std::map<std::string, ports::CatalogEntry, std::less<>> entries() const;
    [[nodiscard]] std::vector<ports::ImportError> import_errors() const;
    // Every folder at and below the DAG folder, for the watches.
    [[nodiscard]] const std::vector<std::filesystem::path>& folders() const { return folders_; }

   private:
    struct Stamp {
        std::int64_t modified_ns = 0;
        std::int64_t size = 0;
        std::uint64_t inode = 0;
        bool operator==(const Stamp&) const = default;
    };
    struct File {
        Stamp stamp;
        std::shared_ptr<const model::Dag> text;          // what the text on disk says; null when broken
        std::shared_ptr<const model::Dag> good;          // the last version that loaded
        std::vector<model::Diagnostic> errors;           // of the text
        std::shared_ptr<const std::string> broken_text;  // with these errors; null when it is too long to keep
        std::vector<model::Diagnostic> clash;            // another file has the same DAG id
        model::TimePoint since;
    };

    [[nodiscard]] std::map<std::string, Stamp> list_files();
    void read(const std::string& name, File& file) const;
    void find_renamed(Changes& changes, const std::map<std::string, std::shared_ptr<const model::Dag>>& wanted);
    // By path order the first file with an id owns it.
    [[nodiscard]] std::map<std::string, std::string> owners();

    std::filesystem::path folder_;
    yaml::Surroundings surroundings_;
    std::map<std::string, File> files_;  // by path below the folder
    std::vector<std::filesystem::path> folders_;
    std::map<std::string, std::shared_ptr<const model::Dag>> current_;  // by DAG id
    std::map<std::string, std::string> renamed_from_;                   // by DAG id
};

}  // namespace weir::daemon
