// Criterion's own files (target/criterion/NAME/new): estimates.json, sample.json, raw.csv. One file may be given alone,
// and is then called "criterion", since its name stands in benchmark.json; all of them at once as `tail -v -n +1`
// prints them, each behind "==> PATH <==". Samples are times[i] / iters[i]; without them the median and the standard
// deviation. base/ and change/ hold the run before, and are left out.

#include <fmt/format.h>

#include "core/formats/registry.h"
#include "core/formats/text.h"

namespace benchgate::formats {
namespace criterion_estimates {
namespace {

using json::View;

View either(const View& object, std::string_view now, std::string_view formerly) {
    return object.contains(now) ? object.at(now) : object.at(formerly);
}

bool is_estimates(const View& document) {
    // change/estimates.json has mean and median too, of a ratio, and nothing else.
    return either(document, "median", "Median").at("point_estimate").is_number() &&
           either(document, "std_dev", "StdDev").at("point_estimate").is_number();
}

/// iters and times; older files are two bare lists.
std::pair<View, View> sample_lists(const View& document) {
    if (document.is_object()) return {document.at("iters"), document.at("times")};
    View iters, times;
    for (const auto& [_, list] : document) {
        if (iters.is_absent()) {
            iters = list;
        } else if (times.is_absent()) {
            times = list;
        }
    }
    return {iters, times};
}

bool is_sample(const View& document) {
    const auto [iters, times] = sample_lists(document);
    return iters.is_array() && times.is_array() && document.size() <= 3 && iters.front().is_number() &&
           times.front().is_number();
}

bool recognise(const View& document) {
    return is_estimates(document) || is_sample(document);
}

void add_sample(const View& document, const std::string& name, Collector& collector) {
    const auto [iters, times] = sample_lists(document);
    const auto counts = json::numbers(iters);
    auto values = json::numbers(times);
    if (!counts || !values || counts->size() != values->size() || values->empty())
        return collector.fail(name, "iterations and times do not fit together");
    for (std::size_t i = 0; i < values->size(); ++i) (*values)[i] /= (*counts)[i];
    collector.add_samples({name, "time", "ns", model::Better::lower, true}, *values);
}

void add_estimates(const View& document, const std::string& name, Collector& collector) {
    model::Summary summary{either(document, "median", "Median").at("point_estimate").number(), {}, "", 0};
    summary.spread = either(document, "std_dev", "StdDev").at("point_estimate").number();
    summary.spread_kind = "sd";
    collector.add_summary({name, "time", "ns", model::Better::lower, true}, summary);
}

void read(const View& document, Collector& collector) {
    if (is_sample(document)) return add_sample(document, "criterion", collector);
    if (is_estimates(document)) return add_estimates(document, "criterion", collector);
    if (either(document, "mean", "Mean").at("point_estimate").is_number())
        return collector.refuse("these are the estimates of a change, not of a time; read the ones in new/");
    collector.refuse("this JSON holds neither Criterion's estimates nor its sample");
}

/// What `tail -v` printed of one benchmark's folder.
struct Folder {
    std::string_view benchmark, estimates, sample;
};

std::string name_in(std::string_view benchmark, std::string_view folder) {
    if (const auto document = json::Document::parse(benchmark))
        if (const auto id = json::text(document->root(), "full_id")) return *id;
    const auto root = folder.find("criterion/");
    auto name = root == std::string_view::npos ? folder : folder.substr(root + 10);
    if (name.ends_with("/new")) name.remove_suffix(4);
    return std::string(name);
}

/// The path in "==> PATH <==".
std::optional<std::string_view> path_in(std::string_view line) {
    if (!line.starts_with("==> ") || !line.ends_with(" <==") || line.size() < 9) return std::nullopt;
    return line.substr(4, line.size() - 8);
}

void read_folders(std::string_view text, Collector& collector) {
    std::map<std::string_view, Folder> folders;
    std::string_view* part = nullptr;
    const char* begin = nullptr;
    const auto close = [&](const char* end) {
        if (part != nullptr && begin != nullptr) *part = trimmed({begin, static_cast<std::size_t>(end - begin)});
    };
    each_line(text, [&](std::string_view line) {
        const auto path = path_in(line);
        if (!path) {
            if (part != nullptr && begin == nullptr) begin = line.data();
            return true;
        }
        close(line.data());
        part = nullptr;
        begin = nullptr;
        const auto slash = path->rfind('/');
        const auto folder = path->substr(0, slash == std::string_view::npos ? 0 : slash);
        const auto file = path->substr(slash == std::string_view::npos ? 0 : slash + 1);
        if (!folder.ends_with("/new") || folders.size() > collector.limits().benchmarks) return true;
        auto& known = folders[folder];
        if (file == "benchmark.json") part = &known.benchmark;
        if (file == "estimates.json") part = &known.estimates;
        if (file == "sample.json") part = &known.sample;
        return true;
    });
    close(text.data() + text.size());
    for (const auto& [path, folder] : folders) {
        if (collector.full()) return;
        const auto name = name_in(folder.benchmark, path);
        const auto sample = json::Document::parse(folder.sample);
        const auto estimates = json::Document::parse(folder.estimates);
        if (sample && is_sample(sample->root())) {
            add_sample(sample->root(), name, collector);
        } else if (estimates && is_estimates(estimates->root())) {
            add_estimates(estimates->root(), name, collector);
        } else {
            collector.fail(name, "neither sample.json nor estimates.json can be read");
        }
    }
}

constexpr std::string_view raw_header =
    "group,function,value,throughput_num,throughput_type,sample_measured_value,unit";

void read_raw(std::string_view text, Collector& collector) {
    each_line(text.substr(text.find('\n') == std::string_view::npos ? text.size() : text.find('\n') + 1),
              [&](std::string_view line) {
                  const auto fields = csv_fields(line);
                  if (fields.size() == 1 && fields[0].empty()) return true;
                  if (fields.size() < 8) return collector.fail("", "a line with too few fields; was it cut off?"), true;
                  std::string name = fields[0];
                  for (const auto& part : {fields[1], fields[2]})
                      if (!part.empty()) name += "/" + part;
                  const auto value = number_in<double>(fields[5]);
                  const auto count = number_in<double>(fields[7]);
                  const auto factor = nanoseconds_in(fields[6]);
                  if (!value || !count || !factor || !(*count > 0)) {
                      collector.fail(name, "a line that cannot be read");
                  } else {
                      collector.add({name, "time", "ns", model::Better::lower, true}, *value * *factor / *count);
                  }
                  return !collector.full();
              });
}

bool recognise_text(std::string_view text) {
    const auto first = text.substr(0, text.find('\n'));
    if (first.starts_with(raw_header)) return true;
    const auto path = path_in(first);
    return path && path->ends_with(".json") && path->find("/new/") != std::string_view::npos;
}

void read_text(std::string_view text, Collector& collector) {
    if (text.starts_with(raw_header)) return read_raw(text, collector);
    if (!path_in(text.substr(0, text.find('\n'))))
        return collector.refuse(
            "this is neither raw.csv nor what `tail -v -n +1 target/criterion/**/new/*.json` prints");
    read_folders(text, collector);
}

}  // namespace
}  // namespace criterion_estimates
const Format criterion_estimates_format{"criterion-estimates", criterion_estimates::recognise,
                                        criterion_estimates::read, criterion_estimates::recognise_text,
                                        criterion_estimates::read_text};
}  // namespace benchgate::formats
