// What a repository makes a runner do: builds that take everything and benchmarks that print anything. The check says
// which bound was passed, and the runner goes on with the next pull request.

#include <fmt/format.h>
#include <unistd.h>

#include "tests/end_to_end/shared_world.h"

namespace benchgate::end_to_end {
namespace {

using testing::HasSubstr;

struct Case {
    std::string name;
    std::string script;
    std::string words;  ///< what a person reads on the check
};

class BadJob : public SharedWorld {
  protected:
    /// One pull request a case, each changing the script; all are told with their words.
    static std::vector<Pull> open(const std::string& repository, const std::string& script,
                                  const std::vector<Case>& cases) {
        std::vector<Pull> pulls;
        for (const auto& one : cases) {
            world().commit(repository, one.name, {{script, one.script + "\n"}});
            pulls.push_back(world().open_pull(repository, one.name));
        }
        return pulls;
    }
    static void expect_words(const std::vector<Case>& cases, const std::vector<Pull>& pulls, const std::string& phase) {
        for (std::size_t i = 0; i < pulls.size(); ++i) {
            SCOPED_TRACE(cases[i].name);
            const auto check = world().completed_check(pulls[i]);
            EXPECT_EQ(conclusion(check), "neutral");
            EXPECT_THAT(words(check), HasSubstr("could not be measured** (" + phase + "): head: "));
            EXPECT_THAT(words(check), HasSubstr(cases[i].words));
        }
    }
    /// A pull request that is in order is measured after all those.
    static void expect_the_runner_to_go_on(const std::string& repository) {
        world().commit(repository, "fine", {{"README", "nothing that runs"}});
        const auto fine = world().open_pull(repository, "fine");
        const auto check = world().completed_check(fine);
        EXPECT_EQ(conclusion(check), "success") << words(check);
        EXPECT_TRUE(is_told_once(fine));
        EXPECT_TRUE(std::filesystem::is_empty(world().folder() / "runner/jobs")) << "trees of jobs that are over";
        EXPECT_LT(World::peak_memory(world().runner()), 1024);
        EXPECT_LT(World::peak_memory(world().service()), 1024);
    }
    static std::string check_log(const std::string& repository) {
        return world()
            .ask({.url = "/api/v1/jobs/" + job_of(repository) + "/log", .max_response_bytes = 32u << 20})
            .body;
    }
};

TEST_F(BadJob, FailingBuildSaysWhereAndShowsTheEndOfItsLog) {
    const auto pull =
        pull_after("failing", quick_suite(1000), {{"build.sh", "echo the compiler is unhappy >&2\nexit 7\n"}});
    const auto check = world().completed_check(pull);
    EXPECT_EQ(conclusion(check), "neutral");
    EXPECT_THAT(words(check), HasSubstr("(build): head: build 'sh build.sh' exited with status 7"));
    EXPECT_THAT(words(check), HasSubstr("the compiler is unhappy"));
    EXPECT_TRUE(is_told_once(pull));
}

TEST_F(BadJob, BuildsThatDoNotEndOrTakeEverything) {
    // A length of sleep that no other process of this machine has.
    const auto sleep = fmt::format("sleep {}", 900'000'000 + ::getpid());
    const std::vector<Case> endless{
        {"hangs", sleep, "longer than allowed"},
        {"escapes", fmt::format("(setsid sh -c 'trap \"\" TERM HUP; {0}; {0}' &)\n{0}", sleep), "longer than allowed"}};
    const std::vector<Case> greedy{
        {"fills", "i=0\nwhile :; do head -c 8000000 /dev/zero > f$i; i=$((i+1)); sleep 0.02; done",
         "more disk space than the 256 MiB allowed"},
        {"stretches", "truncate -s 1000G large", "a file larger than the 256 MiB allowed"},
        {"forks", "while :; do sleep 1000 & done", "with as many processes as the 1024 allowed"},
    };
    auto impatient = quick_suite(1000);
    impatient[".benchgate.yml"] = config_of("sh build.sh", "sh bench.sh", "2s");
    world().make_repository("endless", impatient);
    const auto endless_pulls = open("endless", "build.sh", endless);
    world().make_repository("greedy", quick_suite(1000));
    const auto greedy_pulls = open("greedy", "build.sh", greedy);
    expect_words(endless, endless_pulls, "build");
    expect_words(greedy, greedy_pulls, "build");
    EXPECT_TRUE(World::processes_with(sleep).empty());
    expect_the_runner_to_go_on("greedy");
}

TEST_F(BadJob, ABuildThatPrintsAGigabyteIsCutAndItsEndIsKept) {
    const auto pull = pull_after("shouts", quick_suite(1000),
                                 {{"build.sh", "echo the first words\nhead -c 1000000000 /dev/zero | tr '\\0' x\n"}});
    const auto check = world().completed_check(pull);
    EXPECT_EQ(conclusion(check), "neutral");
    EXPECT_THAT(words(check), HasSubstr("more output than the 256 MiB allowed"));
    const auto log = check_log("shouts");
    ASSERT_GT(log.size(), 25u << 20);
    EXPECT_LT(log.size(), 26u << 20);
    EXPECT_THAT(log.substr(0, 1000), HasSubstr("the first words"));
    EXPECT_THAT(log.substr(24u << 20), HasSubstr("bytes of the log are left out: it is longer than 25 MiB"));
    EXPECT_THAT(log.substr(log.size() - 200), HasSubstr("more output than the 256 MiB allowed"));
    EXPECT_TRUE(is_told_once(pull));
}

TEST_F(BadJob, BenchmarksThatPrintNonsense) {
    const std::vector<Case> outputs{
        {"nothing", ":", "cannot be read as json: the result is empty"},
        {"half", R"(printf '{"measurements":[{"benchmark":"sor')",
         "cannot be read as json: the JSON ends after 34 bytes"},
        {"deep", R"(head -c 100000 /dev/zero | tr '\0' '[')", "cannot be read as json: more than 64 levels of nesting"},
        {"other", R"(printf '{"results":[]}')", "this JSON has no list of measurements"},
        {"empty", R"(printf '{"measurements":[]}')", "the result holds no benchmark"},
        {"flood", R"(head -c 200000000 /dev/zero | tr '\0' ' ')", "more output than the 128 MiB allowed"},
        {"fails", "echo half a result; exit 3", "the run command exited with status 3"},
        {"crashes", "kill -SEGV $$", "the run command ended by signal 11"},
    };
    world().make_repository("nonsense", quick_suite(1000));
    const auto pulls = open("nonsense", "bench.sh", outputs);
    // A tool of Python's writes NaN bare: the benchmark concerned is lost, not the document.
    const std::vector<Case> nan{
        {"nan", R"(printf '{"measurements":[{"benchmark":"sorted","unit":"ns","samples":[NaN]}]}')", ""}};
    const auto with_nan = open("nonsense", "bench.sh", nan);
    const std::vector<Case> endless{{"hangs", "sleep 1000", "longer than allowed"}};
    auto impatient = quick_suite(1000);
    auto& config = impatient[".benchgate.yml"];
    config.replace(config.find("trial: 20s"), 10, "trial: 3s");
    world().make_repository("endless-trial", impatient);
    expect_words(endless, open("endless-trial", "bench.sh", endless), "measure");
    expect_words(outputs, pulls, "measure");
    const auto lost = world().completed_check(with_nan.at(0));
    EXPECT_EQ(conclusion(lost), "neutral");
    EXPECT_THAT(words(lost), HasSubstr("2 of 2 benchmarks are missing"));
    expect_the_runner_to_go_on("nonsense");
}

TEST_F(BadJob, AMillionRowsAreTooMany) {
    const auto rows = [](const std::string& format, int count) {
        return fmt::format("awk 'BEGIN {{ for (i = 0; i < {}; ++i) printf {} }}'", count, format);
    };
    const std::vector<Case> outputs{
        {"values",
         R"(printf '{"measurements":[{"benchmark":"sorted","unit":"ns","samples":[')"
         "\n" +
             rows(R"("1,")", 999'999) +
             "\n"
             R"(printf '1]}]}')",
         "1000000 values of 1 series, about 24 MiB; at most 16 MiB are kept"},
        {"benchmarks",
         R"(printf '{"measurements":[')"
         "\n" +
             rows(R"("{\"benchmark\":\"b%d\",\"unit\":\"ns\",\"value\":1},", i)", 20'000) + "\n" +
             R"(printf '{"benchmark":"last","unit":"ns","value":1}]}')",
         "more than 10000 benchmarks"},
    };
    world().make_repository("rows", quick_suite(1000));
    const auto pulls = open("rows", "bench.sh", outputs);

    // The same in the formats of real tools.
    const auto in_format = [](const std::string& format, const std::string& row) {
        auto files = quick_suite(1000);
        auto& config = files[".benchgate.yml"];
        config.replace(config.find("format: json"), 12, "format: " + format);
        files["bench.sh"] = "cat <<'END'\n" + row + "\nEND\n";
        return files;
    };
    const std::vector<Case> go{
        {"rows", rows(R"("BenchmarkRow 1 5 ns/op\n")", 1'000'000), "1000000 values of 1 series"},
        {"names", rows(R"("BenchmarkRow%d 1 5 ns/op\n", i)", 20'000), "more than 10000 benchmarks"}};
    world().make_repository("go-rows", in_format("go", "BenchmarkRow 1 5 ns/op"));
    const auto go_pulls = open("go-rows", "bench.sh", go);
    const std::string row =
        R"({"name":"BM","run_type":"iteration","iterations":1,"real_time":1,"cpu_time":1,"time_unit":"ns"})";
    std::string quoted = row;
    for (auto at = quoted.find('"'); at != std::string::npos; at = quoted.find('"', at + 2)) quoted.insert(at, "\\");
    const std::vector<Case> google{{"rows",
                                    "printf '{\"context\":{},\"benchmarks\":['\n" +
                                        rows("\"" + quoted + ",\"", 1'000'000) + "\necho '" + row + "]}'",
                                    "the output is larger than 64 MiB"}};
    world().make_repository("google-rows",
                            in_format("google-benchmark", R"({"context":{},"benchmarks":[)" + row + "]}"));
    const auto google_pulls = open("google-rows", "bench.sh", google);

    expect_words(outputs, pulls, "measure");
    expect_words(go, go_pulls, "measure");
    expect_words(google, google_pulls, "measure");
    expect_the_runner_to_go_on("rows");
}

TEST_F(BadJob, NamesMadeToBreakMarkdownAreOnlyNames) {
    const std::string name = R"(<!-- -->|@team\n\n# <img src=x> [a](javascript:b))";
    const auto script = [&](int ns) {
        return fmt::format(
            "cat <<'END'\n{{\"measurements\":[{{\"benchmark\":\"{}\",\"unit\":\"ns\",\"samples\":[{}]}}]}}\nEND\n",
            name, ns);
    };
    auto main = quick_suite(1000);
    main["bench.sh"] = script(1000);
    const auto pull = pull_after("names", main, {{"bench.sh", script(2000)}});
    const auto check = world().completed_check(pull);
    EXPECT_NE(conclusion(check), "none");
    ASSERT_TRUE(is_told_once(pull));
    EXPECT_EQ(page(pull).find("<img"), std::string::npos);
    for (const auto& text : {comment(pull), json::dump(check)}) {
        EXPECT_EQ(text.find("<img"), std::string::npos) << text;
        EXPECT_EQ(text.find("<!-- -->|"), std::string::npos) << text;
        EXPECT_EQ(text.find("|@team"), std::string::npos) << text;
        EXPECT_EQ(text.find("](javascript"), std::string::npos) << text;
    }
}

}  // namespace
}  // namespace benchgate::end_to_end
