#include "cli/detect_command.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iostream>

#include "cli/output.h"
#include "cli/series_csv.h"
#include "core/json/json.h"
#include "core/judging/change_points.h"
#include "core/judging/series_noise.h"
#include "core/reporting/escape.h"
#include "core/reporting/numbers.h"

namespace benchgate::cli {
namespace {

using judging::ChangePoint;
using judging::Detection;
using judging::Standing;

constexpr std::array standings{std::pair{Standing::found, "points"}, std::pair{Standing::provisional, "provisional"},
                               std::pair{Standing::minor, "minor"}};

json::OrderedJson document_of(const SeriesTable& table, const Detection& detection) {
    json::OrderedJson document;
    document["schema_version"] = 1;
    for (const auto& [standing, key] : standings) {
        auto& list = document[key] = json::OrderedJson::array();
        for (const auto& change : detection.changes) {
            if (change.standing != standing) continue;
            json::OrderedJson point;
            point["index"] = table.row(change.index);
            point["at"] = table.label(change.index);
            point["before"] = change.before;
            point["after"] = change.after;
            point["change"] = change.change ? json::OrderedJson(*change.change) : json::OrderedJson();
            point["p"] = change.p;
            point["t"] = change.t;
            point["later"] = change.later;
            point["provisional"] = standing == Standing::provisional;
            list.push_back(std::move(point));
        }
    }
    document["axis"] = table.axis;
    document["rows"] = table.rows;
    document["values"] = detection.used;
    document["scale"] = detection.relative ? "logarithm" : "linear";
    document["noise"] = detection.noise;
    document["correlation"] = detection.correlation;
    document["too_short"] = detection.too_short;
    document["doubled"] = table.doubled;
    document["unsorted"] = table.unsorted;
    document["gaps"] = table.gaps;
    document["left_out"] = {{"count", table.left_out_count}, {"rows", json::OrderedJson::array()}};
    for (const auto& row : table.left_out)
        document["left_out"]["rows"].push_back({{"line", row.line}, {"reason", row.reason}});
    return document;
}

/// What was not taken as it stood.
void print_notes(const SeriesTable& table, const Detection& detection, const std::string& file, std::ostream& err) {
    for (const auto& row : table.left_out) fmt::print(err, "{}:{}: left out: {}\n", file, row.line, row.reason);
    if (table.left_out_count > table.left_out.size())
        fmt::print(err, "{}: {} left out in all\n", file,
                   reporting::counted(static_cast<long long>(table.left_out_count), "row"));
    if (table.unsorted > 0)
        fmt::print(err, "{}: {} behind a later {}; put into order\n", file,
                   reporting::counted(static_cast<long long>(table.unsorted), "row"), table.axis);
    if (table.doubled > 0)
        fmt::print(err, "{}: {} with the same {} as another; the median counts, once\n", file,
                   reporting::counted(static_cast<long long>(table.doubled), "row"), table.axis);
    if (table.gaps > 0)
        fmt::print(err, "{}: the index skips {}; values beside a gap count as neighbours\n", file,
                   reporting::counted(static_cast<long long>(table.gaps), "number"));
    if (detection.too_short)
        fmt::print(err, "{}: {} are too few to see a change in\n", file,
                   reporting::counted(static_cast<long long>(detection.used), "value"));
}

/// The series as a line of blocks, medians of equal parts, and marks below the changes.
void print_picture(const std::vector<double>& values, const Detection& detection, int columns, std::ostream& out) {
    constexpr std::array<std::string_view, 8> blocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    constexpr std::size_t widest = 80;
    const std::size_t most = columns > 0 ? std::min(widest, static_cast<std::size_t>(columns)) : widest;
    const std::size_t width = std::min(most, values.size());
    if (width < 2) return;
    std::vector<double> levels;
    for (std::size_t i = 0; i < width; ++i) {
        const auto begin = values.begin() + static_cast<std::ptrdiff_t>(i * values.size() / width);
        const auto end = values.begin() + static_cast<std::ptrdiff_t>((i + 1) * values.size() / width);
        levels.push_back(judging::middle_value({begin, end}));
    }
    const auto [least, greatest] = std::minmax_element(levels.begin(), levels.end());
    for (const double level : levels) {
        // Halved, so that the difference of the largest numbers is a number.
        const double height = *greatest / 2 - *least / 2;
        const double share = height > 0 ? (level / 2 - *least / 2) / height : 0;
        out << blocks[static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * (blocks.size() - 1)))];
    }
    std::string marks(width, ' ');
    for (const auto& change : detection.changes)
        if (change.standing != Standing::minor) marks[change.index * width / values.size()] = '^';
    marks.erase(marks.find_last_not_of(' ') + 1);
    fmt::print(out, "\n{}{}", marks, marks.empty() ? "" : "\n");
}

