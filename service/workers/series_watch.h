#pragma once
// The detector over main's series: one due series a transaction, by a row lock, so that however many processes there
// are, one works on a series at a time. Findings become changes, keep their identity when their place moves a little,
// and are taken back; a level that returned is said. Owns no rule (core/history) and measures nothing
// (change_measuring.h).

#include <functional>
#include <stop_token>

#include "service/store/changes.h"
#include "service/store/history.h"

namespace benchgate::workers {

/// Of main's newest commits; what happened before stays as it was written down.
inline constexpr int most_points_looked_at = 2000;
inline constexpr int most_changes_of_series = 200;
using history::itself;

class SeriesWatch {
  public:
    SeriesWatch(store::Pool& pool, std::function<store::Time()> now);
    /// One series; false: none is due.
    bool work(std::stop_token stop);

  private:
    void look(store::Tx& tx, const store::SeriesRow& series);
    store::Pool& pool_;
    std::function<store::Time()> now_;
};

}  // namespace benchgate::workers
