#include "service/store/pool.h"

#include <condition_variable>
#include <mutex>
#include <vector>

#include "service/store/sql.h"

namespace benchgate::store {

struct Pool::State {
    explicit State(PoolOptions given)
        : options(std::move(given)), conninfo(complete_conninfo(options.url, options.connect_timeout)) {}

    const PoolOptions options;
    const std::string conninfo;

    std::mutex mutex;  // guards what follows
    std::condition_variable freed;
    std::vector<std::unique_ptr<Session>> idle;
    std::size_t busy = 0;
    std::size_t discarded = 0;

    /// A session from the idle ones, or null and the right to make one.
    std::unique_ptr<Session> take() {
        std::unique_lock lock(mutex);
        const bool free = freed.wait_for(lock, options.acquire_timeout, [&] { return busy < options.connections; });
        if (!free) throw DatabaseLost("all connections to the database are busy");
        ++busy;
        if (idle.empty()) return nullptr;
        std::unique_ptr<Session> session = std::move(idle.back());
        idle.pop_back();
        return session;
    }

    void give_back(std::unique_ptr<Session> session) {
        {
            const std::lock_guard lock(mutex);
            --busy;
            if (session) idle.push_back(std::move(session));
        }
        freed.notify_one();
    }

    void count_discarded() {
        const std::lock_guard lock(mutex);
        ++discarded;
    }
};

namespace {

/// Returns a slot of the pool however the transaction ends, and the session with it unless it was thrown away.
class Slot {
  public:
    template <class State>
    explicit Slot(State& state)
        : session(state.take()), return_([&state](std::unique_ptr<Session> s) { state.give_back(std::move(s)); }) {}
    ~Slot() { return_(std::move(session)); }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

    std::unique_ptr<Session> session;

  private:
    std::function<void(std::unique_ptr<Session>)> return_;
};

/// A session that was idle may have died meanwhile; only BEGIN can tell. Nothing has been done yet, so another one is
/// taken instead.
std::unique_ptr<pqxx::work> begin(std::unique_ptr<Session>& session, const std::string& conninfo,
                                  std::chrono::milliseconds statement_timeout, const std::function<void()>& discarded) {
    if (session) {
        try {
            return std::make_unique<pqxx::work>(session->connection);
        } catch (const pqxx::failure&) {
            session.reset();
            discarded();
        }
    }
    session = std::make_unique<Session>(conninfo, statement_timeout);
    return std::make_unique<pqxx::work>(session->connection);
}

/// Ended by an administrator, a crash or a start-up that is under way.
bool says_shutdown(const std::exception& error) {
    const auto* sql = dynamic_cast<const pqxx::sql_error*>(&error);
    return sql && sql->sqlstate().starts_with("57P");
}

}

Pool::Pool(PoolOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Pool::~Pool() = default;

void Pool::run(const std::function<void(Tx&)>& body) {
    State& state = *state_;
    Slot slot(state);
    const auto lost = [&](const std::exception& error, bool in_doubt) {
        if (slot.session) state.count_discarded();
        slot.session.reset();
        DatabaseLost report(error.what());
        report.in_doubt = in_doubt;
        return report;
    };
    std::unique_ptr<pqxx::work> work;
    try {
        work = begin(slot.session, state.conninfo, state.options.statement_timeout, [&] { state.count_discarded(); });
        slot.session->work = work.get();
        if (state.options.read_only) work->exec0("set transaction read only");
        Tx tx(*slot.session);
        body(tx);
        slot.session->work = nullptr;
        work->commit();
    } catch (const pqxx::in_doubt_error& error) {
        work.reset();
        throw lost(error, true);
    } catch (const pqxx::failure& error) {
        work.reset();
        if (!slot.session || !slot.session->connection.is_open() || says_shutdown(error)) throw lost(error, false);
        slot.session->work = nullptr;
        throw StoreError(error.what());
    } catch (const pqxx::conversion_error& error) {
        work.reset();
        slot.session->work = nullptr;
        throw StoreError(error.what());
    } catch (...) {
        // The caller's own exception passes; the destructor of `work` rolls back.
        work.reset();
        if (slot.session && !slot.session->connection.is_open()) {
            state.count_discarded();
            slot.session.reset();
        }
        if (slot.session) slot.session->work = nullptr;
        throw;
    }
    work.reset();
}

bool Pool::ping() noexcept {
    try {
        static constexpr Query query{"ping", "select 1"};
        transaction([](Tx& tx) { exec(tx, query); });
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

PoolCounts Pool::counts() const {
    const std::lock_guard lock(state_->mutex);
    return {.open = state_->idle.size() + state_->busy, .busy = state_->busy, .discarded = state_->discarded};
}

const PoolOptions& Pool::options() const {
    return state_->options;
}

void notify(Tx& tx, Channel channel) {
    static constexpr Query query{"notify", "select pg_notify($1, '')"};
    exec(tx, query, to_string(channel));
}

}
