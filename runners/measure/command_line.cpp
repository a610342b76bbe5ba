#include "runners/measure/command_line.h"

#include <utility>

namespace benchgate::measure {

std::string shell_quote(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) {
        if (c == '\'')
            quoted += "'\\''";
        else
            quoted += c;
    }
    return quoted + "'";
}

bool is_placeholder(std::string_view word) {
    return word == "{filter}" || word == "{output}" || word == "{repeats}" || word == "{seed}";
}

bool has_placeholder(std::string_view command, std::string_view name) {
    return command.find("{" + std::string(name) + "}") != std::string_view::npos;
}

std::string expand(std::string_view command, const Placeholders& values) {
    const std::pair<std::string_view, const std::string*> known[] = {{"{filter}", &values.filter},
                                                                     {"{output}", &values.output},
                                                                     {"{repeats}", &values.repeats},
                                                                     {"{seed}", &values.seed}};
    std::string expanded;
    while (!command.empty()) {
        bool replaced = false;
        for (const auto& [name, value] : known) {
            if (!command.starts_with(name)) continue;
            expanded += shell_quote(*value);
            command.remove_prefix(name.size());
            replaced = true;
            break;
        }
        if (replaced) continue;
        expanded += command.front();
        command.remove_prefix(1);
    }
    return expanded;
}

}  // namespace benchgate::measure
