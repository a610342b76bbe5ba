#pragma once
// The one world that all tests of the program share, since starting it takes seconds; every test has a repository of
// its own, and leaves service and runner up. Also the questions that most tests ask of a pull request.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <sstream>

#include "tests/end_to_end/world.h"

namespace benchgate::end_to_end {

class SharedWorld : public testing::Test {
  public:
    /// Made at the first use. Ended by main, before the program's own end.
    static World& world() {
        if (!world_) {
            world_ = std::make_unique<World>();
            world_->start_service();
            world_->start_runner();
        }
        return *world_;
    }
    /// What a sanitizer had to say about its programs; empty: nothing.
    static std::string end_world() {
        if (!world_) return "";
        world_->end();
        auto reports = world_->sanitizer_reports();
        world_.reset();
        return reports;
    }

  protected:
    void TearDown() override {
        if (!HasFailure() || !world_) return;
        for (const auto* name : {"service", "runner", "github"}) {
            const auto log = world_->log_of(name);
            std::cerr << "--- " << name << "\n" << log.substr(log.size() > 6000 ? log.size() - 6000 : 0) << '\n';
        }
    }

    /// A pull request that changes these files of a working suite.
    static Pull pull_after(const std::string& name, const Files& main, const Files& change) {
        world().make_repository(name, main);
        world().commit(name, "change", change);
        return world().open_pull(name, "change");
    }
    static std::string title(const json::Json& check) {
        return json::text(json::at(check, "output"), "title").value_or("");
    }
    /// Everything that the check says, as a reader sees it: ':' is written "&#58;" there.
    static std::string words(const json::Json& check) {
        const auto& output = json::at(check, "output");
        auto text = json::text(output, "title").value_or("") + "\n" + json::text(output, "summary").value_or("") +
                    "\n" + json::text(output, "text").value_or("");
        for (auto at = text.find("&#"); at != std::string::npos; at = text.find("&#", at + 1))
            if (const auto end = text.find(';', at); end < at + 6)
                text.replace(at, end + 1 - at, 1, static_cast<char>(std::atoi(text.c_str() + at + 2)));
        return text;
    }
    static std::string conclusion(const json::Json& check) { return json::text(check, "conclusion").value_or("none"); }
    static std::size_t comments(const Pull& pull) { return json::at(world().state(pull), "comments").size(); }
    static std::string comment(const Pull& pull) {
        const auto all = json::at(world().state(pull), "comments");
        return all.empty() ? "" : json::text(all.at(0), "body").value_or("");
    }
    /// Counted when nothing is pending any more, so that what comes late and twice is seen.
    static testing::AssertionResult is_told_once(const Pull& pull) {
        if (!world().calms_down()) return testing::AssertionFailure() << "work is pending still";
        const auto said = comments(pull), checked = world().checks(pull.repository, pull.head_sha).size();
        if (said == 1 && checked == 1) return testing::AssertionSuccess();
        return testing::AssertionFailure() << said << " comments and " << checked << " checks";
    }
    /// The id in the line "job ID (epoch 1): suite 'quick' of maintainer/NAME" of the runner's log; empty: none yet.
    static std::string job_of(const std::string& repository) {
        const auto log = world().log_of("runner");
        const auto end = log.find("of maintainer/" + repository + "\n");
        const auto begin = end == std::string::npos ? end : log.rfind("job ", end);
        return begin == std::string::npos ? "" : log.substr(begin + 4, 36);
    }
    /// How often a runner began to measure for this repository; profiles that follow by themselves are left out.
    static std::size_t leases_of(const std::string& repository) {
        std::istringstream log(world().log_of("runner"));
        std::size_t count = 0;
        for (std::string line; std::getline(log, line);)
            if (line.ends_with("of maintainer/" + repository) && line.find(": a profile in ") == std::string::npos)
                ++count;
        return count;
    }
    /// A suite whose every trial takes a tenth of a second longer.
    static Files long_suite(int sorted_ns) {
        auto files = quick_suite(sorted_ns);
        files["bench.sh"] = "sleep 0.1\n" + files["bench.sh"];
        return files;
    }
    /// A suite of which there is nothing to measure, since both commits build the same: told at once.
    static Files equal_suite(const std::string& build = "echo same > out\n") {
        auto files = quick_suite(1000);
        auto& config = files[".benchgate.yml"];
        config.replace(config.find("    format:"), 0, "    artifacts: [\"out\"]\n");
        files["build.sh"] = build;
        return files;
    }
    static std::string page(const Pull& pull) {
        return world().get("/maintainer/" + pull.repository + "/pull/" + std::to_string(pull.number)).body;
    }
    /// Waits until its first trials are stored.
    static bool is_measuring(const Pull& pull) {
        return wait_until([&] { return page(pull).find("measuring, ") != std::string::npos; });
    }

  private:
    inline static std::unique_ptr<World> world_;
};

}  // namespace benchgate::end_to_end
