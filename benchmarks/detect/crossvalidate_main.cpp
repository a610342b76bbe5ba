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

/// What is chosen from: all combinations around the middle of the plain. The shortest level and the smallest change are
/// those of the published prototype, 10 values and 1 %.
std::vector<DetectOptions> grid() {
    std::vector<DetectOptions> all;
    for (const double penalty : {4., 6., 8., 11.})
        for (const std::size_t window : {20u, 25u, 30u})
            for (const double t : {5., 6., 7.})
                for (const double of_range : {.1, .15, .2})
                    for (const double line : {1., 1.2, 1.4}) {
                        DetectOptions options;
                        options.penalty = penalty;
                        options.window = window;
                        options.t = t;
                        options.of_range = of_range;
                        options.step_over_line = line;
                        all.push_back(options);
                    }
    return all;
}

std::string told(const DetectOptions& o) {
    return fmt::format("penalty {} window {} t {} range {} line {}", o.penalty, o.window, o.t, o.of_range,
                       o.step_over_line);
}

/// A series' fold is its number modulo the number of folds. `scores[g][s]`: of choice g on series s.
Score cross_validated(const std::vector<MarkedSeries>& all, const std::vector<DetectOptions>& choices,
                      const std::vector<std::vector<Score>>& scores, int folds) {
    Score sum;
    for (int fold = 0; fold < folds; ++fold) {
        std::size_t best = 0;
        double most = -1;
        for (std::size_t g = 0; g < choices.size(); ++g) {
            Score others;
            for (std::size_t s = 0; s < all.size(); ++s)
                if (all[s].number % folds != fold) others += scores[g][s];
            if (worth(others) > most) {
                most = worth(others);
                best = g;
            }
        }
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
    row("penalty", &DetectOptions::penalty, std::vector<double>{3, 4, 5, 6, 7, 8, 11});
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
    options.allow_for_correlation = false;
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
        DetectOptions white;
        white.allow_for_correlation = false;
        show("without allowing for correlation", score_all(all, white));
        for (const auto& [peer, answers] : benchmarks::read_peers(argv[1])) {
            Score sum;
            for (const auto& series : all)
                sum += benchmarks::score(series,
                                         answers.contains(series.name) ? answers.at(series.name) : std::vector<int>{});
            show(peer, sum);
        }
        const auto choices = grid();
        std::vector<std::vector<Score>> scores(choices.size());
        for (std::size_t g = 0; g < choices.size(); ++g)
            for (const auto& series : all) scores[g].push_back(score_with(series, choices[g]));
        fmt::print("\nconstants chosen out of {} on other series than those scored (fold: the name's number modulo)\n",
                   choices.size());
        const auto two = cross_validated(all, choices, scores, 2);
        const auto five = cross_validated(all, choices, scores, 5);
        const auto ten = cross_validated(all, choices, scores, 10);
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
