// What a report says of how it was measured: blocks that the host disturbed are counted, and the reasons are named.
#include <gtest/gtest.h>

#include "core/reporting/sample_report.h"
#include "core/reporting/words.h"

namespace benchgate::reporting {
namespace {

SuiteReport with_void_blocks(const std::string& observed) {
    auto suite = sample::suite("micro", {}, model::Gate::success);
    suite.judgement->blocks_void = 3;
    suite.host.push_back({std::string(model::void_blocks_fact), model::FactStatus::warn, observed, "none", ""});
    return suite;
}

TEST(Method, BlocksThatWereThrownAwayAreCountedWithTheirReasons) {
    const auto text = method_sentence(with_void_blocks(
        "3 thrown away (2 other processes, 1 stolen CPU time), 1 kept though disturbed (1 other processes)"));
    EXPECT_NE(text.find("3 blocks measured again for the host's sake (2 other processes, 1 stolen CPU time)"),
              std::string::npos)
        << text;
}

TEST(Method, WhatIsNoTallyIsNotRepeated) {
    for (const char* foreign : {"", "none", "9 thrown away (", "1 thrown away (<script>)", "1 thrown away (@team)",
                                "1 kept though disturbed (1 other processes)"}) {
        const auto text = method_sentence(with_void_blocks(foreign));
        EXPECT_NE(text.find("for the host's sake"), std::string::npos);
        EXPECT_EQ(text.find("sake ("), std::string::npos) << text;
    }
}

}  // namespace
}  // namespace benchgate::reporting
