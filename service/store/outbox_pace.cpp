#include "service/store/outbox_pace.h"

#include <algorithm>

namespace benchgate::store {
namespace {

Time advanced(Time arrival, int count, const Pace& pace, Time now) {
    if (count <= 0) return arrival;
    return std::max(arrival, now) + count * pace.each;
}

Time allowed_from(Time arrival, const Pace& pace) {
    return arrival - (pace.at_once - 1) * pace.each;
}

}

Written after(const Written& before, int writes, int created, const WriteLimits& limits, Time now) {
    return {advanced(before.minute_at, writes, limits.minute, now),
            advanced(before.hour_at, created, limits.hour, now)};
}

Time next_write(const Written& written, const WriteLimits& limits) {
    return std::max(allowed_from(written.minute_at, limits.minute), allowed_from(written.hour_at, limits.hour));
}

}
