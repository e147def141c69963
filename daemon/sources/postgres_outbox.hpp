// A table of a PostgreSQL into which programs insert events within their own transactions. Rows are read in the order
// of (txid, id), and only below the oldest transaction that is still running: ids are handed out before commits, so a row
// with a smaller id may become visible after one with a greater id. Below the horizon nothing can appear any more, and
// above it nothing has been read: no row is lost, whoever commits when.
//
// By id alone that would not hold: a statement may have drawn its id and not yet its transaction's number.
#pragma once

#include <optional>
#include <string>

#include "daemon/sources/source.hpp"
#include "executors/connectors/postgres.hpp"
#include "scheduler/model/json.hpp"

namespace weir::daemon::sources {

class PostgresOutbox : public Source {
   public:
    // As yaml::Config has them: {"connection", "table", "channel", "poll", "start"} and the connection.
    PostgresOutbox(std::string name, const model::Json& settings, model::Json connection, Positions positions);

    [[nodiscard]] model::Result<> connect() override;
    [[nodiscard]] model::Result<Batch> poll(std::chrono::milliseconds patience) override;
    [[nodiscard]] model::Result<> acknowledge(const Batch& batch) override;
    [[nodiscard]] std::optional<std::int64_t> lag() override;

   private:
    // Of the last row that was read; stored as "txid:id".
    struct Place {
        std::int64_t txid = 0;
        std::int64_t id = 0;
    };
    [[nodiscard]] static std::optional<Place> parse(const std::string& text);
    [[nodiscard]] model::SourcePosition position() const;
    [[nodiscard]] model::Result<connectors::PostgresResult> query(const std::string& sql,
                                                                  const std::vector<model::Json>& params = {});
    [[nodiscard]] model::Result<> find_place();
    [[nodiscard]] model::Result<Batch> read();

    std::string name_;
    std::string connection_name_;
    model::Json connection_settings_;
    std::string table_, channel_;
    std::chrono::milliseconds poll_;
    bool start_new_;
    Positions positions_;

    std::optional<connectors::PostgresConnection> connection_;
    Place place_;
    bool tell_place_ = false;  // it is new: nothing of it is stored yet
    std::string notice_;
    std::chrono::steady_clock::time_point next_look_{};
};

}  // namespace weir::daemon::sources
