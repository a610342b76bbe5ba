#pragma once
// Nothing stays open for longer than a day: runs that no runner came for, runs that could not be closed, words that
// GitHub did not take. Owns how long is too long; every process does it, and states make doing it twice harmless.

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "service/store/pool.h"
#include "service/store/runs.h"

namespace benchgate::workers {

/// From when a run was made. Its unfinished jobs are given up then, whether a runner has them or not.
inline constexpr std::chrono::hours longest_wait{24};
/// What GitHub did not take is tried again as often, for as long as the rows of what it did take are kept.
inline constexpr std::chrono::hours revived_after{6};
inline constexpr std::chrono::days revived_for{6};

/// What a run's checks are called; none of a run that speaks on no check.
std::vector<std::string> check_names(store::Tx& tx, const store::RunRow& run);

class Closer {
  public:
    Closer(store::Pool& pool, std::function<store::Time()> now);
    /// Always false: one round at a time.
    bool work(std::stop_token stop);

  private:
    void close(store::Tx& tx, const store::RunRow& run);
    store::Pool& pool_;
    std::function<store::Time()> now_;
};

}  // namespace benchgate::workers
