// Owns the keys with which the App speaks for itself, and the short-lived token (RS256 JWT) made with them. Two keys
// are kept while a key is being changed, and the one that GitHub takes is used: it may learn of the new one after us,
// or have dropped the former one before. Does not own where keys come from (key_file.h, /setup).
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "service/github/app_jwt.h"

namespace benchgate::github {

/// Safe to use from several threads.
class AppKeys {
  public:
    /// The key to use from now on; the former one of the same App stays as the second. True: it is another App.
    bool set(AppCredentials credentials);
    /// 0: no App yet.
    std::int64_t app_id() const;

    /// Made anew when the last one is older than a minute. not_configured without an App.
    ApiResult<std::string> token(TimePoint now);
    /// GitHub refused this token: the other key, if there is one, comes first from now on.
    void refused(const std::string& token);

  private:
    struct Key {
        AppCredentials credentials;
        std::string fingerprint = {};  ///< tells keys apart without showing them
        std::string token = {};
        TimePoint made_at = {};
    };
    mutable std::mutex mutex_;
    std::vector<Key> keys_;  // the one to use first; at most two
};

}
