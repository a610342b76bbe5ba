// The mechanical rules of the house as a test: who may include whom, which library stands in which room, how long a
// file may be. Runs over the sources in the working folder. The table below is the contract's section 2.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Source {
    std::string path;
    std::string room;
    std::vector<std::string> lines;
    bool is_test() const {
        return path.ends_with("_test.cpp") || path.find("for_tests") != std::string::npos ||
               path.find("test_database") != std::string::npos;
    }
};

const std::vector<std::string> top_folders{"core", "platform", "service", "runners", "cli", "tests", "benchmarks"};

/// Room -> rooms whose headers it may include, besides its own. A trailing / stands for every room below.
const std::map<std::string, std::vector<std::string>> allowed{
    {"core/model", {}},
    {"core/json", {}},
    {"core/config", {"core/model", "core/formats", "core/json"}},
    {"core/formats", {"core/model", "core/json"}},
    {"core/judging", {"core/model"}},
    {"core/history", {"core/model", "core/judging"}},
    {"core/planning", {"core/model", "core/json"}},
    {"core/reporting", {"core/model", "core/json"}},
    {"core/protocol", {"core/model", "core/json"}},
    {"platform", {"core/model"}},
    {"service/cluster", {"platform"}},
    {"service/store", {"platform", "core/"}},
    {"service/github", {"platform", "core/"}},
    {"service/reports", {"platform", "core/", "service/store"}},
    {"service/identity", {"platform", "core/", "service/store", "service/github"}},
    {"service/http", {"platform", "core/", "service/store", "service/reports", "service/github", "service/identity"}},
    {"service/workers", {"platform", "core/", "service/store", "service/reports", "service/github"}},
    {"service", {"platform", "core/", "service/"}},
    {"runners/host", {"platform", "core/"}},
    {"runners/sandbox", {"platform", "core/"}},
    {"runners/load", {"platform", "core/", "runners/sandbox"}},
    {"runners/measure", {"platform", "core/", "runners/load", "runners/sandbox", "runners/host"}},
    {"runners/agent", {"platform", "core/", "runners/measure", "runners/sandbox", "runners/host"}},
    {"runners", {"platform", "core/", "runners/"}},
    {"cli", {"platform", "core/", "runners/measure", "runners/load", "runners/sandbox", "runners/host"}},
    {"tests", {"core/", "platform", "service/", "runners/", "cli", "tests/"}},
    {"benchmarks", {"core/", "platform", "service/", "runners/", "cli", "benchmarks/"}},
};

/// Header of a library -> rooms that may include it.
const std::map<std::string, std::vector<std::string>> libraries{
    {"pqxx/", {"service/store"}},
    {"git2", {"platform"}},
    {"httplib.h", {"service/http", "platform"}},
    {"nlohmann/", {"core/json"}},
    {"simdjson", {"core/json"}},
    {"pugixml", {"core/formats"}},
    {"re2/", {"core/formats"}},
    {"yaml-cpp/", {"core/config"}},
    {"boost/math", {"core/judging"}},
    {"kainjow/", {"core/reporting"}},
    {"CLI/", {"service", "runners", "cli"}},
    {"seccomp.h", {"runners/sandbox"}},
    {"prometheus/", {"service/http"}},
};

std::string room_of(const std::string& path) {
    const auto folder = fs::path(path).parent_path().generic_string();
    std::string best;
    for (const auto& [room, sees] : allowed)
        if ((folder == room || folder.starts_with(room + "/")) && room.size() > best.size()) best = room;
    return best;
}

std::vector<Source> sources() {
    std::vector<Source> found;
    for (const auto& top : top_folders)
        for (auto it = fs::recursive_directory_iterator(top); it != fs::recursive_directory_iterator(); ++it) {
            if (it->is_directory() && it->path().filename() == "node_modules") it.disable_recursion_pending();
            const auto extension = it->path().extension();
            if (!it->is_regular_file() || (extension != ".h" && extension != ".cpp")) continue;
            Source source{it->path().generic_string(), room_of(it->path().generic_string()), {}};
            std::ifstream file(it->path());
            for (std::string line; std::getline(file, line);) source.lines.push_back(line);
            found.push_back(std::move(source));
        }
    return found;
}

bool is_allowed(const Source& source, const std::string& target) {
    if (target == source.room) return true;
    const auto& sees = allowed.at(source.room);
    return std::any_of(sees.begin(), sees.end(), [&](const std::string& room) {
        return room.ends_with('/') ? (target + "/").starts_with(room) : target == room;
    });
}

