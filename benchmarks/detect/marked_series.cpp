#include "benchmarks/detect/marked_series.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

#include "core/json/json.h"

namespace benchgate::benchmarks {
namespace {

constexpr int margin = 5, needed = 3, annotators = 5;

json::Json document(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    auto parsed = json::parse(text.str());
    if (!parsed) throw std::runtime_error(file.string() + ": " + parsed.error().message);
    return *parsed;
}

std::vector<double> values_of(const std::filesystem::path& file) {
    std::ifstream stream(file);
    std::string line;
    std::getline(stream, line);
    std::vector<double> values;
    while (std::getline(stream, line))
        if (const auto comma = line.find(','); comma != std::string::npos)
            values.push_back(std::strtod(line.c_str() + comma + 1, nullptr));
    if (values.empty()) throw std::runtime_error(file.string() + ": no values");
    return values;
}

std::vector<int> agreed_points(const json::Json& marks) {
    std::vector<std::pair<int, std::string>> all;
    for (const auto& [who, indices] : marks.items())
        for (const auto& index : indices) all.emplace_back(index.get<int>(), who);
    std::sort(all.begin(), all.end());
    std::vector<int> agreed;
    for (std::size_t i = 0; i < all.size();) {
        std::size_t end = i;
        std::set<std::string> people;
        for (; end < all.size() && all[end].first - all[i].first <= margin; ++end) people.insert(all[end].second);
        if (people.size() >= static_cast<std::size_t>(needed)) {
            agreed.push_back(all[i + (end - i) / 2].first);
            i = end;
        } else {
            ++i;
        }
    }
    return agreed;
}

}  // namespace

Score& Score::operator+=(const Score& other) {
    found += other.found;
    points += other.points;
    answers += other.answers;
    quiet += other.quiet;
    flagged += other.flagged;
    return *this;
}

std::vector<MarkedSeries> read_marked_series(const std::filesystem::path& folder) {
    std::vector<MarkedSeries> all;
    const auto annotations = document(folder / "annotations.json");
    for (const auto& [name, marks] : annotations.items()) {
        if (marks.size() != static_cast<std::size_t>(annotators)) continue;
        const auto digit = name.find_first_of("0123456789");
        const int number = digit == std::string::npos ? 0 : std::atoi(name.c_str() + digit);
        all.push_back({name, number, values_of(folder / "series" / (name + ".csv")), agreed_points(marks)});
    }
    return all;
}

std::map<std::string, std::map<std::string, std::vector<int>>> read_peers(const std::filesystem::path& folder) {
    return document(folder / "peers.json").get<std::map<std::string, std::map<std::string, std::vector<int>>>>();
}

Score score(const MarkedSeries& series, std::vector<int> answers) {
    std::sort(answers.begin(), answers.end());
    answers.erase(std::unique(answers.begin(), answers.end()), answers.end());
    Score result;
    result.points = static_cast<int>(series.agreed.size());
    result.answers = static_cast<int>(answers.size());
    std::size_t next = 0;
    for (const int point : series.agreed) {
        while (next < answers.size() && answers[next] < point - margin) ++next;
        if (next < answers.size() && answers[next] <= point + margin) {
            ++result.found;
            ++next;
        }
    }
    if (series.agreed.empty()) {
        result.quiet = 1;
        result.flagged = answers.empty() ? 0 : 1;
    }
    return result;
}

}  // namespace benchgate::benchmarks
