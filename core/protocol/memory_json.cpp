#include "core/protocol/memory_json.h"

#include <cmath>

#include "core/protocol/fields.h"

namespace benchgate::protocol {
namespace {

/// [seconds, bytes]
std::optional<model::MemoryPoint> read_point(const json::Json& pair) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number() || !pair[1].is_number()) return std::nullopt;
    const model::MemoryPoint point{pair[0].get<double>(), pair[1].get<double>()};
    if (!std::isfinite(point.seconds) || !std::isfinite(point.bytes)) return std::nullopt;
    return point;
}

Read<model::MemoryRun> read_run(const json::Json& document) {
    Fields f(document);
    model::MemoryRun run;
    run.side = f.word("side", run.side, model::side_from);
    const auto& points = f.array("points");
    if (points.size() > model::most_memory_points) f.fail("points: too many");
    for (const auto& pair : points) {
        const auto point = read_point(pair);
        if (!point) {
            f.fail("points: expected pairs of numbers");
            break;
        }
        run.points.push_back(*point);
    }
    return f.done(std::move(run));
}

}  // namespace

json::Json to_json(const model::MemoryRuns& memory) {
    auto runs = json::Json::array();
    for (const auto& run : memory.runs) {
        auto points = json::Json::array();
        // A tenth of a millisecond and a byte say enough, and the digits of a double take twice the room.
        for (const auto& point : run.points)
            points.push_back({std::round(point.seconds * 1e4) / 1e4, std::round(point.bytes)});
        runs.push_back({{"side", model::to_string(run.side)}, {"points", std::move(points)}});
    }
    return {{"source", memory.source}, {"runs", std::move(runs)}};
}

Read<model::MemoryRuns> read_memory_runs(const json::Json& document) {
    Fields f(document);
    model::MemoryRuns memory;
    memory.source = f.text_or("source", "");
    const auto& runs = f.array("runs");
    if (runs.size() > model::most_memory_runs)
        f.fail("runs: too many");
    else
        for (const auto& run : runs) memory.runs.push_back(f.take("runs", read_run(run)));
    return f.done(std::move(memory));
}

}  // namespace benchgate::protocol
