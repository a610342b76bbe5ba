// Writes a bundle as large as a pull request's gets: 100 benchmarks x 60 trials a side, one sample each, a tenth of
// them 5 % slower. `./run bench judge` times `benchgate judge` on it. Usage: bundle_maker > FILE
#include <cstdint>
#include <iostream>
#include <string>
#include <utility>

#include "core/json/json.h"
#include "core/protocol/bundle_json.h"

namespace {

using namespace benchgate;

constexpr int benchmarks = 100;
constexpr int blocks = 15;  // of four trials a side
constexpr double spread = 0.02;

/// The same noise on every machine, in -1 ... 1.
double noise() {
    static std::uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return 2 * static_cast<double>(state >> 40) / static_cast<double>(1u << 24) - 1;
}

model::Trial trial(std::int64_t number, int block, int position) {
    model::Trial made;
    made.number = number;
    made.block = block;
    made.position = position;
    made.side = position % 2 == 0 ? model::Side::base : model::Side::head;
    for (int i = 0; i < benchmarks; ++i) {
        const double effect = made.side == model::Side::head && i % 10 == 0 ? 1.05 : 1;
        model::Measurement value;
        value.series = {{"benchmark/" + std::to_string(i), "time"}, "ns", model::Better::lower, true};
        value.samples = {1e6 * effect * (1 + spread * noise())};
        made.values.push_back(std::move(value));
    }
    return made;
}

}  // namespace

int main() {
    model::Bundle bundle;
    bundle.comparison = {"acme/engine", std::string(40, 'b'), std::string(40, 'a')};
    bundle.experiment.suite = "micro";
    bundle.experiment.confirm = false;
    bundle.experiment.tests = benchmarks;
    for (int block = 0; block < blocks; ++block)
        for (int position = 0; position < 8; ++position)
            bundle.trials.push_back(trial(block * 8 + position, block, position));
    bundle.sandbox = "none: generated";
    bundle.stopped_by = "plan";
    std::cout << json::dump(protocol::to_json(bundle)) << '\n';
    return std::cout.flush() ? 0 : 1;
}
