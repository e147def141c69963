// A redis-server of this test's own, on a private unix socket in a folder that goes with it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/server_process.hpp"
#include "tests/support/temporary_folder.hpp"

struct redisContext;

namespace weir::test {

class RedisServer {
   public:
    // More arguments for redis-server: {"--requirepass", "secret"}; then `password` is for the test's own commands.
    explicit RedisServer(const std::vector<std::string>& arguments = {}, const std::string& password = "");

    [[nodiscard]] const std::string& socket() const { return socket_; }
    // Sends the words as a command; throws on an error reply. Integers and texts come back as text.
    std::string command(const std::vector<std::string>& words);
    void stop() { process_.stop(); }

   private:
    struct Close {
        void operator()(redisContext* context) const;
    };
    TemporaryFolder folder_;
    std::string socket_;
    ServerProcess process_;
    std::unique_ptr<redisContext, Close> context_;
};

}  // namespace weir::test
