// How good the detector of change points is on series that people marked, and whether its constants are owed to the
// series they were chosen on: each fold is scored with the constants that did best on the other folds.
//   detect_crossvalidate FOLDER [--json FILE]      FOLDER: sap_hana of the shared data

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <string_view>

#include "benchmarks/detect/marked_series.h"
#include "core/judging/change_points.h"

namespace {

using namespace benchgate;
using benchmarks::MarkedSeries;
using benchmarks::Score;
using judging::DetectOptions;

Score score_with(const MarkedSeries& series, const DetectOptions& options) {
    std::vector<int> answers;
    const auto detected = judging::detect_changes(series.values, options).value();
    for (const auto& change : detected.changes)
        if (change.standing == judging::Standing::found) answers.push_back(static_cast<int>(change.index));
    return benchmarks::score(series, std::move(answers));
}

Score score_all(const std::vector<MarkedSeries>& all, const DetectOptions& options) {
    Score sum;
    for (const auto& series : all) sum += score_with(series, options);
    return sum;
}

void show(std::string_view name, const Score& s) {
    fmt::print("{:<44} F1 {:.3f}  precision {:.3f}  recall {:.3f}  quiet series flagged {:4.1f} % ({} of {})\n", name,
               s.f1(), s.precision(), s.recall(), 100 * s.quiet_flagged(), s.flagged, s.quiet);
}

/// Both figures in one, to choose by: half a share of quiet series is worth a share of F1.
double worth(const Score& s) {
    return s.f1() - s.quiet_flagged() / 2;
}

/// All combinations; the last constant moves fastest.
struct Grid {
    std::vector<double> penalty{6, 8, 11, 16};
    std::vector<double> shortest{8, 10, 12};
    std::vector<double> window{20, 25, 30};
    std::vector<double> t{5, 6, 7};
    std::vector<double> of_range{.1, .15, .2};
    std::vector<double> line{1, 1.2, 1.4};

    std::vector<const std::vector<double>*> axes() const {
        return {&penalty, &shortest, &window, &t, &of_range, &line};
    }

    std::vector<DetectOptions> all() const {
        std::vector<DetectOptions> result;
        for (const double p : penalty)
            for (const double s : shortest)
                for (const double w : window)
                    for (const double at_t : t)
                        for (const double range : of_range)
                            for (const double over_line : line) {
                                DetectOptions options;
                                options.penalty = p;
                                options.shortest = static_cast<std::size_t>(s);
                                options.window = static_cast<std::size_t>(w);
                                options.t = at_t;
                                options.of_range = range;
                                options.step_over_line = over_line;
                                result.push_back(options);
                            }
        return result;
    }

