// Owns which installations GitHub asked to wait, and until when: its limits hold for an installation as a whole, so one
// refused request is a reason to send none of the others. In memory: the outbox keeps the same in the database, for the
// other processes. Does not own what a refusal means (rate_limit.h).
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

#include "service/github/api_error.h"

namespace benchgate::github {

/// Safe to use from several threads. Installation 0 is the App itself.
class Rests {
  public:
    /// Until when nothing may be sent; nullopt: now.
    std::optional<TimePoint> until(std::int64_t installation_id, TimePoint now);
    /// How many limits in a row the installation ran into.
    int in_a_row(std::int64_t installation_id) const;
    /// GitHub asked to wait; an end that was further away stays.
    void rest(std::int64_t installation_id, TimePoint until);
    /// A request was served: the row is over.
    void served(std::int64_t installation_id);

  private:
    struct Rest {
        TimePoint until;
        int in_a_row = 0;
    };
    mutable std::mutex mutex_;
    std::map<std::int64_t, Rest> rests_;
};

}
