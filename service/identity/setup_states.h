#pragma once
// The `state` parameters of the App manifest flow: what we handed out comes back once, within an hour (GitHub's own
// limit for the whole flow), or it is not ours. Only hashes are stored.

#include <chrono>
#include <string>
#include <string_view>

#include "service/store/pool.h"

namespace benchgate::identity {

inline constexpr std::chrono::hours setup_state_life{1};
inline constexpr std::size_t most_setup_states = 20;  ///< of flows begun and not ended; the oldest goes

std::string issue_setup_state(store::Tx& tx, store::Time now);
/// True once for each state that was issued and has not passed.
bool consume_setup_state(store::Tx& tx, std::string_view state, store::Time now);
/// The set-up closes: a stranger who opened the page before must not end his flow after it.
void void_setup_states(store::Tx& tx, store::Time now);

}  // namespace benchgate::identity
