#pragma once
// What a suite is expected to cost and what it can show, before it runs: the sentence of the check, the page, the JSON.
// Owns their words; the figures come as they are (core/judging/outlook).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json/json.h"
#include "core/model/series.h"

namespace benchgate::reporting {

struct SeriesOutlookRow {
    model::SeriesKey key;
    double detect = 0;                       ///< what the policy asks for
    std::optional<double> smallest{};        ///< absent: not known, and with it the rest
    std::optional<int> trials_needed{};      ///< a side, for `detect`; absent: no number of trials would do
    std::optional<double> trials_unchanged;  ///< expected a side
    bool falls_short() const { return smallest && *smallest > detect; }
};

struct SuiteOutlookRow {
    std::string suite;
    std::string host_class;  ///< labels, comma separated; empty: any host
    int jobs = 0;            ///< past ones that it rests on; 0: nothing is known until the first run
    int max_trials = 0;      ///< a side
    double trials_unchanged = 0;
    double unchanged_s = 0;  ///< machine time
    double most_s = 0;
    std::vector<SeriesOutlookRow> series;
};

/// "about 12 min"; empty: not known.
std::string expected_duration(const SuiteOutlookRow& suite);
/// Of a job that waits: "now", "in about 5 min".
std::string expected_start(double seconds);

/// One line, plain text, without a full stop: "expected about 12 min, at most 40 min; sees changes from 2.1 % on
/// (median); 3 of 40 benchmarks cannot show 3 %: sort needs 140 trials here, and at 60 you see 4.6 %". Holds names of
/// benchmarks: to be escaped. "... unknown until the first run" where nothing is known.
std::string outlook_sentence(const SuiteOutlookRow& suite);

/// "3 % needs 140 trials here; at 60 you see 4.6 %"; empty: the noise gives what the policy asks for.
std::string outlook_advice(const SeriesOutlookRow& series, int max_trials);

/// A whole HTML document (page.h).
std::string render_outlook_page(std::string_view full_name, const std::vector<SuiteOutlookRow>& suites);

/// {"schema_version", "repository", "suites": [{"suite", "host_class", "past_jobs", "max_trials", "trials_unchanged",
/// "seconds": {"unchanged", "most"}, "smallest_change_median", "series": [{"benchmark", "metric", "detect",
/// "smallest_change", "trials_needed", "trials_unchanged", "advice"}]}]}; null: not known.
json::OrderedJson outlook_json(std::string_view full_name, const std::vector<SuiteOutlookRow>& suites);

}  // namespace benchgate::reporting
