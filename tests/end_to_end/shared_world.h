#pragma once
// One world for all tests of a suite, since starting it takes seconds; every test has a repository of its own.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

#include "tests/end_to_end/world.h"

namespace benchgate::end_to_end {

class SharedWorld : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        if (World::missing()) return;
        world_ = std::make_unique<World>();
        world_->start_service();
        world_->start_runner();
    }
    static void TearDownTestSuite() { world_.reset(); }
    void SetUp() override {
        if (const auto missing = World::missing()) GTEST_SKIP() << "SKIPPED: " << *missing;
    }
    void TearDown() override {
        if (HasFailure() && world_)
            for (const auto* name : {"service", "runner", "github"}) {
                const auto log = world_->log_of(name);
                std::cerr << "--- " << name << "\n" << log.substr(log.size() > 6000 ? log.size() - 6000 : 0) << '\n';
            }
    }
    static World& world() { return *world_; }

    static std::string title(const json::Json& check) {
        return json::text(json::at(check, "output"), "title").value_or("");
    }
    /// Everything that the check says.
    static std::string words(const json::Json& check) {
        const auto& output = json::at(check, "output");
        return json::text(output, "title").value_or("") + "\n" + json::text(output, "summary").value_or("") + "\n" +
               json::text(output, "text").value_or("");
    }
    static std::string conclusion(const json::Json& check) { return json::text(check, "conclusion").value_or("none"); }
    static std::size_t comments(const Pull& pull) { return json::at(world().state(pull), "comments").size(); }
    static bool has_one_comment(const Pull& pull) {
        return wait_until([&] { return comments(pull) >= 1; }) && comments(pull) == 1;
    }

  private:
    inline static std::unique_ptr<World> world_;
};

}  // namespace benchgate::end_to_end
