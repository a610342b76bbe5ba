#pragma once
// How often an installation may be written for: pure arithmetic on moments. Two limits, one for a minute and one for an
// hour, each with a number that may go at once after calm times and a pace for the rest (the generic cell rate
// algorithm, ITU-T I.371: no counters, no windows, one moment each). Knows nothing of rows or HTTP.

#include "service/store/types.h"

namespace benchgate::store {

struct Pace {
    int at_once = 1;                   ///< so many without a pause after calm times
    std::chrono::milliseconds each{};  ///< then one in so much time
};

/// GitHub allows 80 requests that create content a minute and 500 an hour. In any minute at most 5 + 50 are sent, in
/// any hour at most 250 + 200: the rest is a reserve for what people do with the same installation, and for clocks.
struct WriteLimits {
    Pace minute{5, std::chrono::milliseconds(1200)};  ///< of writes: everything but GET
    Pace hour{250, std::chrono::seconds(18)};         ///< of created content: POST
};

/// Theoretical arrival times: when the next write would come if all had come at the pace.
struct Written {
    Time minute_at;
    Time hour_at;
};

/// After so many more writes, of which so many created something.
Written after(const Written& before, int writes, int created, const WriteLimits& limits, Time now);

/// From when on the next one may go.
Time next_write(const Written& written, const WriteLimits& limits);

}
