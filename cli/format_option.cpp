#include "cli/format_option.h"

#include "core/formats/formats.h"

namespace benchgate::cli {

std::optional<std::string> unknown_format(const std::string& format) {
    return formats::mistake_in_format(format);
}

}  // namespace benchgate::cli
