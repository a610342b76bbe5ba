#pragma once
// Owns what a suite's `measure:` asks of a trial as a whole: which figures the sandbox is to read, the values that they
// become, and what is known of their sources. Does not own the reading (runners/sandbox), nor the metrics' names and
// units (core/model/resources.h).

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/config.h"
#include "core/model/host.h"
#include "core/model/measurement.h"
#include "core/model/resources.h"
#include "runners/sandbox/sandbox.h"

namespace benchgate::measure {

bool is_measured(const model::Suite& suite, std::string_view word);

/// What the sandbox reads only when asked.
std::set<sandbox::Figure> figures_of(const model::Suite& suite);

model::TrialResources resources_of(const sandbox::Result& result);

/// A value of each metric of the whole command that the suite asks for and this trial has.
std::vector<model::Measurement> values_of(const model::TrialResources& resources, const model::Suite& suite);

/// One value of a series of the whole command or build.
model::Measurement whole_value(std::string_view benchmark, std::string_view metric, std::string_view unit,
                               model::Better better, double value);

/// Remembers, over the trials of a job, where each metric was read, and why it was not.
class SourceBook {
  public:
    explicit SourceBook(const model::Suite& suite);
    void note(const model::TrialResources& resources, const sandbox::Result& result);
    /// One fact a metric that the suite asks for: "measure.cpu_time", observed "cgroup2"; unknown where there is none.
    std::vector<model::HostFact> facts() const;

  private:
    struct Seen {
        std::map<std::string, int> sources;  ///< trials by source
        std::map<std::string, int> reasons;  ///< trials by why there was no value
    };
    std::vector<std::pair<const model::ResourceMetric*, Seen>> metrics_;
};

}  // namespace benchgate::measure
