#pragma once
// Runners: who may ask for jobs. Tokens come and are kept as hashes only. Also the log of answers that makes every call
// of a runner repeatable.

#include <string_view>
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
    std::string reason{};              ///< why it is quarantined, for people; empty: it is not, or did not say
    std::optional<Time> drained_at{};  ///< an operator wants it to take no more jobs since then
    std::string drain_reason{};
};

inline constexpr int max_failures = 3;

/// What stands beside a runner for people: well-formed UTF-8 of at most 500 bytes, whatever was said.
std::string legible_reason(std::string_view text);

/// Fit to stand in an address and behind `drain`: 1 to 100 printable characters without blanks.
bool is_runner_name(std::string_view text);

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
/// By name.
std::vector<RunnerRow> list_runners(Tx& tx);
/// The same without their facts, which are much more than all the rest.
std::vector<RunnerRow> list_runners_briefly(Tx& tx);
/// Ids of those that have a job.
std::vector<std::string> busy_runners(Tx& tx);
/// False: no such runner. Its leases run out by themselves.
bool delete_runner(Tx& tx, const std::string& runner_id);

struct Seen {
    std::string boot_id;
    std::string state;  ///< ready, draining, quarantined
    std::vector<std::string> labels;
    std::string facts_json;
    Time now;
    int protocol = 0;      ///< of the process that asks, which may be newer than the one that registered; 0: not told
    std::string reason{};  ///< of a state that is not ready, as the runner says it
};

enum class SeenAnswer { current, newer_boot, unknown };

/// What a lease request says of its runner. A boot_id never seen takes over and forgives earlier failures; one that
/// was replaced gets newer_boot and changes nothing.
SeenAnswer runner_seen(Tx& tx, const std::string& runner_id, const Seen& seen);
/// What keeps a runner from a job. newer_boot: this is an older process of it.
enum class Standing { fit, newer_boot, unknown, quarantined, drained };
/// Locks the runner until the transaction ends, so that of two requests of one runner the later sees what the earlier
/// got.
Standing lock_standing(Tx& tx, const std::string& runner_id, const std::string& boot_id);

/// An operator's word: what it has at hand it finishes, more it is not given, until it is resumed. False: no such
/// runner.
bool drain_runner(Tx& tx, const std::string& name, const std::string& reason, Time now);
/// Ends draining and quarantine, and forgives its failures; a runner that calls its own host unfit stays so until it
/// says otherwise. Wakes the lease calls. False: no such runner.
bool resume_runner(Tx& tx, const std::string& name);
std::optional<RunnerRow> runner_by_name(Tx& tx, const std::string& name);

/// For heartbeats: the time, and whether its process was told to end.
void touch_runner(Tx& tx, const std::string& runner_id, Time now, bool draining = false);

/// The answer given before to this request of this runner.
std::optional<std::string> find_answer(Tx& tx, const std::string& runner_id, const std::string& request_id, Time now);
/// Keeps an answer instead of one that was kept before and has become void.
void keep_answer(Tx& tx, const std::string& runner_id, const std::string& request_id, const std::string& answer_json,
                 Time expires_at);
std::size_t prune_answers(Tx& tx, Time now);

}
