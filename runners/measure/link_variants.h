#pragma once
// Owns the trees of both sides that are linked in other orders than the build's own, beside those (Sides): each is a
// copy of what the side was before its build, built anew with the linkers of link_order.h. So the luck of one layout is
// not taken for a change. They are drawn by the job's seed, and so neither kept for later jobs nor taken from earlier
// ones: a layout that was lucky once would be so for every pull request. Does not own which trial runs which order
// (schedule.h).

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "core/model/config.h"
#include "core/model/host.h"
#include "platform/clock.h"
#include "runners/measure/build.h"
#include "runners/measure/failure.h"
#include "runners/measure/link_order.h"
#include "runners/measure/trial_runner.h"
#include "runners/sandbox/sandbox.h"

namespace benchgate::measure {

/// The linkers of a job, in a folder of their own.
tl::expected<LinkOrder, JobFailure> make_linkers(sandbox::Sandbox& sandbox, const std::filesystem::path& directory);

struct LinkVariantsInput {
    Sides sides;
    const model::Suite* suite = nullptr;
    int orders = 1;  ///< asked for
    sandbox::Limits limits;
    std::vector<int> cpus{};  ///< of builds
    std::uint64_t seed = 0;
    bool first_is_shuffled = false;  ///< that of the sides themselves, as in a calibration
    const LinkOrder* linkers = nullptr;
    JobCompilers* compilers = nullptr;
};

class LinkVariants {
  public:
    LinkVariants(sandbox::Sandbox& sandbox, LinkVariantsInput input, LogSink log, const platform::Clock& clock)
        : sandbox_(sandbox), input_(std::move(input)), log_(std::move(log)), clock_(clock) {}

    /// Nothing is done where the suite asks for one order.
    bool are_asked_for() const { return input_.orders > 1 && !input_.suite->build.empty(); }

    /// To be called when a side is as its build finds it.
    tl::expected<void, JobFailure> keep_source(model::Side side, std::stop_token stop);

    /// To be called when both sides are built. The answer is how many orders there are to measure: fewer than are asked
    /// for where the disk has no room, one where the builds link nothing that could be shuffled. fact() says it.
    tl::expected<int, JobFailure> link(std::stop_token stop);

    /// As many fresh orders of both sides, the sides' own among those that are replaced. False: there is no time left
    /// until the deadline, going by what link() took.
    tl::expected<bool, JobFailure> link_anew(std::chrono::steady_clock::time_point deadline, std::stop_token stop);

    const model::HostFact& fact() const { return fact_; }

  private:
    /// How many of the orders that are asked for the disk has room for.
    tl::expected<int, JobFailure> room();
    tl::expected<void, JobFailure> link_both(int order, std::stop_token stop);
    void remove(int order);
    std::string words() const;

    sandbox::Sandbox& sandbox_;
    LinkVariantsInput input_;
    LogSink log_;
    const platform::Clock& clock_;
    int orders_ = 1;
    int fresh_ = 0;
    int links_[2] = {0, 0};
    std::chrono::nanoseconds one_order_{0};  ///< what linking both sides in one took
    model::HostFact fact_;
};

}  // namespace benchgate::measure
