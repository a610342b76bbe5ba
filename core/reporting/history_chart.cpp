#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/reporting/escape.h"
#include "core/reporting/history_chart.h"
#include "core/reporting/numbers.h"

namespace benchgate::reporting {
namespace {

constexpr std::size_t most_points_drawn = 400;  // the newest
constexpr double width = 1000, height = 320, left = 78, right = 986, top = 34, bottom = 282;

struct Scale {
    double low = 0, high = 1;
    double y(double value) const { return bottom - (value - low) / (high - low) * (bottom - top); }
};

/// At most six ticks, round numbers apart: 1, 2 or 5 times a power of ten.
double tick_step(double range) {
    const double raw = range / 6, power = std::pow(10.0, std::floor(std::log10(raw)));
    for (const double round : {1.0, 2.0, 5.0})
        if (raw <= round * power) return round * power;
    return 10 * power;
}

/// Nullopt: values whose range is no number that can be drawn.
std::optional<Scale> scale_of(const std::vector<HistoryPointView>& points, std::size_t first) {
    Scale scale{points[first].value, points[first].value};
    for (std::size_t i = first; i < points.size(); ++i) {
        scale.low = std::min(scale.low, points[i].value);
        scale.high = std::max(scale.high, points[i].value);
    }
    const double size = std::max(std::abs(scale.low), std::abs(scale.high));
    double pad = (scale.high - scale.low) * 0.12;
    if (pad <= size * 0.004) pad = size > 0 ? size * 0.02 : 1;
    scale.low -= pad;
    scale.high += pad;
    if (!std::isfinite(scale.high - scale.low) || !(scale.high > scale.low) || !std::isnormal(scale.high - scale.low))
        return std::nullopt;
    return scale;
}

double median_of(const std::vector<HistoryPointView>& points, std::size_t begin, std::size_t end) {
    std::vector<double> values;
    for (std::size_t i = begin; i < end; ++i) values.push_back(points[i].value);
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

using kainjow::mustache::data;

std::string at(double coordinate) {
    return fmt::format("{:.1f}", coordinate);
}

class ChartDrawing {
  public:
    ChartDrawing(const HistoryPlace& place, const HistorySeries& series, const Scale& scale)
        : place_(place), series_(series), scale_(scale) {
        first_ = series.points.size() > most_points_drawn ? series.points.size() - most_points_drawn : 0;
        for (std::size_t i = 0; i < series.points.size(); ++i) index_[series.points[i].sha] = i;
        for (std::size_t c = 0; c < series_.changes.size(); ++c) {
            const auto found = index_.find(series_.changes[c].sha);
            if (is_drawn(series_.changes[c]) && series_.changes[c].state != "drifted" && found != index_.end() &&
                found->second > first_)
                marks_[found->second] = c;
        }
    }
    data drawn() const {
        data chart("label", label());
        chart.set("width", at(width));
        chart.set("height", at(height));
        chart.set("left", at(left));
        chart.set("right", at(right));
        chart.set("top", at(top - 4));
        chart.set("bottom", at(bottom));
        chart.set("flag", at(top - 17));
        chart.set("figure", at(top - 12.2));
        chart.set("ticks", ticks());
        chart.set("foot", at(bottom + 24));
        chart.set("first", short_sha(series_.points[first_].sha));
        if (series_.points.size() - first_ > 1) chart.set("last", data("name", short_sha(series_.points.back().sha)));
        chart.set("levels", levels());
        chart.set("dots", dots());
        chart.set("marks", marks());
        return chart;
    }

  private:
    double x(double index) const {
        const auto count = static_cast<double>(series_.points.size() - first_);
        return left + (index - static_cast<double>(first_) + 0.5) / count * (right - left);
    }
    std::string label() const {
        const auto count = static_cast<long long>(series_.points.size() - first_);
        return fmt::format("{}, {}: the newest {} on main, from {} to {}",
                           shortened(one_line(series_.name.key.benchmark)),
                           shortened(one_line(series_.name.key.metric)), counted(count, "value"),
                           format_value(series_.points[first_].value, series_.unit),
                           format_value(series_.points.back().value, series_.unit));
    }
    data ticks() const {
        data list(data::type::list);
        const double step = tick_step(scale_.high - scale_.low);
        for (double tick = std::ceil(scale_.low / step) * step; tick <= scale_.high; tick += step) {
            data one("y", at(scale_.y(tick)));
            one.set("text_x", at(left - 8));
            one.set("text_y", at(scale_.y(tick) + 4.5));
            one.set("value", format_value(std::abs(tick) < step / 1000 ? 0 : tick, series_.unit));
            list.push_back(one);
            if (tick + step == tick) break;
        }
        return list;
    }
    data levels() const {
        data list(data::type::list);
        std::size_t begin = first_;
        const auto level = [&](std::size_t end) {
            data one("y", at(scale_.y(median_of(series_.points, begin, end))));
            one.set("from", at(x(static_cast<double>(begin) - 0.5)));
            one.set("to", at(x(static_cast<double>(end) - 0.5)));
            list.push_back(one);
            begin = end;
        };
        for (const auto& [place, change] : marks_) level(place);
        level(series_.points.size());
        return list;
    }
    data dots() const {
        data list(data::type::list);
        const auto& reference = series_.hosts.empty() ? std::string() : series_.hosts.front().host;
        for (std::size_t i = first_; i < series_.points.size(); ++i) {
            const auto& point = series_.points[i];
            data one("href", safe_address(fmt::format("/{}/runs/{}", place_.repository, point.run_id)));
            one.set("kind", point.host == reference ? "dot" : "dot other");
            one.set("x", at(x(static_cast<double>(i))));
            one.set("y", at(scale_.y(point.value)));
            one.set("radius", series_.points.size() - first_ > 150 ? "2.5" : "3.5");
            one.set("title", fmt::format("{}: {} on {}", short_sha(point.sha), format_value(point.value, series_.unit),
                                         shortened(one_line(point.host), 60)));
            list.push_back(one);
        }
        return list;
    }
    data marks() const {
        data list(data::type::list);
        for (const auto& [place, change] : marks_) {
            data one("x", at(x(static_cast<double>(place) - 0.5)));
            one.set("tag", std::string(tag_of(series_.changes[change])));
            one.set("number", std::to_string(change + 1));
            list.push_back(one);
        }
        return list;
    }

    const HistoryPlace& place_;
    const HistorySeries& series_;
    const Scale& scale_;
    std::map<std::string, std::size_t> index_;
    std::map<std::size_t, std::size_t> marks_;  ///< changes that are drawn, by where their level begins
    std::size_t first_ = 0;
};

}  // namespace

std::optional<data> history_chart(const HistoryPlace& place, const HistorySeries& series) {
    if (series.points.empty()) return std::nullopt;
    const auto first = series.points.size() > most_points_drawn ? series.points.size() - most_points_drawn : 0;
    const auto scale = scale_of(series.points, first);
    return scale ? std::optional(ChartDrawing(place, series, *scale).drawn()) : std::nullopt;
}

}  // namespace benchgate::reporting