TEST(Tidy, EveryIncludeFollowsTheTableOfRooms) {
    const std::regex include("^\\s*#include \"([^\"]+)\"");
    int checked = 0;
    for (const auto& source : sources()) {
        ASSERT_FALSE(source.room.empty()) << source.path << " stands in no room";
        if (source.is_test()) continue;  // a test may bring real parts of other rooms along
        for (const auto& line : source.lines) {
            std::smatch match;
            if (!std::regex_search(line, match, include)) continue;
            const std::string target = match[1];
            if (!fs::exists(target)) {
                EXPECT_EQ(target.find('/'), std::string::npos) << source.path << ": " << target << " does not exist";
                continue;  // generated
            }
            ++checked;
            EXPECT_TRUE(is_allowed(source, room_of(target))) << source.path << " must not include " << target;
        }
    }
    EXPECT_GT(checked, 100);
}

TEST(Tidy, EachLibraryStandsInItsRoomOnly) {
    const std::regex include("^\\s*#include <([^>]+)>");
    for (const auto& source : sources()) {
        if (source.is_test() || source.room == "tests" || source.room == "benchmarks") continue;
        for (const auto& line : source.lines) {
            std::smatch match;
            if (!std::regex_search(line, match, include)) continue;
            const std::string header = match[1];
            for (const auto& [prefix, rooms] : libraries)
                if (header.starts_with(prefix)) {
                    EXPECT_NE(std::find(rooms.begin(), rooms.end(), source.room), rooms.end())
                        << source.path << " includes " << header;
                }
        }
    }
}

/// Follows R"x( ... )x" over lines: text that a test compares letter by letter cannot be broken to fit the screen.
class RawText {
  public:
    /// Whether the line is such text, or opens it.
    bool takes(const std::string& line) {
        static const std::regex opening("R\"([^( ]*)\\(");
        const bool was_open = !end_.empty();
        std::size_t from = 0;
        if (was_open) {
            from = line.find(end_);
            if (from == std::string::npos) return true;
            from += end_.size();
            end_.clear();
        }
        std::smatch match;
        const std::string rest = line.substr(from);
        if (std::regex_search(rest, match, opening)) {
            const std::string end = ")" + match[1].str() + "\"";
            if (rest.find(end, match.position()) == std::string::npos) end_ = end;
        }
        return was_open || !end_.empty();
    }

  private:
    std::string end_;
};

TEST(Tidy, FilesAreShortAndLinesFitTheScreen) {
    for (const auto& source : sources()) {
        EXPECT_LE(source.lines.size(), 450u) << source.path;
        RawText raw;
        for (std::size_t i = 0; i < source.lines.size(); ++i) {
            const auto& line = source.lines[i];
            if (raw.takes(line)) continue;
            // Counted in characters: UTF-8 continuation bytes do not take a column.
            const auto columns =
                std::count_if(line.begin(), line.end(), [](unsigned char c) { return (c & 0xC0) != 0x80; });
            EXPECT_LE(columns, 120) << source.path << ":" << i + 1;
        }
    }
}

TEST(Tidy, HeadersSayWhatTheyOwn) {
    for (const auto& source : sources()) {
        if (!source.path.ends_with(".h")) continue;
        bool comment = false, pragma = false;
        for (std::size_t i = 0; i < std::min<std::size_t>(source.lines.size(), 12); ++i) {
            comment |= source.lines[i].starts_with("// ");
            pragma |= source.lines[i] == "#pragma once";
        }
        EXPECT_TRUE(comment && pragma) << source.path
                                       << " opens without '#pragma once' and a paragraph on what it owns";
    }
}

TEST(Tidy, NothingIsCalledThatThreadsCannotShare) {
    const std::regex shared(
        R"((^|[\s(!&|,;{?=])(::|std::)?(asctime|ctime|crypt|getgrgid|getgrnam|gethostbyname|getopt|getpwnam|getpwuid)"
        R"(|gmtime|inet_ntoa|localtime|mktemp|putenv|rand|setenv|setlocale|srand|strtok|system|tmpnam|unsetenv)\()");
    for (const auto& source : sources()) {
        if (source.is_test()) continue;
        for (std::size_t i = 0; i < source.lines.size(); ++i)
            EXPECT_FALSE(std::regex_search(source.lines[i], shared)) << source.path << ":" << i + 1;
    }
}

TEST(Tidy, NoRoomIsCalledUtil) {
    const std::set<std::string> banned{"util", "utils", "common", "manager", "managers", "helpers", "misc"};
    for (const auto& source : sources())
        for (const auto& part : fs::path(source.path))
            EXPECT_FALSE(banned.contains(part.stem().string())) << source.path;
}

TEST(Tidy, TemplatesEscapeEverything) {
    int templates = 0;
    for (const auto& entry : fs::directory_iterator("templates")) {
        if (entry.path().extension() != ".mustache") continue;
        ++templates;
        std::ifstream file(entry.path());
        std::stringstream text;
        text << file.rdbuf();
        EXPECT_EQ(text.str().find("{{&"), std::string::npos) << entry.path();
        EXPECT_EQ(text.str().find("{{{"), std::string::npos) << entry.path() << ": raw output";
    }
    EXPECT_GT(templates, 0);
}

}  // namespace
