#include "text/lru_cache.h"

namespace text {

LruCache::LruCache(std::size_t capacity) : capacity_(capacity) {
    by_key_.reserve(capacity);
}

const std::string* LruCache::get(std::uint64_t key) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->second;
}

void LruCache::put(std::uint64_t key, std::string value) {
    if (const auto found = by_key_.find(key); found != by_key_.end()) {
        found->second->second = std::move(value);
        entries_.splice(entries_.begin(), entries_, found->second);
        return;
    }
    if (entries_.size() == capacity_ && !entries_.empty()) {
        by_key_.erase(entries_.back().first);
        entries_.pop_back();
    }
    entries_.emplace_front(key, std::move(value));
    by_key_[key] = entries_.begin();
}

}  // namespace text
