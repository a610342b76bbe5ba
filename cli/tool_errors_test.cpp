#include "cli/tool_errors.h"

#include <gtest/gtest.h>

namespace benchgate::cli {
namespace {

TEST(ToolErrors, AVerdictWithoutAResultCarriesTheToolsOwnWords) {
    model::Bundle bundle;
    bundle.trials.resize(2);
    bundle.trials[0].errors = {{"broken", "no input file"}, {"", "of nobody"}};
    bundle.trials[1].errors = {{"fine", "once"}};
    model::Judgement judgement;
    judgement.verdicts.resize(2);
    judgement.verdicts[0].series.key = {"broken", "time"};
    judgement.verdicts[0].kind = model::VerdictKind::missing;
    judgement.verdicts[0].reason = "not on head";
    judgement.verdicts[1].series.key = {"fine", "time"};
    judgement.verdicts[1].kind = model::VerdictKind::unchanged;
    add_tool_errors(judgement, bundle);
    EXPECT_EQ(judgement.verdicts[0].reason, "not on head; the tool said: no input file");
    EXPECT_EQ(judgement.verdicts[1].reason, "");
}

}  // namespace
}  // namespace benchgate::cli
