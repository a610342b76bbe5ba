#pragma once
// The loop body that finds the webhooks which never arrived: reads GitHub's log of deliveries from where it looked
// last, and fetches into the inbox what is lacking there. One process at a time. A payload is fetched rather than sent
// anew by GitHub, since that works where the webhook's address cannot be reached, too. What GitHub never tried to
// deliver is not in its log: that is reconcile.h.

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "service/github/app_rest.h"
#include "service/store/recovery.h"

namespace benchgate::workers {

struct RecoveryOptions {
    std::chrono::seconds interval{900};   ///< between two looks; after twice as long without one, the service was away
    int pages_a_step = 5;                 ///< of 100 deliveries; where a reading stands is kept after each step
    std::chrono::milliseconds pause{50};  ///< between two calls
};

class RecoveryWorker {
  public:
    RecoveryWorker(store::Pool& pool, const github::Tokens& tokens, github::AppRest& github,
                   std::function<store::Time()> now, RecoveryOptions options);
    /// Gives way to another process.
    ~RecoveryWorker();
    RecoveryWorker(const RecoveryWorker&) = delete;
    RecoveryWorker& operator=(const RecoveryWorker&) = delete;

    /// One step of a reading; false: none is due, or another process reads.
    bool work(std::stop_token stop);

  private:
    bool leads(store::Time now);
    bool is_due(const store::RecoveryRow& row, store::Time now) const;
    void begin(store::RecoveryRow& row, store::Time now);
    struct Read {
        std::vector<github::Delivery> wanted;  ///< the oldest first, each guid once
        bool through = false;                  ///< nothing older is of interest
    };
    /// Moves the row's cursor on. nullopt: GitHub did not answer, see rest().
    std::optional<Read> read_pages(store::RecoveryRow& row, std::stop_token stop);
    /// False: GitHub did not answer, or the time is up.
    bool fetch(const std::vector<github::Delivery>& wanted, std::stop_token stop);
    void rest(const github::ApiError& error, const char* doing);

    store::Pool& pool_;
    const github::Tokens& tokens_;
    github::AppRest& github_;
    std::function<store::Time()> now_;
    RecoveryOptions options_;
    std::string holder_;
    bool looked_ = false;       ///< since this process began
    store::Time not_before_{};  ///< GitHub is not asked until then
};

}  // namespace benchgate::workers
