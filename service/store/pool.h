#pragma once
// Connections to PostgreSQL and transactions on them. The pool is bounded, opens connections when they are needed, and
// throws a broken one away: libpqxx would reconnect in silence and lose what the session held, so that is forbidden.
// Does not retry: a transaction that failed is the caller's to repeat.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "service/store/types.h"

namespace benchgate::store {

struct PoolOptions {
    std::string url;  ///< libpq connection string or URI
    std::size_t connections = 8;
    std::chrono::seconds connect_timeout{5};
    std::chrono::milliseconds statement_timeout{30'000};
    /// How long a caller waits for a free connection before DatabaseLost is thrown.
    std::chrono::milliseconds acquire_timeout{10'000};
    /// The server refuses every write.
    bool read_only = false;
};

struct PoolCounts {
    std::size_t open = 0;
    std::size_t busy = 0;
    std::size_t discarded = 0;  ///< since the start
};

class Session;  // a connection and the statements prepared on it (sql.h)

/// One open transaction; lives inside Pool::transaction and belongs to its thread.
class Tx {
  public:
    Tx(const Tx&) = delete;
    Tx& operator=(const Tx&) = delete;
    Session& session() { return session_; }

  private:
    friend class Pool;
    explicit Tx(Session& session) : session_(session) {}
    Session& session_;
};

class Pool {
  public:
    explicit Pool(PoolOptions options);
    ~Pool();  ///< every transaction must have ended
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    /// Runs body(Tx&) in one transaction (read committed) and commits; an exception rolls back and passes through.
    /// body runs at most once. Throws DatabaseLost or StoreError; no exception of libpqxx leaves the store.
    /// Must not be nested in one thread: with all connections busy it would wait for itself.
    template <class Body>
    auto transaction(Body&& body) -> std::invoke_result_t<Body&, Tx&> {
        using Result = std::invoke_result_t<Body&, Tx&>;
        if constexpr (std::is_void_v<Result>) {
            run([&](Tx& tx) { body(tx); });
        } else {
            std::optional<Result> result;
            run([&](Tx& tx) { result.emplace(body(tx)); });
            return std::move(*result);
        }
    }

    /// One round trip: is the database there? For /readyz. Never throws.
    bool ping() noexcept;

    PoolCounts counts() const;
    const PoolOptions& options() const;

  private:
    struct State;
    void run(const std::function<void(Tx&)>& body);
    std::unique_ptr<State> state_;
};

/// Wakes the listeners of a channel when the transaction commits. The functions of the store call it themselves.
void notify(Tx& tx, Channel channel);

}
