#pragma once
// Red needs two hosts where there are two: a regression that the first one confirmed must alarm on the second, too.
// Owns which verdicts are asked about and what the answer makes of them. A judgement itself never changes: what was
// measured on each host stays, and this says what both together mean. Knows nothing of jobs and of waiting for them.
//
// The second test spends no error of its own: red implies the first host's alarm, so its chance on unchanged code is
// at most the first's, whatever level the second works at. That level is planned as in a job's own confirmation: the
// same plan on fresh blocks, with the number of asked series as the number of tests (facts: statistics 4.7).
//
//   on the second host     what becomes of the verdict
//   regressed              regressed, at the lower of the two levels
//   unchanged, improved,   inconclusive
//   inconclusive
//   missing, failed, new,  regressed as it was: a host that cannot measure a benchmark is no second host for it. Else a
//   no trial               head that fails there could hide what it does here
//   nothing yet            inconclusive until there is an answer
//   nothing, ever          regressed as it was, and it says that one host confirmed it

#include <span>
#include <string>
#include <vector>

#include "core/judging/waivers.h"
#include "core/model/second_host.h"

namespace benchgate::judging {

/// What would make the check red: regressed at a level that blocks, neither waived nor only advice. Indices.
std::vector<std::size_t> to_confirm(std::span<const model::Verdict> verdicts, const Exceptions& exceptions);

struct SecondHost {
    model::SecondHostState state = model::SecondHostState::pending;
    std::string first;                         ///< names of hosts
    std::string second;                        ///< while pending it may be "b or c"
    std::string why;                           ///< of one that is unavailable: a clause; empty: there was none
    std::span<const model::SeriesKey> asked;   ///< which series it was asked about
    std::span<const model::Verdict> verdicts;  ///< of its own job, if it answered
};

/// Changes those of the first host's verdicts that were asked about, and says what each answer was: one finding for
/// each, none while there is no answer. Verdicts that are not regressed stay as they are.
std::vector<model::SecondFinding> heed_second_host(std::vector<model::Verdict>& verdicts, const model::Policy& policy,
                                                   const SecondHost& host);

}  // namespace benchgate::judging
