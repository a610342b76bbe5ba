#pragma once
// `benchgate-service calibrate OWNER/NAME`: asks for the default branch to be measured against itself. The service
// plans and measures it; this returns at once.

#include <string>
#include <vector>

#include "service/settings.h"

namespace benchgate::service {

struct CalibrateOptions {
    std::string repository;           ///< OWNER/NAME
    std::vector<std::string> suites;  ///< empty: all
};

/// Prints what was asked for; returns the exit status: 1 for a repository that is not known here. Throws
/// std::invalid_argument for what is no name, std::runtime_error when the database cannot be asked.
int calibrate(const Settings& settings, const CalibrateOptions& options);

}  // namespace benchgate::service
