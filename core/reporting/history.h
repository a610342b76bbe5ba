#pragma once
// Main's history for people and for programs: the pages of a repository's changes, of its series, of one series with
// its chart; and the same as JSON. Whole documents, as page.h has them. Owns the words and the drawing; what a change
// is and which state it is in comes from core/history by way of the service.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json/json.h"
#include "core/model/series.h"

namespace benchgate::reporting {

struct HistoryPlace {
    std::string repository;      ///< owner/name
    std::string repository_url;  ///< on GitHub; empty: nothing there is linked
};

struct HistorySeriesName {
    std::string id;  ///< of addresses
    std::string suite;
    std::string host_class;  ///< labels; empty: any host
    model::SeriesKey key;
};

struct HistoryEvent {
    std::string at;  ///< ISO 8601, UTC
    std::string who;
    std::string what;
    std::string note;
};

struct HistoryChange {
    std::string id;
    HistorySeriesName series;
    std::string unit;
    std::string state;     ///< a ChangeState's word
    std::string handling;  ///< a Handling's word
    std::string handled_by;
    std::string handled_at;
    std::string note;
    std::string reason;  ///< of the state, sentences
    bool worse = true;
    std::string sha;
    std::string from_sha;
    std::string to_sha;
    int commits = 1;
    std::string first_bad;
    std::string subject;
    double before = 0, after = 0;
    std::optional<double> change, low, high;  ///< relative
    std::string measured_run;
    std::optional<double> measured_ratio, measured_low, measured_high;
    int later = 0;
    std::string found_at;
    std::vector<HistoryEvent> events;
};

struct HistoryPointView {
    std::string sha;
    double value = 0;     ///< on the scale of the reference host
    double measured = 0;  ///< as measured
    std::string host;
    std::string run_id;
    int trials = 0;
    int measurements = 1;
};

struct HistoryAside {
    std::string sha;
    std::string reason;
};

struct HistoryHost {
    std::string host;
    double factor = 1;
    int anchors = 0;
};

/// What policy.drift allows, and how much of it is used.
struct HistoryAllowance {
    std::string period;  ///< release, week, month, quarter
    double allow = 0;
    std::string since{};                            ///< "v1.4.0", "a week ago"; empty: too few values to say anything
    std::string since_sha{};                        ///< where it begins
    std::optional<double> change{}, low{}, high{};  ///< beside the changes that stand apart
    bool beyond = false;
};

struct HistorySeries {
    HistorySeriesName name;
    std::string unit;
    model::Better better = model::Better::lower;
    std::vector<HistoryPointView> points;  ///< in main's order
    std::vector<HistoryAside> aside;
    std::vector<HistoryHost> hosts;      ///< the reference first
    std::vector<HistoryChange> changes;  ///< oldest first
    int minor = 0;
    std::optional<double> newest_sigmas;                 ///< of the newest value, by the noise before it
    std::optional<double> week;                          ///< change from the week before
    std::optional<double> drift, drift_low, drift_high;  ///< from the first ten points to the newest ten
    std::optional<HistoryAllowance> allowance;
};

struct HistorySeriesRow {
    HistorySeriesName name;
    int points = 0;
    int changes = 0;  ///< for the worse that stand and that nobody has handled
};

/// "regressed" or "improved" for a change that stands, "plain" for one that is suspected or was taken back: the class
/// of its tag.
std::string_view tag_of(const HistoryChange& change);
/// Neither rejected nor withdrawn.
bool is_drawn(const HistoryChange& change);

/// Whole pages; the chart of a series shows its newest 400 points.
std::string render_changes(const HistoryPlace& place, const std::vector<HistoryChange>& changes);
std::string render_series_list(const HistoryPlace& place, const std::vector<HistorySeriesRow>& rows);
std::string render_series(const HistoryPlace& place, const HistorySeries& series);

json::Json changes_json(const HistoryPlace& place, const std::vector<HistoryChange>& changes);
json::Json series_list_json(const HistoryPlace& place, const std::vector<HistorySeriesRow>& rows);
json::Json series_json(const HistoryPlace& place, const HistorySeries& series);

}  // namespace benchgate::reporting
