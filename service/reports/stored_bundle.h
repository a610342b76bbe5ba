#pragma once
// A finished job's bundle, put together again from the signed manifest and the stored trials, and checked: every trial
// has the digest that the manifest names, the manifest the signature of the key that its runner had registered when it
// finished, and it was measured by the rules and on the commits that the job asks for.

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "core/model/bundle.h"
#include "service/store/pool.h"

namespace benchgate::reports {

/// The error is one line for people: what does not fit.
tl::expected<model::Bundle, std::string> load_bundle(store::Tx& tx, const std::string& job_id);

/// What an open address puts together for anybody: several times as much is in memory meanwhile, for each who asks.
inline constexpr std::int64_t most_shown_bytes = 128 << 20;

/// The same for such an address, of a job that has stored no more than that.
struct ShownBundle {
    bool too_large = false;
    tl::expected<model::Bundle, std::string> bundle;
};
ShownBundle load_shown_bundle(store::Tx& tx, const std::string& job_id);

}  // namespace benchgate::reports
