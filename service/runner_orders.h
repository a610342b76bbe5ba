#pragma once
// `benchgate-service drain NAME` and `resume NAME`: an operator's word to a runner, from the service's host. Both only
// write it down; the serving process heeds it.

#include <string>

#include "service/settings.h"

namespace benchgate::service {

/// Prints what will be; returns the exit status: 1 for a runner that is not known here.
int drain(const Settings& settings, const std::string& name, const std::string& reason);
int resume(const Settings& settings, const std::string& name);

}  // namespace benchgate::service
