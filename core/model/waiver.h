#pragma once
// A signed exception: a regression that somebody with write permission lets pass, up to a ceiling and an end. Plain
// data; which verdicts it covers is core/judging/waivers.h.

#include <cstdint>
#include <string>

namespace benchgate::model {

struct Waiver {
    std::string id;         ///< UUID; empty before it is stored
    std::string benchmark;  ///< name or glob
    std::string metric;     ///< empty: every metric
    double max = 0;         ///< largest change for the worse that it covers, by the estimate: 0.08 = 8 %
    std::string until;      ///< last day (UTC) on which it holds, YYYY-MM-DD
    std::string reason;
    std::string author;  ///< login
    bool operator==(const Waiver&) const = default;
};

}  // namespace benchgate::model