    /// A choice and those that differ from it by one step of one constant.
    std::vector<std::size_t> around(std::size_t choice) const {
        std::vector<std::size_t> result{choice};
        std::size_t stride = 1;
        const auto all_axes = axes();
        for (auto axis = all_axes.rbegin(); axis != all_axes.rend(); ++axis) {
            const std::size_t size = (*axis)->size(), at = choice / stride % size;
            if (at > 0) result.push_back(choice - stride);
            if (at + 1 < size) result.push_back(choice + stride);
            stride *= size;
        }
        return result;
    }
};

std::string told(const DetectOptions& o) {
    return fmt::format("penalty {} shortest {} window {} t {} range {} line {}", o.penalty, o.shortest, o.window, o.t,
                       o.of_range, o.step_over_line);
}

/// The choice whose surroundings are best: a lone peak is luck. `scores[g]`: of choice g on the series to choose by.
std::size_t best_choice(const Grid& grid, const std::vector<Score>& scores) {
    std::size_t best = 0;
    double most = -1;
    for (std::size_t g = 0; g < scores.size(); ++g) {
        const auto around = grid.around(g);
        double sum = 0;
        for (const auto near : around) sum += worth(scores[near]);
        if (sum / static_cast<double>(around.size()) > most) {
            most = sum / static_cast<double>(around.size());
            best = g;
        }
    }
    return best;
}

/// A series' fold is its number modulo the number of folds. `scores[g][s]`: of choice g on series s.
Score cross_validated(const std::vector<MarkedSeries>& all, const Grid& grid,
                      const std::vector<std::vector<Score>>& scores, int folds) {
    const auto choices = grid.all();
    Score sum;
    for (int fold = 0; fold < folds; ++fold) {
        std::vector<Score> others(choices.size());
        for (std::size_t g = 0; g < choices.size(); ++g)
            for (std::size_t s = 0; s < all.size(); ++s)
                if (all[s].number % folds != fold) others[g] += scores[g][s];
        const auto best = best_choice(grid, others);
        for (std::size_t s = 0; s < all.size(); ++s)
            if (all[s].number % folds == fold) sum += scores[best][s];
        if (folds <= 5) fmt::print("    fold {} of {}: {}\n", fold, folds, told(choices[best]));
    }
    return sum;
}

/// One constant moved at a time: a flat optimum is one that was not tuned to these series.
void neighbours(const std::vector<MarkedSeries>& all) {
    const auto row = [&](const char* name, auto DetectOptions::*member, const auto& values) {
        for (const auto value : values) {
            DetectOptions options;
            options.*member = value;
            show(fmt::format("  {} {}", name, value), score_all(all, options));
        }
    };
    row("penalty", &DetectOptions::penalty, std::vector<double>{4, 6, 8, 11, 16});
    row("shortest level", &DetectOptions::shortest, std::vector<std::size_t>{6, 8, 10, 12, 15});
    row("window", &DetectOptions::window, std::vector<std::size_t>{15, 20, 25, 30, 40});
    row("t", &DetectOptions::t, std::vector<double>{4, 5, 6, 7, 8});
    row("step over line", &DetectOptions::step_over_line, std::vector<double>{0, 1, 1.2, 1.3, 1.5});
    row("smallest change", &DetectOptions::smallest, std::vector<double>{0, .005, .01, .015, .02});
    row("always notable", &DetectOptions::notable, std::vector<double>{.02, .03, .05, .1, 10});
    row("share of the range", &DetectOptions::of_range, std::vector<double>{0, .1, .15, .2, .25});
}

DetectOptions of_the_prototype() {
    DetectOptions options;
    options.penalty = 16;
    options.window = 20;
    options.t = 5;
    options.of_range = 0;
    options.step_over_line = 0;
    return options;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2 && !(argc == 4 && std::string_view(argv[2]) == "--json")) {
        std::cerr << "detect_crossvalidate FOLDER [--json FILE]\n";
        return 2;
    }
    try {
        const auto all = benchmarks::read_marked_series(argv[1]);
        const auto chosen = score_all(all, {});
        fmt::print("{} series, {} agreed points\n", all.size(), chosen.points);
        show("benchgate", chosen);
        show("with the settings of the prototype", score_all(all, of_the_prototype()));
        for (const auto& [peer, answers] : benchmarks::read_peers(argv[1])) {
            Score sum;
            for (const auto& series : all)
                sum += benchmarks::score(series,
                                         answers.contains(series.name) ? answers.at(series.name) : std::vector<int>{});
            show(peer, sum);
        }
        const Grid grid;
        const auto choices = grid.all();
        std::vector<std::vector<Score>> scores(choices.size());
        std::vector<Score> on_all(choices.size());
        for (std::size_t g = 0; g < choices.size(); ++g)
            for (const auto& series : all) {
                scores[g].push_back(score_with(series, choices[g]));
                on_all[g] += scores[g].back();
            }
        fmt::print("\nconstants chosen out of {} on other series than those scored (fold: the name's number modulo)\n",
                   choices.size());
        const auto two = cross_validated(all, grid, scores, 2);
        const auto five = cross_validated(all, grid, scores, 5);
        const auto ten = cross_validated(all, grid, scores, 10);
        fmt::print("    on all series: {}\n", told(choices[best_choice(grid, on_all)]));
        show("cross-validated, 2 folds", two);
        show("cross-validated, 5 folds", five);
        show("cross-validated, 10 folds", ten);
        fmt::print("\none constant moved at a time\n");
        neighbours(all);
        if (argc == 4)
            std::ofstream(argv[3]) << fmt::format(
                R"({{"f1":{:.4f},"quiet":{:.4f},"cross_f1":{:.4f},"cross_quiet":{:.4f}}})", chosen.f1(),
                chosen.quiet_flagged(), five.f1(), five.quiet_flagged());
    } catch (const std::exception& error) {
        std::cerr << "detect_crossvalidate: " << error.what() << '\n';
        return 3;
    }
    return 0;
}
