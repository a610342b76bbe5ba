// Every request that the service can send to GitHub, held against GitHub's own description by the local GitHub, with
// tokens that may do no more than each needs.

#include "service/github/app_rest.h"
#include "tests/end_to_end/shared_world.h"

namespace benchgate::end_to_end {
namespace {

class GithubCalls : public SharedWorld {
  protected:
    GithubCalls() {
        const auto pem = platform::read_file(text("private_key_file"), 1u << 16);
        tokens_.set_app({json::integer(world().github(), "app_id").value(),
                         platform::RsaPrivateKey::from_pem(pem.value()).value()});
    }
    static std::string text(const char* key) { return json::text(world().github(), key).value(); }
    static std::size_t violations() { return world().control("GET", "/violations").size(); }
    github::Repository repository_of(const Pull& pull) {
        const auto all =
            rest_.list_installation_repositories(json::integer(world().github(), "installation_id").value(), {});
        for (const auto& one : all.value().items)
            if (one.name == pull.repository)
                return {json::integer(world().github(), "installation_id").value(), one.id, one.owner, one.name};
        ADD_FAILURE() << pull.repository << " is not in the installation";
        return {};
    }

    std::unique_ptr<platform::HttpClient> client_ = platform::make_http_client();
    github::Api api_{{.base_url = text("api")}, *client_, github::real_timing()};
    github::Tokens tokens_{api_};
    github::Rest rest_{api_, tokens_};
    github::AppRest app_{api_, tokens_};
};

template <class T>
std::string problem(const github::ApiResult<T>& result) {
    return result ? "" : github::explain(result.error());
}

TEST_F(GithubCalls, AboutAPullRequestAreAsGitHubDescribesThem) {
    const auto pull = pull_after("calls", {{"a.txt", "1\n"}}, {{"a.txt", "2\n"}});
    const auto before = violations();
    const auto repository = repository_of(pull);

    github::CheckRun check;
    check.name = "benchgate/calls";
    check.head_sha = pull.head_sha;
    check.status = github::CheckStatus::completed;
    check.conclusion = github::CheckConclusion::failure;
    check.completed_at = std::chrono::system_clock::now();
    check.details_url = world().url() + "/";
    check.external_id = "run-1";
    check.title = "Two budgets are broken";
    check.summary = check.text = "| a |\n|---|\n| b |";
    for (int k = 0; k < 120; ++k)
        check.annotations.push_back({".benchgate.yml", k + 1, k + 2, github::AnnotationLevel::failure, "m", "t"});
    check.actions = {{"Re-run", "Measures again, on fresh blocks", "rerun"},
                     {"Waive", "Lets this regression pass here", "waive"},
                     {"Details", "The page of the run", "details"}};
    const auto made = rest_.create_check_run(repository, check, {});
    EXPECT_EQ(problem(made), "");
    const auto found = rest_.find_check_run(repository, pull.head_sha, check.name, "run-1", {});
    EXPECT_EQ(problem(found), "");
    ASSERT_TRUE(*found);
    EXPECT_EQ((*found)->id, made->id);
    EXPECT_EQ(problem(rest_.update_check_run(repository, made->id, check, {}, 120)), "");
    EXPECT_EQ(problem(rest_.create_status(
                  repository, pull.head_sha,
                  {"benchgate/status", github::StatusState::pending, "measuring", check.details_url}, {})),
              "");

    const auto comment = rest_.create_comment(repository, pull.number, "<!-- calls --> hello", {});
    EXPECT_EQ(problem(comment), "");
    EXPECT_EQ(problem(rest_.update_comment(repository, comment->id, "<!-- calls --> hello again", {})), "");
    EXPECT_EQ(rest_.find_comment(repository, pull.number, "<!-- calls -->", {}).value()->id, comment->id);
    EXPECT_EQ(problem(rest_.react_to_comment(repository, comment->id, github::Reaction::eyes, {})), "");

    const auto pulls = rest_.list_open_pulls(repository, {});
    EXPECT_EQ(problem(pulls), "");
    ASSERT_EQ(pulls->items.size(), 1u);
    EXPECT_EQ(pulls->items[0].head.sha, pull.head_sha);
    EXPECT_EQ(problem(rest_.get_pull_request(repository, pull.number, {})), "");
    EXPECT_EQ(rest_.get_permission(repository, "maintainer", {}).value(), github::Permission::admin);
    EXPECT_EQ(rest_.get_file(repository, "a.txt", "main", {}).value(), "1\n");
    EXPECT_EQ(problem(rest_.get_repository(repository, {})), "");
    EXPECT_EQ(problem(rest_.get_repository(repository, {})), "");
    EXPECT_EQ(api_.counts().of(github::Count::not_modified), 1u) << "asked again with its tag";

    EXPECT_EQ(violations(), before) << json::dump(world().control("GET", "/violations"), 2);
    const auto state = world().state(pull);
    EXPECT_EQ(json::at(state, "statuses").size(), 1u);
    EXPECT_EQ(json::at(state, "reactions").size(), 1u);
}

TEST_F(GithubCalls, AsTheAppAreAsGitHubDescribesThem) {
    const auto before = violations();
    EXPECT_EQ(app_.get_app({}).value().slug, "benchgate");
    const auto installations = app_.list_installations({});
    EXPECT_EQ(problem(installations), "");
    EXPECT_FALSE(installations->items.empty());
    const auto page = app_.list_deliveries("", {});
    EXPECT_EQ(problem(page), "");
    ASSERT_FALSE(page->deliveries.empty());
    const auto detail = app_.get_delivery(page->deliveries[0].id, {});
    EXPECT_EQ(problem(detail), "");
    EXPECT_EQ(detail->request_headers.count("X-Hub-Signature-256"), 0u);
    EXPECT_EQ(problem(app_.redeliver(page->deliveries[0].id, {})), "");
    EXPECT_EQ(problem(app_.update_hook_config({std::nullopt, std::string(40, 's')}, {})), "");
    EXPECT_EQ(app_.convert_manifest("no-such-code", {}).error().status, 404);
    EXPECT_EQ(violations(), before) << json::dump(world().control("GET", "/violations"), 2);
}

}  // namespace
}  // namespace benchgate::end_to_end
