// Owns the list of system calls that foreign code has no business with. The filter is a program of the kernel's
// packet-filter machine, made once and handed to bubblewrap.
#pragma once

#include <string>

namespace benchgate::sandbox {

/// `perf record` needs perf_event_open. Whoever is recorded has it, too, so it is denied but for that.
enum class PerfEvents { denied, allowed };

/// The filter's bytes as --seccomp wants them. Throws std::runtime_error when libseccomp fails.
std::string seccomp_filter(PerfEvents perf_events);

}
