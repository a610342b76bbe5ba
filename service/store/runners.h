#pragma once
// Runners: who may ask for jobs. Tokens come and are kept as hashes only. Also the log of answers that makes every call
// of a runner repeatable.

#include <tl/expected.hpp>
#include <vector>

#include "service/store/pool.h"

namespace benchgate::store {

struct RunnerRow {
    std::string runner_id{};  ///< UUID
    std::string name{};
    std::string token_hash{};
    std::string public_key{};
    std::vector<std::string> labels{};
    std::string boot_id{};
    std::string state = "ready";  ///< as the runner says: ready, draining, quarantined
    int failures = 0;  ///< jobs in a row whose first attempt failed for the host's reasons; max_failures quarantine it
    std::string facts_json = "[]";
    std::string version{};
    int protocol = 0;
    Time registered_at{};
    Time last_seen_at{};
};

inline constexpr int max_failures = 3;

/// Replaces an unused token of the same hash.
void create_join_token(Tx& tx, const std::string& hash, const std::string& name, Time expires_at);

enum class RedeemError { unknown, expired, used, wrong_name };
std::string_view to_string(RedeemError error);

/// Uses up a join token and registers the runner under the token's name (an own name of the runner must be the same). A
/// runner of that name that registered before is taken over: it keeps its id, the old token is void. `runner`:
/// runner_id is used for a new one only.
tl::expected<RunnerRow, RedeemError> redeem_join_token(Tx& tx, const std::string& join_hash, const RunnerRow& runner,
                                                       Time now);

std::optional<RunnerRow> runner_by_token_hash(Tx& tx, const std::string& token_hash);
std::optional<RunnerRow> find_runner(Tx& tx, const std::string& runner_id);
std::vector<RunnerRow> list_runners(Tx& tx);
/// False: no such runner. Its leases run out by themselves.
bool delete_runner(Tx& tx, const std::string& runner_id);

struct Seen {
    std::string boot_id;
    std::string state;  ///< ready, draining, quarantined
    std::vector<std::string> labels;
    std::string facts_json;
    Time now;
    int protocol = 0;  ///< of the process that asks, which may be newer than the one that registered; 0: not told
};

enum class SeenAnswer { current, newer_boot, unknown };

/// What a lease request says of its runner. A boot_id never seen takes over and forgives earlier failures; one that
/// was replaced gets newer_boot and changes nothing.
SeenAnswer runner_seen(Tx& tx, const std::string& runner_id, const Seen& seen);
/// Only the time, for heartbeats.
void touch_runner(Tx& tx, const std::string& runner_id, Time now);

/// The answer given before to this request of this runner.
std::optional<std::string> find_answer(Tx& tx, const std::string& runner_id, const std::string& request_id, Time now);
/// Keeps an answer; if one is there already, that one stays and is returned.
std::string keep_answer(Tx& tx, const std::string& runner_id, const std::string& request_id,
                        const std::string& answer_json, Time expires_at);
std::size_t prune_answers(Tx& tx, Time now);

}
