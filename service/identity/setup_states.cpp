#include "service/identity/setup_states.h"

#include "core/json/json.h"
#include "platform/crypto.h"
#include "platform/ids.h"
#include "service/store/settings.h"

namespace benchgate::identity {
namespace {

constexpr const char* states_setting = "setup_states";
constexpr std::size_t longest_state = 200;

std::int64_t seconds_of(store::Time time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

/// Those still alive, oldest first. The row is locked until the transaction ends.
json::Json live_states(store::Tx& tx, store::Time now) {
    const auto stored = json::parse(store::put_setting_once(tx, states_setting, "[]", now));
    json::Json live = json::Json::array();
    if (stored && stored->is_array())
        for (const auto& one : *stored)
            if (json::integer(one, "until").value_or(0) > seconds_of(now)) live.push_back(one);
    return live;
}

}  // namespace

std::string issue_setup_state(store::Tx& tx, store::Time now) {
    auto live = live_states(tx, now);
    while (live.size() >= most_setup_states) live.erase(live.begin());
    auto state = platform::random_token("");
    live.push_back({{"hash", platform::sha256_hex(state)}, {"until", seconds_of(now + setup_state_life)}});
    store::put_setting(tx, states_setting, json::dump(live), now);
    return state;
}

bool consume_setup_state(store::Tx& tx, std::string_view state, store::Time now) {
    if (state.empty() || state.size() > longest_state) return false;
    const auto hash = platform::sha256_hex(state);
    json::Json rest = json::Json::array();
    bool found = false;
    for (const auto& one : live_states(tx, now)) {
        if (platform::equal_constant_time(json::text(one, "hash").value_or(""), hash))
            found = true;
        else
            rest.push_back(one);
    }
    if (found) store::put_setting(tx, states_setting, json::dump(rest), now);
    return found;
}

void void_setup_states(store::Tx& tx, store::Time now) {
    store::put_setting(tx, states_setting, "[]", now);
}

}  // namespace benchgate::identity
