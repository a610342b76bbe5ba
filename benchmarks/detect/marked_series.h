#pragma once
// Series whose change points people marked, and the score of a detector on them: the rules of score_change_points.py
// beside the data. Owns reading and scoring; benchmarks only.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace benchgate::benchmarks {

struct MarkedSeries {
    std::string name;
    int number = 0;  ///< of the name; both parts of a series that was cut in two have the same
    std::vector<double> values;
    std::vector<int> agreed;  ///< first builds of new levels that at least three of five people marked
};

struct Score {
    int found = 0, points = 0, answers = 0, quiet = 0, flagged = 0;
    Score& operator+=(const Score& other);
    double precision() const { return answers > 0 ? static_cast<double>(found) / answers : 0; }
    double recall() const { return points > 0 ? static_cast<double>(found) / points : 0; }
    double f1() const { return points + answers > 0 ? 2.0 * found / (points + answers) : 0; }
    double quiet_flagged() const { return quiet > 0 ? static_cast<double>(flagged) / quiet : 0; }
};

/// Those of five annotators. Throws std::runtime_error where the folder does not hold what it should.
std::vector<MarkedSeries> read_marked_series(const std::filesystem::path& folder);
/// Peer -> series -> its answers.
std::map<std::string, std::map<std::string, std::vector<int>>> read_peers(const std::filesystem::path& folder);

Score score(const MarkedSeries& series, std::vector<int> answers);

}  // namespace benchgate::benchmarks
