#pragma once
// `benchgate-service replay DELIVERY`: a delivery is handled once more, or for the first time if it never came. Nothing
// is said twice by that: what a delivery leads to has the keys that it had before.

#include <string>

#include "service/settings.h"

namespace benchgate::service {

inline constexpr int exit_not_found = 1;

/// `delivery`: its GUID (X-GitHub-Delivery), or the number of one attempt. Prints what was done; returns the exit
/// status. Throws std::invalid_argument for what neither is, std::runtime_error when GitHub or the database cannot be
/// asked.
int replay(const Settings& settings, const std::string& delivery);

}  // namespace benchgate::service
