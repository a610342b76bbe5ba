// Owns answers that GitHub may be asked for again: it answers 304 when nothing changed, and that costs nothing of the
// rate limit. Bounded in entries and bytes; what was used longest ago goes first. Does not own the asking (api.h), and
// no answer is ever used without GitHub having said at that moment that it still holds.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "platform/http_client.h"

namespace benchgate::github {

struct EtagCacheLimits {
    std::size_t entries = 1000;
    std::size_t bytes = 8u << 20;  ///< bodies, keys and tags together; one entry takes at most an eighth
};

/// Safe to use from several threads.
class EtagCache {
  public:
    explicit EtagCache(EtagCacheLimits limits = {}) : limits_(limits) {}

    struct Entry {
        std::string etag;
        platform::HttpResponse response;  ///< status 200, body, and of the headers Content-Type and Link
    };
    /// The key says who asks for what; nullptr: not kept.
    std::shared_ptr<const Entry> find(const std::string& key);
    /// Keeps a 200 that has an ETag; anything else is left out.
    void keep(const std::string& key, const platform::HttpResponse& response);

    std::size_t entries() const;
    std::size_t bytes() const;

  private:
    struct Kept {
        std::string key;
        std::shared_ptr<const Entry> entry;
        std::size_t bytes = 0;
    };
    using Place = std::list<Kept>::iterator;
    void drop(Place place);

    const EtagCacheLimits limits_;
    mutable std::mutex mutex_;
    std::list<Kept> kept_;  // used last comes first
    std::unordered_map<std::string, Place> places_;
    std::size_t bytes_ = 0;
};

}
