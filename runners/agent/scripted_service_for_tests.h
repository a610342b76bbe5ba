#pragma once
// The service of this room's tests: answers by a function, and keeps what it was asked. Does not own the protocol's
// rules: service/http/runner_api_test.cpp has the real other end.

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "core/json/json.h"
#include "platform/http_client.h"

namespace benchgate::agent {

class ScriptedService final : public platform::HttpClient {
  public:
    struct Asked {
        std::string method;
        std::string path;  ///< behind /runner/v1/jobs/JOB/EPOCH/; another address as it is
        std::string body;
    };
    /// Status 0: no answer.
    struct Answer {
        int status = 200;
        std::string body = "{}";
    };
    /// nullopt: what a service says that is content with everything.
    std::function<std::optional<Answer>(const Asked&)> script = [](const Asked&) { return std::nullopt; };

    platform::HttpResult send(const platform::HttpRequest& request, std::stop_token) override {
        Asked asked{request.method, behind_job(request.url), request.body};
        const std::lock_guard lock(mutex_);
        const Answer answer = script(asked).value_or(content(asked));
        asked_.push_back(std::move(asked));
        if (answer.status == 0) return tl::unexpected(platform::HttpError{platform::HttpErrorKind::connect, "away"});
        return platform::HttpResponse{answer.status, {}, answer.body};
    }

    std::vector<Asked> asked(const std::string& beginning) const {
        const std::lock_guard lock(mutex_);
        std::vector<Asked> found;
        for (const auto& one : asked_)
            if (one.path.starts_with(beginning)) found.push_back(one);
        return found;
    }

  private:
    static std::string behind_job(const std::string& url) {
        const auto job = url.find("/jobs/");
        if (job == std::string::npos) return url;
        const auto epoch = url.find('/', job + 6);
        return url.substr(url.find('/', epoch + 1) + 1);
    }
    static Answer content(const Asked& asked) {
        if (asked.path.starts_with("heartbeat")) return {200, R"({"expires_at":"2026-01-01T00:00:00Z","cancel":null})"};
        if (asked.path.starts_with("finish")) return {200, R"({"used":true})"};
        if (asked.path.starts_with("log?offset="))
            return {200, json::dump(json::Json{{"next", std::stoll(asked.path.substr(11)) + asked.body.size()}})};
        return {};
    }

    mutable std::mutex mutex_;
    std::vector<Asked> asked_;
};

}  // namespace benchgate::agent
