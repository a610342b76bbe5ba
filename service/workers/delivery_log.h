#pragma once
// Deliveries out of GitHub's own log of them, as the inbox keeps deliveries. No signature comes with these: that they
// are GitHub's is known from the App's own token and TLS, and their origin says so. Decides nothing of when
// (recovery.h).

#include <optional>
#include <string>

#include "service/github/app_rest.h"
#include "service/store/inbox.h"

namespace benchgate::workers {

/// A delivery's id or an event's name as a webhook may carry it: short and of plain characters.
bool is_plain_name(std::string_view text, std::size_t most);

/// nullopt: its names are none that a webhook would be taken with.
std::optional<store::Delivery> recovered(const github::DeliveryDetail& detail);

/// True: not there any more, or not to be read; asking again gives the same.
bool is_lost(const github::ApiError& error);

/// Any attempt of the delivery with this guid, the newest first; nullopt: GitHub's log has none. Reads at most 30,000
/// entries.
github::ApiResult<std::optional<github::Delivery>> find_attempt(github::AppRest& github, const std::string& guid,
                                                                std::stop_token stop);

}  // namespace benchgate::workers
