#include "cli/judge_command.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/json/json.h"
#include "core/protocol/bundle_json.h"

namespace benchgate::cli {
namespace {

class JudgeCommand : public testing::Test {
  protected:
    JudgeCommand() {
        std::string pattern = (std::filesystem::temp_directory_path() / "benchgate-judge-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
    }
    ~JudgeCommand() override { std::filesystem::remove_all(folder_); }

    std::string file(const std::string& name, const std::string& content) const {
        const auto path = folder_ / name;
        std::ofstream(path) << content;
        return path.string();
    }

    /// Five blocks of 4 + 4 in which head takes `effect` times as long.
    std::string trials(const std::string& name, double effect) const {
        std::ostringstream csv;
        csv << "benchmark,metric,unit,better,block,position,side,value\n";
        for (int block = 0; block < 5; ++block)
            for (int position = 0; position < 8; ++position) {
                const bool head = position % 2 == 1;
                csv << "A\x1b[31m,time,ns,lower," << block << ',' << position << ',' << (head ? "head," : "base,")
                    << (1000 + (position / 2 * 7 + block * 3) % 11) * (head ? effect : 1) << '\n';
            }
        return file(name, csv.str());
    }

    int run(const JudgeOptions& options) {
        out_.str("");
        err_.str("");
        return run_judge(options, out_, err_);
    }

    json::Json document() const { return json::parse(out_.str()).value(); }

    std::filesystem::path folder_;
    std::ostringstream out_, err_;
};

TEST_F(JudgeCommand, TheExitStatusIsTheGate) {
    EXPECT_EQ(run({.trials_file = trials("slow.csv", 1.3), .json = "-"}), 1);
    const auto verdict = document()["verdicts"][0];
    EXPECT_EQ(verdict["verdict"], "regressed");
    EXPECT_EQ(verdict["trials_used"], 12);
    EXPECT_EQ(verdict["level"], "critical");
    EXPECT_EQ(document()["gate"], "failure");
    EXPECT_EQ(run({.trials_file = trials("same.csv", 1), .json = "-"}), 0);
    EXPECT_EQ(document()["gate"], "success");
    EXPECT_EQ(document()["verdicts"][0]["trials_used"], 8);
    EXPECT_EQ(err_.str(), "");
}

TEST_F(JudgeCommand, PlainLinesCarryNoControlCharacters) {
    EXPECT_EQ(run({.trials_file = trials("slow.csv", 1.3)}), 1);
    EXPECT_NE(out_.str().find("regressed     A\uFFFD[31m time  +30 % ("), std::string::npos) << out_.str();
    EXPECT_NE(out_.str().find("gate: failure"), std::string::npos);
    EXPECT_EQ(out_.str().find('\x1b'), std::string::npos);

    // The judge's reason quotes the units of a bundle.
    model::Bundle bundle;
    for (int i = 0; i < 16; ++i) {
        model::Trial trial;
        trial.number = i;
        trial.block = i / 8;
        trial.position = i % 8;
        trial.side = i % 2 ? model::Side::head : model::Side::base;
        model::Measurement measurement;
        measurement.series = {{"A", "time"}, i % 2 ? "ns" : "\x1b[2Jns\u202E", model::Better::lower, true};
        measurement.samples = {1000.0 + i};
        trial.values = {measurement};
        bundle.trials.push_back(trial);
    }
    EXPECT_EQ(run({.bundle_file = file("bundle.json", json::dump(protocol::to_json(bundle)))}), 0);
    EXPECT_NE(out_.str().find("its unit is"), std::string::npos) << out_.str();
    EXPECT_EQ(out_.str().find('\x1b'), std::string::npos);
    EXPECT_EQ(out_.str().find("\u202E"), std::string::npos);
}

TEST_F(JudgeCommand, MoreTestsNeedMoreEvidence) {
    const auto slow = trials("slow.csv", 1.3);
    EXPECT_EQ(run({.trials_file = slow, .benchmarks = 108, .json = "-"}), 1);
    EXPECT_EQ(document()["verdicts"][0]["trials_used"], 12);
    EXPECT_EQ(run({.trials_file = slow, .benchmarks = 109, .json = "-"}), 1);
    EXPECT_EQ(document()["verdicts"][0]["trials_used"], 20);
    EXPECT_EQ(document()["tests"], 109);
}

TEST_F(JudgeCommand, APolicyFileDecidesOnLevels) {
    const auto slow = trials("slow.csv", 1.3);
    const auto calm =
        file("calm.yml", "suites: {a: {run: ./bench}}\npolicy:\n  levels: [ {name: notable, at: 20%, action: log} ]\n");
    EXPECT_EQ(run({.trials_file = slow, .policy_file = calm, .json = "-"}), 0);
    EXPECT_EQ(document()["verdicts"][0]["level"], "notable");
    const auto wrong = file("wrong.yml", "suites: {a: {run: ./bench}}\npolicy:\n  detekt: 3%\n");
    EXPECT_EQ(run({.trials_file = slow, .policy_file = wrong}), 2);
    EXPECT_EQ(err_.str().rfind(wrong + ":3:3: ", 0), 0u) << err_.str();
}

TEST_F(JudgeCommand, ABundleIsJudgedWithWhatItFixed) {
    model::Bundle bundle;
    bundle.experiment.confirm = false;
    bundle.experiment.tests = 1;
    for (int i = 0; i < 40; ++i) {
        model::Trial trial;
        trial.number = i;
        trial.block = i / 8;
        trial.position = i % 8;
        trial.side = i % 2 ? model::Side::head : model::Side::base;
        model::Measurement measurement;
        measurement.series = {{"A", "time"}, "ns", model::Better::lower, true};
        measurement.samples = {(1000 + i % 7) * (i % 2 ? 1.3 : 1.0)};
        trial.values = {measurement};
        bundle.trials.push_back(trial);
    }
    const auto first = file("bundle.json", json::dump(protocol::to_json(bundle)));
    EXPECT_EQ(run({.bundle_file = first, .json = "-"}), 1) << err_.str();
    EXPECT_EQ(document()["gate"], "failure");
    const auto once = out_.str();
    EXPECT_EQ(run({.bundle_file = first, .json = "-"}), 1);
    EXPECT_EQ(out_.str(), once) << "the same verdict, bit for bit";
    EXPECT_EQ(run({.bundle_file = first}), 1);
    EXPECT_NE(out_.str().find("regressed (critical)"), std::string::npos) << out_.str();
    EXPECT_NE(out_.str().find("\n1 of 1 benchmark got slower. The check fails.\n"), std::string::npos) << out_.str();
    bundle.experiment.confirm = true;
    EXPECT_EQ(run({.bundle_file = file("b.json", json::dump(protocol::to_json(bundle))), .json = "-"}), 0);
    EXPECT_EQ(document()["gate"], "neutral");
}

TEST_F(JudgeCommand, WhatCannotBeReadIsSaid) {
    EXPECT_EQ(run({}), 2);
    EXPECT_EQ(run({.trials_file = "a", .bundle_file = "b"}), 2);
    EXPECT_EQ(run({.trials_file = (folder_ / "none.csv").string()}), 2);
    EXPECT_NE(err_.str().find("none.csv:1: cannot be opened"), std::string::npos);
    const auto broken =
        file("broken.csv", "benchmark,metric,unit,better,block,position,side,value\nA,time,ns,lower,0,0,base,fast\n");
    EXPECT_EQ(run({.trials_file = broken}), 2);
    EXPECT_EQ(err_.str(), broken + ":2: value must be a number\n");
    EXPECT_EQ(run({.bundle_file = file("bundle.json", "{\"trials\": [")}), 2);
    EXPECT_EQ(run({.bundle_file = file("bundle.json", "{}")}), 2);
    EXPECT_NE(err_.str(), "");
    EXPECT_EQ(run({.bundle_file = file("report.json", "{\"suites\": []}")}), 2);
    EXPECT_NE(err_.str().find("`--bundle FILE` keeps what judge reads"), std::string::npos) << err_.str();
    EXPECT_EQ(run({.trials_file = trials("same.csv", 1), .json = (folder_ / "no/such/folder.json").string()}), 2);
}

TEST_F(JudgeCommand, BadInputIsAnErrorWithItsLineOrADefinedAnswer) {
    const std::string header = "benchmark,metric,unit,better,block,position,side,value\n";
    /// Five blocks; the row of block 2, position 3 (head) is what is asked for.
    const auto with = [&](const std::string& odd, const std::string& start = "A,time,ns,lower,") {
        std::string csv = header;
        for (int block = 0; block < 5; ++block)
            for (int position = 0; position < 8; ++position)
                csv += block == 2 && position == 3 ? odd
                                                   : start + std::to_string(block) + "," + std::to_string(position) +
                                                         (position % 2 == 1 ? ",head," : ",base,") +
                                                         std::to_string(1000 + (position * 7 + block * 3) % 11) + "\n";
        return file("odd.csv", csv);
    };
    const auto error = [&](const std::string& odd) {
        EXPECT_EQ(run({.trials_file = with(odd), .json = "-"}), 2) << odd;
        EXPECT_EQ(out_.str(), "");
        return err_.str().substr(folder_.string().size() + 1);
    };
    EXPECT_EQ(error("A,time,us,lower,2,3,head,1\n"),
              "odd.csv:21: unit and better differ from an earlier row of this benchmark and metric\n");
    EXPECT_EQ(error("A,time,ns,higher,2,3,head,1000\n"),
              "odd.csv:21: unit and better differ from an earlier row of this benchmark and metric\n");
    EXPECT_EQ(error("A,time,ns,lower,2,2,head,1000\n"), "odd.csv:21: block 2 has position 2 twice\n");
    EXPECT_EQ(error("A,time,ns,lower,2,3,head,\n"), "odd.csv:21: value must be a number\n");
    EXPECT_EQ(error("A,time,ns,lower,2,3,head,1e309\n"), "odd.csv:21: value must be a number\n");

    const auto verdict = [&](const std::string& odd) {
        EXPECT_EQ(run({.trials_file = with(odd), .json = "-"}), 0) << odd;
        return document()["verdicts"][0];
    };
    EXPECT_EQ(verdict("")["verdict"], "unchanged") << "a missing trial is a gap";
    // Two blocks settle it: what stands in the third is not read any more.
    EXPECT_EQ(verdict("A,time,ns,lower,2,3,head,1e308\n")["verdict"], "unchanged");
    for (const auto* value : {"1e308", "-1e308", "nan", "inf", "-inf"}) {
        std::string csv = header;
        for (int position = 0; position < 8; ++position)
            csv += "A,time,ns,lower,0," + std::to_string(position) + (position % 2 == 1 ? ",head," : ",base,") +
                   (position == 3 ? value : "1000") + "\n";
        EXPECT_EQ(run({.trials_file = file("odd.csv", csv), .json = "-"}), 0);
        EXPECT_EQ(document()["verdicts"][0]["verdict"], "failed") << value;
        EXPECT_EQ(document()["gate"], "neutral") << value;
    }
    EXPECT_EQ(run({.trials_file = file("odd.csv", header + "A,time,ns,lower,0,0,base,1000\n"), .json = "-"}), 0);
    EXPECT_EQ(document()["verdicts"][0]["verdict"], "missing") << "one point";
    EXPECT_EQ(run({.trials_file = file("odd.csv", header), .json = "-"}), 0);
    EXPECT_EQ(document()["gate"], "neutral") << "nothing was judged";
}

}  // namespace
}  // namespace benchgate::cli
