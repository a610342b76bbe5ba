#pragma once
// The serving process: every worker, the web side and what they share, made in order and taken down in reverse. Names
// the concrete types; decides nothing. Its threads are listed in docs/architecture.md.

#include <memory>
#include <stop_token>

#include "service/settings.h"

namespace benchgate::service {

/// Serves until `stop`. Throws what prevents the start.
void serve(const Settings& settings, std::stop_token stop);

/// Makes a join token for a runner of that name and returns it; only its hash is stored.
std::string make_runner_token(const Settings& settings, const std::string& name);

}  // namespace benchgate::service
