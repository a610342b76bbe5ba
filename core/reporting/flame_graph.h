#pragma once
// A differential flame graph as one SVG without scripts, which stands alone as well as in a page: the root at the top,
// a row a depth of the stack, width by the share of one side's samples, colour by how that share differs between base
// and head, everything said in titles that browsers show on hover.

#include <kainjow/mustache.hpp>
#include <string>

#include "core/model/profile.h"
#include "core/model/series.h"

namespace benchgate::reporting {

struct FlameGraphOptions {
    model::Side widths = model::Side::head;  ///< what only the other side has is not seen
    std::string title;                       ///< for those who do not see it; foreign text
};

/// What templates/flame.mustache draws, for a page that has it inside.
kainjow::mustache::data flame_graph_data(const model::FoldedStacks& base, const model::FoldedStacks& head,
                                         const FlameGraphOptions& options);

std::string flame_graph_svg(const model::FoldedStacks& base, const model::FoldedStacks& head,
                            const FlameGraphOptions& options);

}  // namespace benchgate::reporting
