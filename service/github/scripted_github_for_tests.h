// Owns the GitHub of this room's tests: a real HTTP server on the loopback that answers from a script and keeps what it
// was asked, and a clock on which waiting takes no time. Does not own GitHub's behaviour: tests/ has a stateful one.
#pragma once

#include <gtest/gtest.h>
#include <httplib.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/json/json.h"
#include "service/github/rest.h"

namespace benchgate::github {

/// Where GitHub mints the token of the installation that the tests have.
inline const std::string mint_path = "/app/installations/100/access_tokens";

struct Answer {
    int status = 200;
    std::string body = "{}";
    std::multimap<std::string, std::string> headers = {};
    std::string type = "application/json; charset=utf-8";
};

struct Asked {
    std::string method;
    std::string target;  ///< path and query as they came
    std::string authorization;
    std::string body;
    httplib::Headers headers;
};

/// A new RSA key.
inline std::string make_pem() {
    std::string pattern = (std::filesystem::temp_directory_path() / "benchgate-app-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
    const std::string file = pattern + "/key.pem";
    const int status = std::system(("openssl genrsa -out " + file + " 2048 2>/dev/null").c_str());
    std::ifstream stream(file);
    std::string text{std::istreambuf_iterator<char>(stream), {}};
    std::filesystem::remove_all(pattern);
    if (status != 0) throw std::runtime_error("openssl genrsa failed");
    return text;
}
/// PEM of the App's key, made once a test program.
inline const std::string& test_app_pem() {
    static const std::string pem = make_pem();
    return pem;
}
inline AppCredentials test_app() {
    return {4711, platform::RsaPrivateKey::from_pem(test_app_pem()).value()};
}

class GithubScript {
  public:
    GithubScript() {
        const auto all = [this](const httplib::Request& request, httplib::Response& response) {
            answer(request, response);
        };
        server_.Get(".*", all).Post(".*", all).Patch(".*", all).Put(".*", all).Delete(".*", all);
        port_ = server_.bind_to_any_port("127.0.0.1");
        thread_ = std::thread([this] { server_.listen_after_bind(); });
        while (!server_.is_running()) std::this_thread::yield();
        api_ = std::make_unique<Api>(ApiOptions{.base_url = url() + "/api/v3/"}, *client_, timing());
        tokens_ = std::make_unique<Tokens>(*api_);
        tokens_->set_app(test_app());
        rest_ = std::make_unique<Rest>(*api_, *tokens_);
    }
    ~GithubScript() {
        // The server's threads wait for the connections that the client keeps.
        client_.reset();
        server_.stop();
        thread_.join();
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

    /// One more answer to requests of this method and path (without /api/v3 and query). Answers are given in order; the
    /// last one stands until another is added.
    void on(const std::string& method, const std::string& path, Answer next) {
        const std::lock_guard lock(mutex_);
        script_[method + " " + path].answers.push_back(std::move(next));
    }
    /// Tokens are handed out as "ghs_1", "ghs_2", ...; an hour long.
    void hand_out_tokens() { hand_out_ = true; }

    std::vector<Asked> asked(const std::string& method = {}, const std::string& part = {}) {
        const std::lock_guard lock(mutex_);
        std::vector<Asked> result;
        for (const auto& one : asked_)
            if ((method.empty() || one.method == method) && one.target.find(part) != std::string::npos)
                result.push_back(one);
        return result;
    }
    std::vector<std::chrono::milliseconds> waits() {
        const std::lock_guard lock(mutex_);
        return waits_;
    }
    void advance(std::chrono::milliseconds by) {
        const std::lock_guard lock(mutex_);
        now_ += by;
    }

    Timing timing() {
        return {.now =
                    [this] {
                        const std::lock_guard lock(mutex_);
                        return now_;
                    },
                .wait =
                    [this](std::chrono::milliseconds duration, std::stop_token stop) {
                        const std::lock_guard lock(mutex_);
                        waits_.push_back(duration);
                        now_ += duration;
                        return !stop.stop_requested();
                    },
                .jitter = [] { return 0.5; }};
    }

    const Repository repository_{100, 77, "octo org", "engine"};
    const std::string repo_ = "/repos/octo%20org/engine";
    std::unique_ptr<platform::HttpClient> client_ = platform::make_http_client();
    std::unique_ptr<Api> api_;
    std::unique_ptr<Tokens> tokens_;
    std::unique_ptr<Rest> rest_;

  private:
    void answer(const httplib::Request& request, httplib::Response& response) {
        const std::lock_guard lock(mutex_);
        asked_.push_back(
            {request.method, request.target, request.get_header_value("Authorization"), request.body, request.headers});
        std::string path = request.target.substr(0, request.target.find('?'));
        if (path.starts_with("/api/v3")) path.erase(0, 7);
        const auto found = script_.find(request.method + " " + path);
        Answer next{599, R"({"message": "not in the script"})"};
        if (found != script_.end()) {
            auto& [answers, given] = found->second;
            next = answers[std::min(given++, answers.size() - 1)];
            given = std::min(given, answers.size());
        } else if (hand_out_ && path.ends_with("/access_tokens")) {
            next = {201, R"({"token": "ghs_)" + std::to_string(++minted_) +
                             R"(", "expires_at": "2027-01-15T09:00:00Z", "permissions": {"checks": "write"}})"};
        }
        response.status = next.status;
        for (const auto& [name, value] : next.headers) response.set_header(name, value);
        response.set_content(next.body, next.type);
    }

    GithubScript(const GithubScript&) = delete;
    GithubScript& operator=(const GithubScript&) = delete;

    httplib::Server server_;
    int port_ = 0;
    std::mutex mutex_;
    struct Answers {
        std::vector<Answer> answers;
        std::size_t given = 0;
    };
    std::map<std::string, Answers> script_;
    std::vector<Asked> asked_;
    std::vector<std::chrono::milliseconds> waits_;
    TimePoint now_ = TimePoint(std::chrono::seconds(1'800'000'000));  // 2027-01-15T08:00:00Z
    bool hand_out_ = false;
    int minted_ = 0;
    std::thread thread_;
};

/// The script as a test fixture.
class ScriptedGithub : public testing::Test, public GithubScript {};

}
