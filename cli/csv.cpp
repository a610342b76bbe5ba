#include "cli/csv.h"

namespace benchgate::cli {

std::optional<CsvFields> csv_fields(std::string_view line) {
    CsvFields fields(1);
    for (std::size_t i = 0; i < line.size();) {
        if (line[i] == ',') {
            fields.emplace_back();
            ++i;
        } else if (line[i] == '"' && fields.back().empty()) {
            for (++i;; ++i) {
                if (i >= line.size()) return std::nullopt;
                if (line[i] == '"' && (i + 1 >= line.size() || line[i + 1] != '"')) break;
                if (line[i] == '"') ++i;
                fields.back() += line[i];
            }
            if (++i < line.size() && line[i] != ',') return std::nullopt;
        } else {
            fields.back() += line[i++];
        }
    }
    return fields;
}

bool next_csv_line(std::istream& input, std::string& line, std::size_t most, bool& too_long) {
    line.clear();
    char c = 0;
    while (input.get(c) && c != '\n') {
        if (line.size() >= most) return too_long = true;
        line += c;
    }
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return c == '\n' || !line.empty() || !input.eof();
}

}  // namespace benchgate::cli
