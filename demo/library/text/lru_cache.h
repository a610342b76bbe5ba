#pragma once
// A cache of texts by number that forgets the least recently used one when it is full.
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>
#include <utility>

namespace text {

class LruCache {
  public:
    explicit LruCache(std::size_t capacity);

    /// Null if absent. The pointer is good until the next put.
    const std::string* get(std::uint64_t key);
    void put(std::uint64_t key, std::string value);
    std::size_t size() const { return entries_.size(); }

  private:
    using Entry = std::pair<std::uint64_t, std::string>;

    std::size_t capacity_;
    std::list<Entry> entries_;  // the most recently used first
    std::unordered_map<std::uint64_t, std::list<Entry>::iterator> by_key_;
};

}  // namespace text
