// What people see of the comment of a pull request: one that lives, and a new one only when the verdict turns red,
// whatever is lost, repeated or overtaken on the way. A real PostgreSQL and a GitHub that keeps comments.
#include <map>

#include "core/json/json.h"
#include "core/reporting/comment.h"
#include "service/github/scripted_github_for_tests.h"
#include "service/store/pull_requests.h"
#include "service/store/repositories.h"
#include "service/store/test_database.h"
#include "service/workers/outbox.h"
#include "service/workers/outbox_items.h"

namespace benchgate::workers {
namespace {

using namespace std::chrono_literals;
using model::Gate;

/// Keeps comments as GitHub does. It may carry a request out and lose the answer.
class KeepsComments final : public platform::HttpClient {
  public:
    platform::HttpResult send(const platform::HttpRequest& request, std::stop_token) override {
        if (request.url.ends_with("/access_tokens"))
            return platform::HttpResponse{201, {}, R"({"token": "ghs_x", "expires_at": "2100-01-01T00:00:00Z"})"};
        const auto path = request.url.substr(0, request.url.find('?'));
        const auto body = json::text(json::parse(request.body).value_or(json::Json::object()), "body");
        if (request.method == "GET") return platform::HttpResponse{200, {}, listing()};
        if (refused > 0) {
            --refused;
            return platform::HttpResponse{502, {}, ""};
        }
        std::int64_t id = 0;
        if (request.method == "POST") {
            id = ++last_;
            ++made;
        } else {
            id = std::stoll(path.substr(path.rfind('/') + 1));
            if (comments.count(id) == 0) return platform::HttpResponse{404, {}, R"({"message": "Not Found"})"};
        }
        comments[id] = body.value_or("");
        if (lost > 0) {
            --lost;
            return tl::make_unexpected(platform::HttpError{platform::HttpErrorKind::timeout, "lost"});
        }
        return platform::HttpResponse{200, {}, json::dump(comment(id))};
    }
    std::vector<std::int64_t> live() const {
        std::vector<std::int64_t> ids;
        for (const auto& [id, body] : comments)
            if (body.find(reporting::sticky_marker) != std::string::npos) ids.push_back(id);
        return ids;
    }

    std::map<std::int64_t, std::string> comments;
    int made = 0;
    int lost = 0;     ///< answers to come
    int refused = 0;  ///< requests to come

  private:
    json::Json comment(std::int64_t id) const {
        return {{"id", id},
                {"html_url", "https://github.invalid/c/" + std::to_string(id)},
                {"body", comments.at(id)},
                {"user", {{"login", "benchgate[bot]"}, {"type", "Bot"}}}};
    }
    std::string listing() const {
        auto all = json::Json::array();
        for (const auto& [id, body] : comments) all.push_back(comment(id));
        return json::dump(all);
    }
    std::int64_t last_ = 10;
};

class OutboxComments : public store::TestDatabase {
  protected:
    OutboxComments() {
        tokens_.set_app(github::test_app());
        pool.transaction([&](store::Tx& tx) {
            store::upsert_repository(tx, {77, "octo", "engine", "main", 100, false, true}, now_);
            store::upsert_pull_request(tx, {77, 7, "abc", "main", std::nullopt, false, true, std::nullopt}, 1, now_);
        });
    }
    void say(Gate gate, const std::string& words) {
        const CommentItem item{std::string(reporting::sticky_marker),
                               words + "\n" + std::string(reporting::sticky_marker) + "\n", gate, "title of " + words};
        pool.transaction([&](store::Tx& tx) {
            store::put_outbox(tx, {77, "pull/7", "comment", to_body(item), now_}, now_);
        });
    }
    /// Sends until nothing waits, however often it must be tried.
    void send_all() {
        for (int k = 0; k < 30; ++k, now_ += 1min)
            while (worker_.work({})) continue;
        EXPECT_EQ(pool.transaction([](store::Tx& tx) { return store::outbox_counts(tx); }).waiting, 0);
        EXPECT_EQ(pool.transaction([](store::Tx& tx) { return store::outbox_counts(tx); }).dead, 0);
    }
    /// The one live comment says this, and so the store knows it.
    void is_live(std::int64_t id, const std::string& words) {
        EXPECT_EQ(github_.live(), std::vector{id});
        EXPECT_TRUE(github_.comments[id].starts_with(words)) << github_.comments[id];
        const auto pull = pool.transaction([](store::Tx& tx) { return store::find_pull_request(tx, 77, 7); });
        EXPECT_EQ(pull->comment_id, id);
    }
    void is_folded(std::int64_t id, const std::string& words, std::int64_t newer) {
        const auto& text = github_.comments[id];
        EXPECT_TRUE(text.starts_with("An earlier result; see [a newer comment](https://github.invalid/c/" +
                                     std::to_string(newer) + ")"))
            << text;
        EXPECT_NE(text.find("<summary>title of " + words + "</summary>"), std::string::npos) << text;
        EXPECT_NE(text.find("\n" + words + "\n"), std::string::npos) << text;
    }

