// Any bytes given to `detect`'s reader and, if they are a series, to the detector: no crash, no hang, every number
// finite, every index within the file. The file may hold binary values: after "#" eight bytes each are one.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>

#include "cli/series_csv.h"
#include "core/judging/change_points.h"

namespace {

void check(const std::vector<double>& values) {
    const auto found = benchgate::judging::detect_changes(values);
    if (!found) return;
    for (const auto& change : found->changes) {
        if (change.index >= values.size() || !std::isfinite(change.before) || !std::isfinite(change.after))
            std::abort();
        if (!(change.p >= 0 && change.p <= 1) || !std::isfinite(change.t)) std::abort();
        if (change.change && !std::isfinite(*change.change)) std::abort();
    }
    if (found->used + found->not_finite.size() != values.size() || !std::isfinite(found->noise)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 0 && data[0] == '#') {
        std::vector<double> values((size - 1) / sizeof(double));
        if (!values.empty()) std::memcpy(values.data(), data + 1, values.size() * sizeof(double));
        check(values);
        return 0;
    }
    std::istringstream stream(std::string(reinterpret_cast<const char*>(data), size));
    const auto table = benchgate::cli::read_series(stream, "s.csv");
    if (!table) return 0;
    for (std::size_t i = 0; i < table->values.size(); ++i)
        if (!std::isfinite(table->values[i]) || table->row(i) >= table->rows || table->label(i).empty()) std::abort();
    check(table->values);
    return 0;
}
