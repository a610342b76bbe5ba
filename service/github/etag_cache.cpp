#include "service/github/etag_cache.h"

namespace benchgate::github {

namespace {
constexpr std::size_t max_etag_bytes = 256;
}

std::shared_ptr<const EtagCache::Entry> EtagCache::find(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    kept_.splice(kept_.begin(), kept_, found->second);
    return found->second->entry;
}

void EtagCache::keep(const std::string& key, const platform::HttpResponse& response) {
    const auto etag = response.headers.get("ETag");
    if (response.status != 200 || !etag || etag->empty() || etag->size() > max_etag_bytes) return;
    auto entry = std::make_shared<Entry>();
    entry->etag = *etag;
    entry->response.status = response.status;
    entry->response.body = response.body;
    for (const char* name : {"Content-Type", "Link"})
        if (auto value = response.headers.get(name)) entry->response.headers.set(name, std::move(*value));
    const std::size_t size = 2 * key.size() + etag->size() + response.body.size();

    const std::lock_guard lock(mutex_);
    if (const auto known = places_.find(key); known != places_.end()) drop(known->second);
    if (size > limits_.bytes / 8) return;
    kept_.push_front({key, std::move(entry), size});
    places_.emplace(key, kept_.begin());
    bytes_ += size;
    while (kept_.size() > limits_.entries || bytes_ > limits_.bytes) drop(std::prev(kept_.end()));
}

void EtagCache::drop(Place place) {
    bytes_ -= place->bytes;
    places_.erase(place->key);
    kept_.erase(place);
}

std::size_t EtagCache::entries() const {
    const std::lock_guard lock(mutex_);
    return kept_.size();
}

std::size_t EtagCache::bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
}

}