/// Right-aligned by what is seen, not by bytes: a minus sign has three.
std::string right(const std::string& text, std::size_t width) {
    const auto seen = reporting::characters(text);
    return std::string(seen < width ? width - seen : 0, ' ') + text;
}

void print_changes(const SeriesTable& table, const Detection& detection, Standing standing, std::string_view title,
                   std::ostream& out) {
    const auto is_wanted = [&](const ChangePoint& change) { return change.standing == standing; };
    if (std::none_of(detection.changes.begin(), detection.changes.end(), is_wanted)) return;
    fmt::print(out, "\n{}\n{:>10}  {:>8}  {:>12}  {:>12}  {:>7}  {:>6}  {}\n", title, "change", "index", "before",
               "after", "t", "later", "at");
    for (const auto& change : detection.changes) {
        if (!is_wanted(change)) continue;
        constexpr double most_t = 1e4;
        fmt::print(out, "{}  {:>8}  {:>12.6g}  {:>12.6g}  {:>7}  {:>6}  {}\n",
                   right(change.change ? reporting::format_change(*change.change) : "no ratio", 10),
                   table.row(change.index), change.before, change.after,
                   change.t < most_t ? fmt::format("{:.1f}", change.t) : ">10000", change.later,
                   reporting::one_line(table.label(change.index)));
    }
}

void print_text(const SeriesTable& table, const Detection& detection, const DetectCommandOptions& options,
                std::ostream& out) {
    const auto is_found = [](const ChangePoint& change) { return change.standing == Standing::found; };
    const auto found = std::count_if(detection.changes.begin(), detection.changes.end(), is_found);
    fmt::print(
        out, "{}: {}, {} by {}, noise {} from one to the next\n", options.file,
        found == 0 ? "no change" : reporting::counted(found, "change"),
        reporting::counted(static_cast<long long>(detection.used), "value"), table.axis,
        detection.relative ? reporting::format_percent(detection.noise) : fmt::format("{:.3g}", detection.noise));
    print_picture(table.values, detection, options.columns, out);
    print_changes(table, detection, Standing::found, "the level changed", out);
    print_changes(table, detection, Standing::provisional, "provisional: too few values follow to be sure", out);
    print_changes(table, detection, Standing::minor, "minor: as sure, but small beside the range of this series", out);
}

}  // namespace

int run_detect(const DetectCommandOptions& options, std::ostream& out, std::ostream& err) {
    constexpr int done = 0, usage = 2;
    std::ifstream opened;
    if (options.file != "-") opened.open(options.file, std::ios::binary);
    std::istream& stream = options.file == "-" ? std::cin : opened;
    if (!stream) {
        fmt::print(err, "{}:1: cannot be opened\n", options.file);
        return usage;
    }
    const auto table = read_series(stream, options.file);
    if (!table) {
        fmt::print(err, "{}\n", table.error());
        return usage;
    }
    const auto detection = judging::detect_changes(table->values);
    if (!detection) {
        fmt::print(err, "{}:1: {}\n", options.file, detection.error());
        return usage;
    }
    print_notes(*table, *detection, options.file, err);
    if (!options.json.empty()) {
        const auto written = write_output(options.json, json::dump(document_of(*table, *detection), 1) + "\n", out);
        if (!written) fmt::print(err, "{}\n", written.error());
        return written ? done : usage;
    }
    print_text(*table, *detection, options, out);
    return done;
}

}  // namespace benchgate::cli
