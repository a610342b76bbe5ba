#include "cli/detect_command.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/json/json.h"

namespace benchgate::cli {
namespace {

class DetectCommand : public testing::Test {
  protected:
    DetectCommand() {
        std::string pattern = (std::filesystem::temp_directory_path() / "benchgate-detect-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
    }
    ~DetectCommand() override { std::filesystem::remove_all(folder_); }

    std::string file(const std::string& content) const {
        const auto path = folder_ / "series.csv";
        std::ofstream(path) << content;
        return path.string();
    }

    /// 40 values around 100, then `later` around 110.
    static std::string step(int later = 40, const std::string& axis = "index", const std::string& prefix = "") {
        std::ostringstream csv;
        csv << axis << ",value\n";
        for (int i = 0; i < 40 + later; ++i)
            csv << prefix << i << ',' << (i < 40 ? 100 : 110) + (i * 7 % 11 - 5) * 0.1 << '\n';
        return csv.str();
    }

    int run(const std::string& path, const std::string& json = "") {
        out_.str("");
        err_.str("");
        return run_detect({.file = path, .json = json}, out_, err_);
    }

    json::Json document() const { return json::parse(out_.str()).value(); }

    std::filesystem::path folder_;
    std::ostringstream out_, err_;
};

TEST_F(DetectCommand, TheDocumentHasTheAgreedShape) {
    ASSERT_EQ(run(file(step()), "-"), 0);
    const auto all = document();
    EXPECT_EQ(all["schema_version"], 1);
    ASSERT_EQ(all["points"].size(), 1u);
    const auto point = all["points"][0];
    EXPECT_EQ(point["index"], 40);
    EXPECT_EQ(point["at"], "40");
    EXPECT_NEAR(point["before"].get<double>(), 100, .1);
    EXPECT_NEAR(point["after"].get<double>(), 110, .1);
    EXPECT_NEAR(point["change"].get<double>(), .1, .003);
    EXPECT_LT(point["p"].get<double>(), 1e-6);
    EXPECT_EQ(point["later"], 40);
    EXPECT_EQ(point["provisional"], false);
    EXPECT_TRUE(all["provisional"].empty());
    EXPECT_TRUE(all["minor"].empty());
    EXPECT_EQ(all["values"], 80);
    EXPECT_EQ(all["axis"], "index");
    EXPECT_EQ(all["too_short"], false);
    EXPECT_EQ(err_.str(), "");
}

TEST_F(DetectCommand, PeopleGetAPictureAndATable) {
    ASSERT_EQ(run(file(step(40, "commit", "sha\x1b[31m"))), 0);
    const auto text = out_.str();
    EXPECT_NE(text.find("1 change, 80 values by commit"), std::string::npos) << text;
    EXPECT_NE(text.find("█"), std::string::npos) << text;
    EXPECT_NE(text.find("+10 %"), std::string::npos) << text;
    EXPECT_EQ(text.find('\x1b'), std::string::npos) << "a name stays a name";
    ASSERT_EQ(run(file(step(0))), 0);
    EXPECT_NE(out_.str().find("no change"), std::string::npos) << out_.str();
}

TEST_F(DetectCommand, TooFewLaterValuesMakeAPointProvisional) {
    ASSERT_EQ(run(file(step(6)), "-"), 0);
    EXPECT_TRUE(document()["points"].empty());
    ASSERT_EQ(document()["provisional"].size(), 1u);
    EXPECT_EQ(document()["provisional"][0]["provisional"], true);
    EXPECT_EQ(document()["provisional"][0]["index"], 40);
    ASSERT_EQ(run(file(step(6))), 0);
    EXPECT_NE(out_.str().find("provisional"), std::string::npos);
}

TEST_F(DetectCommand, NothingIsLeftOutInSilence) {
    auto csv = step();
    csv += "81,nan\n80,110\n80,110\n200,110\n";
    ASSERT_EQ(run(file(csv), "-"), 0);
    const auto all = document();
    EXPECT_EQ(all["left_out"]["count"], 1);
    EXPECT_EQ(all["left_out"]["rows"][0]["line"], 82);
    EXPECT_EQ(all["unsorted"], 2);
    EXPECT_EQ(all["doubled"], 1);
    EXPECT_EQ(all["gaps"], 118);
    const auto path = (folder_ / "series.csv").string();
    EXPECT_EQ(err_.str(), path + ":82: left out: not a finite number\n" + path +
                              ": 2 rows behind a later index; put into order\n" + path +
                              ": 1 row with the same index as another; the median counts, once\n" + path +
                              ": the index skips 118 numbers; values beside a gap count as neighbours\n");
}

TEST_F(DetectCommand, IndicesCountTheRowsThatWereLeftOut) {
    std::string csv = "index,value\n";
    for (int i = 0; i < 60; ++i) csv += std::to_string(i) + (i == 5 ? ",nan\n" : i < 30 ? ",100\n" : ",120\n");
    ASSERT_EQ(run(file(csv), "-"), 0);
    ASSERT_EQ(document()["points"].size(), 1u);
    EXPECT_EQ(document()["points"][0]["index"], 30);
}

TEST_F(DetectCommand, FewValuesAreAnAnswer) {
    for (const auto* csv : {"index,value\n", "index,value\n0,1\n", "index,value\n0,nan\n"}) {
        ASSERT_EQ(run(file(csv), "-"), 0) << csv;
        EXPECT_TRUE(document()["points"].empty());
        EXPECT_EQ(document()["too_short"], true);
        EXPECT_NE(err_.str().find("too few"), std::string::npos) << err_.str();
        ASSERT_EQ(run(file(csv)), 0) << csv;
    }
}

TEST_F(DetectCommand, AChangeThroughZeroHasNoRatio) {
    std::string csv = "index,value\n";
    for (int i = 0; i < 60; ++i) csv += std::to_string(i) + (i < 30 ? ",0\n" : ",3\n");
    ASSERT_EQ(run(file(csv), "-"), 0);
    EXPECT_TRUE(document()["points"][0]["change"].is_null());
    ASSERT_EQ(run(file(csv)), 0);
    EXPECT_NE(out_.str().find("no ratio"), std::string::npos) << out_.str();
}

TEST_F(DetectCommand, MistakesAreExitStatusTwo) {
    EXPECT_EQ(run((folder_ / "absent.csv").string()), 2);
    EXPECT_NE(err_.str().find("absent.csv:1: cannot be opened"), std::string::npos);
    EXPECT_EQ(run(folder_.string()), 2) << "a folder";
    EXPECT_EQ(run(file("index,value\n0,x\n")), 2);
    EXPECT_NE(err_.str().find("series.csv:2: value must be a number"), std::string::npos);
    EXPECT_EQ(run(file(step()), (folder_ / "no" / "such" / "folder.json").string()), 2);
    EXPECT_EQ(out_.str(), "");
}

TEST_F(DetectCommand, TheLargestNumbersAreDrawn) {
    std::string csv = "index,value\n";
    for (int i = 0; i < 60; ++i) csv += std::to_string(i) + (i < 30 ? ",1.7e308\n" : ",-1.7e308\n");
    ASSERT_EQ(run(file(csv)), 0);
    EXPECT_NE(out_.str().find("no ratio"), std::string::npos) << out_.str();
    ASSERT_EQ(run(file(csv), "-"), 0);
    EXPECT_EQ(document()["points"][0]["index"], 30);
}

}  // namespace
}  // namespace benchgate::cli
