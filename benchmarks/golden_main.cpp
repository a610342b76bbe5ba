// The gate's estimate and interval beside those that Go's own benchseries published for the same runs: a bootstrap
// interval of the ratio there, order statistics of all pairs here. Two estimators of one quantity, so they agree within
// their noise and not to the digit.
//   gate_golden FOLDER [--json FILE]     FOLDER: go_bent
// Base and head of a night, up to 25 runs a side in random order, are one block.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string_view>

#include "benchmarks/go_night.h"
#include "core/json/json.h"
#include "core/judging/estimate.h"

namespace {

using namespace benchgate;

struct Agreement {
    int compared = 0;
    int inside = 0;    ///< our estimate lies in their interval
    int overlaps = 0;  ///< the two intervals meet
    std::vector<double> apart;
    std::vector<double> widths;  ///< ours over theirs
};

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream whole;
    whole << file.rdbuf();
    return whole.str();
}

/// "2022-01-05T21:32:12+00:00" as a file's name has it: 20220105T213212.
std::string stamp(std::string_view date) {
    std::string digits;
    for (const char c : date.substr(0, 19))
        if (c != '-' && c != ':') digits += c;
    return digits;
}

void compare(const judging::Block& block, const json::Json& theirs, Agreement& agreement) {
    const std::vector<judging::Block> blocks{block};
    const auto pairs = judging::all_pairs(blocks, judging::Margin::Scale::ratio, false);
    judging::NullTable nulls;
    const auto interval = judging::test_interval(pairs, nulls.of(blocks), {0.025, 0.025});
    const auto low = json::number(theirs, "low"), center = json::number(theirs, "center"),
               high = json::number(theirs, "high");
    const auto ratio = judging::hodges_lehmann(pairs);
    if (!low || !center || !high || !ratio || !interval.low || !interval.high) return;
    ++agreement.compared;
    agreement.inside += *ratio >= *low && *ratio <= *high;
    agreement.overlaps += *interval.low <= *high && *interval.high >= *low;
    agreement.apart.push_back(std::abs(*ratio / *center - 1));
    if (*high > *low) agreement.widths.push_back((*interval.high - *interval.low) / (*high - *low));
}

int run(const std::filesystem::path& folder, const std::string& json_file) {
    const auto document = json::parse(read(folder / "benchseries_even.json"));
    if (!document || !document->is_array() || document->empty()) {
        std::cerr << folder.string() << ": no benchseries_even.json\n";
        return 2;
    }
    const auto& golden = document->at(0);
    std::map<std::string, std::map<std::string, std::vector<double>>> nights;
    const auto night = [&](const std::string& file) -> const auto& {
        const auto [place, fresh] = nights.try_emplace(file);
        if (fresh) place->second = bench::read_night(folder / "even" / file);
        return place->second;
    };
    Agreement agreement;
    for (std::size_t s = 0; s < golden["series"].size(); ++s) {
        const auto head_name = json::text(golden["hashpairs"][golden["series"][s].get<std::string>()], "NumHash");
        for (std::size_t b = 0; b < golden["benchmarks"].size(); ++b) {
            const auto& theirs = golden["summaries"][s][b];
            const auto date = stamp(json::text(theirs, "date").value_or(""));
            const auto& base = night("Go1.17-opt." + date);
            const auto& head = night(head_name.value_or("") + "-opt." + date);
            const auto name = "Benchmark" + golden["benchmarks"][b].get<std::string>();
            const auto x = base.find(name), y = head.find(name);
            if (x == base.end() || y == head.end()) continue;
            if (std::max(x->second.size(), y->second.size()) > judging::max_block_side) continue;
            compare({x->second, y->second}, theirs, agreement);
        }
    }
    if (agreement.compared == 0) {
        std::cerr << "nothing to compare\n";
        return 2;
    }
    const double all = agreement.compared;
    fmt::print(
        "{} ratios of {} nights: our estimate in their 95 % interval {:.1f} %, intervals that meet {:.1f} %,\n"
        "estimates apart {:.3f} % (median), width of our interval over theirs {:.2f} (median)\n",
        agreement.compared, golden["series"].size(), 100 * agreement.inside / all, 100 * agreement.overlaps / all,
        100 * judging::median(agreement.apart), judging::median(agreement.widths));
    if (!json_file.empty())
        std::ofstream(json_file) << fmt::format(R"({{"compared": {}, "inside": {}, "overlaps": {}, "width": {}}})",
                                                agreement.compared, agreement.inside / all, agreement.overlaps / all,
                                                judging::median(agreement.widths));
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    std::string folder, json_file;
    for (int i = 1; i < argc; ++i)
        if (std::string_view(argv[i]) == "--json" && i + 1 < argc)
            json_file = argv[++i];
        else
            folder = argv[i];
    if (folder.empty()) {
        std::cerr << "gate_golden FOLDER [--json FILE]\n";
        return 2;
    }
    return run(folder, json_file);
}
