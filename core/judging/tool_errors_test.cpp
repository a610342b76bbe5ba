#include "core/judging/tool_errors.h"

#include <gtest/gtest.h>

namespace benchgate::judging {
namespace {

class ToolErrors : public testing::Test {
  protected:
    ToolErrors() {
        bundle.trials.resize(2);
        judgement.verdicts.resize(1);
        judgement.verdicts[0].series.key = {"broken", "time"};
        judgement.verdicts[0].kind = model::VerdictKind::failed;
    }
    std::string reason_after(std::string message) {
        bundle.trials[1].errors = {{"broken", std::move(message)}};
        judgement.verdicts[0].reason.clear();
        add_tool_errors(judgement, bundle);
        return judgement.verdicts[0].reason;
    }
    model::Bundle bundle;
    model::Judgement judgement;
};

TEST_F(ToolErrors, AVerdictWithoutAResultCarriesTheToolsOwnWords) {
    bundle.trials[0].errors = {{"broken", "no input file"}, {"", "of nobody"}};
    bundle.trials[1].errors = {{"fine", "once"}};
    judgement.verdicts.resize(2);
    judgement.verdicts[0].kind = model::VerdictKind::missing;
    judgement.verdicts[0].reason = "not on head";
    judgement.verdicts[1].series.key = {"fine", "time"};
    judgement.verdicts[1].kind = model::VerdictKind::unchanged;
    add_tool_errors(judgement, bundle);
    EXPECT_EQ(judgement.verdicts[0].reason, "not on head; the tool said: no input file");
    EXPECT_EQ(judgement.verdicts[1].reason, "");
}

TEST_F(ToolErrors, WhatAHostCannotDoIsItsOwnWordAndNoTools) {
    bundle.trials[0].errors = {{"broken", "unsupported: only root may do it"}};
    judgement.verdicts[0].reason = "base reported a value that is not a usable number";
    add_tool_errors(judgement, bundle);
    EXPECT_EQ(judgement.verdicts[0].reason, "unsupported: only root may do it");
}

TEST_F(ToolErrors, TheWordsAreBoundedAndEndWithAWholeCharacter) {
    std::string long_words;
    while (long_words.size() < 5000) long_words += "ü";
    const auto reason = reason_after(long_words);
    EXPECT_EQ(reason, "the tool said: " + long_words.substr(0, longest_tool_words));
    EXPECT_EQ(reason_after("x" + long_words), "the tool said: x" + long_words.substr(0, longest_tool_words - 2))
        << "half of a character would not be one";
}

TEST_F(ToolErrors, WhatNoDatabaseTakesIsReplaced) {
    EXPECT_EQ(reason_after(std::string("a\0b\nc\x1b[2J\xff!", 11)), "the tool said: a b c [2J?!");
}

TEST_F(ToolErrors, WhatWasSaidInATrialThatWasThrownAwayIsForgotten) {
    bundle.trials[1].kept = false;
    EXPECT_EQ(reason_after("gone"), "");
}

}  // namespace
}  // namespace benchgate::judging
