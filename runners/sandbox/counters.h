// Owns the kernel's counters of a process tree (perf_event_open, inherited by all descendants): page faults, context
// switches, and the processor's own counters where the machine shows them. What cannot be counted here has a reason
// instead of a number. Private to this room.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <sys/types.h>

#include "platform/files.h"
#include "runners/sandbox/sandbox.h"

namespace benchgate::sandbox {

/// Counters of less of the run than this were shared with others: what they would have counted is a guess.
inline constexpr double least_counted_share = 0.95;

/// Why a counter could not be opened, from its error number, with what helps. `hardware`: of the processor.
std::string counter_refused(int error_number, bool hardware);

class Counters {
  public:
    /// For a process that is about to exec; counts from there. Only what of `figures` is a counter is looked at.
    static Counters attach(pid_t pid, const std::set<Figure>& figures);

    /// Adds what was counted to `result.figures`, and to `result.missing` why the rest was not.
    void add_to(Result& result) const;

  private:
    struct Open {
        Figure figure;
        platform::Fd fd;
        bool user_only = false;
    };
    std::vector<Open> open_;
    std::map<Figure, std::string> refused_;
};

}
