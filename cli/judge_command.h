#pragma once
// `benchgate judge`: a bundle or anyone's trials, judged again by the service's own code. Owns options, messages and
// exit status; main.cpp fills the options from the command line.

#include <iosfwd>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "core/judging/judge.h"
#include "core/model/policy.h"

namespace benchgate::cli {

struct JudgeOptions {
    std::string trials_file{};  ///< CSV; this or bundle_file
    std::string bundle_file{};  ///< JSON
    std::string policy_file{};  ///< a `.benchgate.yml`, whose policy is used; empty: the bundle's, else the default
    int benchmarks = 0;    ///< N, number of tests of the pull request; 0: the bundle's, else the series of the file
    std::string json{};    ///< where the JSON document goes: a file, "-" (out), or empty: text for people to out
    bool explain = false;  ///< the numbers behind every verdict too
    bool colour = false;
    int columns = 0;  ///< width of the terminal; 0: none
};

/// Judges a CSV of trials in block order, without confirmation, since a file has no fresh blocks. `notes` receives what
/// was left out. The error is "FILE:LINE: message".
tl::expected<judging::Explained, std::string> judge_trials(const JudgeOptions& options, const model::Policy& policy,
                                                           std::ostream& notes);

/// Exit status: 0 the gate passes (success, neutral), 1 it blocks (failure, action_required), 2 usage or input error.
int run_judge(const JudgeOptions& options, std::ostream& out, std::ostream& err);

}  // namespace benchgate::cli