    store::Time now_ = start();
    KeepsComments github_;
    github::Timing timing_{.now = [this] { return now_; },
                           .wait =
                               [this](std::chrono::milliseconds time, std::stop_token) {
                                   now_ += time;
                                   return true;
                               },
                           .jitter = [] { return 0.5; }};
    github::Api api_{{}, github_, timing_};
    github::Tokens tokens_{api_};
    github::Rest rest_{api_, tokens_};
    OutboxWorker worker_{pool, rest_, timing_};
};

TEST_F(OutboxComments, OnlyAVerdictThatTurnsRedGetsANewCommentAndTheFormerOneIsFoldedAway) {
    say(Gate::success, "green");
    send_all();
    say(Gate::neutral, "inconclusive");
    send_all();
    EXPECT_EQ(github_.made, 1);
    is_live(11, "inconclusive");
    say(Gate::failure, "red");
    send_all();
    is_live(12, "red");
    is_folded(11, "inconclusive", 12);
    say(Gate::failure, "red still");
    send_all();
    say(Gate::success, "green again");
    send_all();
    EXPECT_EQ(github_.made, 2);
    is_live(12, "green again");
    say(Gate::failure, "red anew");
    send_all();
    EXPECT_EQ(github_.made, 3);
    is_live(13, "red anew");
    is_folded(12, "green again", 13);
    is_folded(11, "inconclusive", 12);
}

TEST_F(OutboxComments, AFirstRedVerdictIsTheFirstComment) {
    say(Gate::failure, "red");
    send_all();
    say(Gate::failure, "red");  // as a replay says it
    send_all();
    EXPECT_EQ(github_.made, 1);
    is_live(11, "red");
}

TEST_F(OutboxComments, WhatWasNeverPostedDoesNotCount) {
    say(Gate::failure, "red");
    send_all();
    say(Gate::success, "green");
    say(Gate::failure, "red again");  // takes the place of the other, which nobody has seen
    send_all();
    EXPECT_EQ(github_.made, 1);
    is_live(11, "red again");
}

TEST_F(OutboxComments, ALostAnswerMakesNoThirdComment) {
    say(Gate::success, "green");
    send_all();
    say(Gate::failure, "red");
    github_.lost = 1;
    send_all();
    EXPECT_EQ(github_.made, 2);
    is_live(12, "red");
    is_folded(11, "green", 12);
}

TEST_F(OutboxComments, AGreenVerdictThatOvertakesALostAnswerFindsTheSecondComment) {
    say(Gate::success, "green");
    send_all();
    say(Gate::failure, "red");
    github_.lost = 1;
    EXPECT_TRUE(worker_.work({}));
    EXPECT_EQ(github_.live().size(), 2u) << "for a moment, until the former one is folded away";
    say(Gate::success, "green again");
    send_all();
    EXPECT_EQ(github_.made, 2);
    is_live(12, "green again");
    is_folded(11, "green", 12);
}

TEST_F(OutboxComments, ASenderThatDiesInTheMiddleLeavesOneLiveComment) {
    say(Gate::success, "green");
    send_all();
    say(Gate::failure, "red");
    const auto claimed = worker_.claim(1);
    ASSERT_EQ(claimed.items.size(), 1u);
    // It made the comment and died before it could write that down; the hold ends by itself.
    rest_.create_comment({100, 77, "octo", "engine"}, 7, "red\n" + std::string(reporting::sticky_marker), {}).value();
    send_all();
    EXPECT_EQ(github_.made, 2);
    is_live(12, "red");
    is_folded(11, "green", 12);
}

TEST_F(OutboxComments, RefusalsOfEitherWriteAreTriedAgain) {
    say(Gate::success, "green");
    send_all();
    for (const int refusals : {1, 3}) {
        say(Gate::failure, "red");
        github_.refused = refusals;
        send_all();
        say(Gate::success, "green");
        send_all();
    }
    EXPECT_EQ(github_.made, 3);
    is_live(13, "green");
}

TEST_F(OutboxComments, ACommentThatSomebodyDeletedIsMadeAgainOnce) {
    say(Gate::success, "green");
    send_all();
    github_.comments.erase(11);
    say(Gate::success, "green too");
    send_all();
    EXPECT_EQ(github_.made, 2);
    is_live(12, "green too");
    say(Gate::failure, "red");
    send_all();
    github_.comments.erase(13);
    say(Gate::failure, "red too");
    send_all();
    EXPECT_EQ(github_.live().size(), 1u);
    is_folded(12, "green too", 13);
}

TEST_F(OutboxComments, WordsOfAStrangerInAnAnswerAreNotTakenForTheLiveComment) {
    say(Gate::success, "green");
    send_all();
    const auto quoted = "There is no waiver for `" + std::string(reporting::sticky_marker) + "`.";
    rest_.create_comment({100, 77, "octo", "engine"}, 7, quoted, {}).value();
    say(Gate::neutral, "inconclusive");
    github_.refused = 1;
    send_all();
    EXPECT_TRUE(github_.comments[11].starts_with("inconclusive"));
    EXPECT_EQ(github_.comments[12], quoted);
}

}  // namespace
}  // namespace benchgate::workers
