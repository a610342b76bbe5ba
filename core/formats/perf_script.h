#pragma once
// What `perf script -F event,ip,sym,dso` prints, folded into stacks while it comes: nothing of it is kept but the
// counts. Names are those of the code under test and may be anything. How perf is run is runners/measure/profiler.h.

#include <string>
#include <string_view>
#include <vector>

#include "core/model/profile.h"

namespace benchgate::formats {

struct FoldLimits {
    std::size_t line_bytes = 64u << 10;  ///< the rest of a longer line is left out
    std::size_t stacks = 20'000;         ///< more different ones, or more bytes of them, are counted as other_frame
    std::size_t bytes = 16u << 20;
};

class PerfScriptFolder {
  public:
    /// Samples of another event than this are not counted: perf takes another one where it cannot have the wanted one.
    explicit PerfScriptFolder(std::string event, FoldLimits limits = {});

    /// The next bytes; lines may be torn anywhere.
    void feed(std::string_view bytes);
    /// Behind the last byte of one output. Another output may follow, and is added.
    void finish();

    const model::FoldedStacks& stacks() const { return stacks_; }
    std::uint64_t samples() const { return samples_; }
    std::uint64_t of_other_events() const { return of_other_events_; }

  private:
    void take_line();
    void close_sample();

    std::string event_;
    FoldLimits limits_;
    model::FoldedStacks stacks_;
    std::size_t bytes_ = 0;
    std::uint64_t samples_ = 0;
    std::uint64_t of_other_events_ = 0;
    std::string line_;
    std::string sample_event_;
    bool in_sample_ = false;
    std::vector<std::string> frames_;  ///< of the sample, the innermost first
};

}  // namespace benchgate::formats
