// Owns the numbers of the traffic with GitHub, for /metrics. Does not own their names there (service/http).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace benchgate::github {

enum class Count {
    reads,                ///< GETs sent
    writes,               ///< other requests sent, minting left out
    not_modified,         ///< of the reads: answered 304
    redirects,            ///< followed
    refused,              ///< 4xx without the limits
    failed,               ///< 5xx
    no_answer,            ///< time-outs and broken connections
    limited,              ///< 403 or 429 of a rate limit
    rested,               ///< not sent, since GitHub had asked the installation to wait
    tokens_minted,        ///< installation tokens
    app_key_refused,      ///< 401 for the App's own token
    permissions_refused,  ///< an installation has not accepted what was asked for
};
inline constexpr std::size_t count_kinds = 12;
std::string_view to_string(Count count);

/// Safe to use from several threads.
class Counts {
  public:
    void add(Count count) { numbers_[static_cast<std::size_t>(count)].fetch_add(1, std::memory_order_relaxed); }
    std::uint64_t of(Count count) const { return numbers_[static_cast<std::size_t>(count)].load(); }

    /// `permissions` as a person reads them: "checks:write". Only so many different ones are told apart.
    void add_refused_permissions(const std::string& permissions);
    std::map<std::string, std::uint64_t> refused_permissions() const;

  private:
    std::array<std::atomic<std::uint64_t>, count_kinds> numbers_{};
    mutable std::mutex mutex_;
    std::map<std::string, std::uint64_t> refused_permissions_;
};

}
