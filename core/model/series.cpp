#include "core/model/series.h"

namespace benchgate::model {

std::string_view to_string(Better better) {
    switch (better) {
        case Better::lower:
            return "lower";
        case Better::higher:
            return "higher";
        case Better::none:
            return "none";
    }
    return "none";
}

std::string_view to_string(Side side) {
    return side == Side::base ? "base" : "head";
}

std::optional<Better> better_from(std::string_view text) {
    if (text == "lower") return Better::lower;
    if (text == "higher") return Better::higher;
    if (text == "none") return Better::none;
    return std::nullopt;
}

std::optional<Side> side_from(std::string_view text) {
    if (text == "base") return Side::base;
    if (text == "head") return Side::head;
    return std::nullopt;
}

}  // namespace benchgate::model
