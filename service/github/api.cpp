#include "service/github/api.h"

#include <algorithm>

#include "core/json/json.h"
#include "platform/url.h"
#include "service/github/rate_limit.h"

namespace benchgate::github {

namespace {

constexpr int max_redirects = 3;
constexpr std::size_t max_message_bytes = 500;
constexpr std::size_t max_refusal_bytes = 64u << 10;
constexpr std::chrono::seconds least_time_left{1};

/// One line of at most max_message_bytes, without the token should the other side repeat it.
std::string clean(std::string text, const std::string& token) {
    for (std::size_t at; !token.empty() && (at = text.find(token)) != std::string::npos;)
        text.replace(at, token.size(), "[redacted]");
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    if (text.size() > max_message_bytes) {
        text.resize(max_message_bytes);
        while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) text.pop_back();
        if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xc0) text.pop_back();
    }
    return text;
}

/// {"message": ..., "errors": [{"field", "code", "message"} or text]} in one line.
std::string refusal_text(const platform::HttpResponse& response) {
    const auto document = json::parse(response.body, {.bytes = max_refusal_bytes, .depth = 16});
    if (!document) return {};
    std::string text = json::text(*document, "message").value_or("");
    const auto& errors = json::at(*document, "errors");
    if (!errors.is_array()) return text;
    for (const auto& error : errors) {
        if (error.is_string()) text += "; " + error.get<std::string>();
        for (const char* key : {"field", "code", "message"})
            if (const auto part = json::text(error, key)) text += "; " + *part;
        if (text.size() > max_message_bytes) break;
    }
    return text;
}

std::string without_slash(std::string_view text) {
    while (text.ends_with('/')) text.remove_suffix(1);
    return std::string(text);
}

}  // namespace

std::string git_base_of(std::string_view api_base) {
    std::string base = without_slash(api_base);
    if (base == "https://api.github.com") return "https://github.com";
    constexpr std::string_view enterprise = "/api/v3";
    if (base.ends_with(enterprise)) return base.substr(0, base.size() - enterprise.size());
    return base;
}

Api::Api(ApiOptions options, platform::HttpClient& client, Timing timing)
    : options_(std::move(options)), client_(client), timing_(std::move(timing)), kept_(options_.kept_answers) {
    options_.base_url = without_slash(options_.base_url);
}

platform::HttpRequest Api::request_for(const Call& call, const std::string& token) const {
    platform::HttpRequest request;
    request.method = call.method;
    request.url = options_.base_url + call.path;
    request.body = call.body;
    request.timeout = options_.timeout;
    request.max_response_bytes = call.max_response_bytes != 0 ? call.max_response_bytes : options_.max_response_bytes;
    request.headers.set("Accept", call.accept);
    if (!token.empty()) request.headers.set("Authorization", "Bearer " + token);
    request.headers.set("User-Agent", options_.user_agent);
    request.headers.set("X-GitHub-Api-Version", options_.api_version);
    if (!call.body.empty()) request.headers.set("Content-Type", "application/json");
    return request;
}

/// Like platform::send_following_redirects, but to the same host only: GitHub itself never sends an App elsewhere.
Api::Sent Api::follow(platform::HttpRequest request, std::stop_token stop) const {
    const auto refuse = [](std::string message) {
        return tl::make_unexpected(platform::HttpError{platform::HttpErrorKind::invalid_request, std::move(message)});
    };
    ApiResponse answer;
    for (int followed = 0;; ++followed) {
        auto response = client_.send(request, stop);
        if (!response) return tl::make_unexpected(response.error());
        static_cast<platform::HttpResponse&>(answer) = std::move(*response);
        auto next = platform::follow_redirect(request, answer);
        if (!next) return tl::make_unexpected(next.error());
        if (!*next) return answer;
        const auto from = platform::parse_url(request.url);
        const auto to = platform::parse_url((*next)->url);
        if (!from || !to || !to->same_origin(*from)) return refuse("a redirect to another host is not followed");
        if (followed == max_redirects) return refuse("more than " + std::to_string(max_redirects) + " redirects");
        counts_.add(Count::redirects);
        answer.moved = true;
        request = std::move(**next);
    }
}

/// One sending, with what was kept of the last answer to the same question.
Api::Sent Api::exchange(const Call& call, platform::HttpRequest request, std::stop_token stop) const {
    if (call.method != "GET") return follow(std::move(request), stop);
    const auto key = std::to_string(call.installation_id) + " " + call.accept + " " + call.path;
    const auto kept = kept_.find(key);
    if (kept) request.headers.set("If-None-Match", kept->etag);
    auto sent = follow(std::move(request), stop);
    if (!sent) return sent;
    if (kept && sent->status == 304) {
        counts_.add(Count::not_modified);
        static_cast<platform::HttpResponse&>(*sent) = kept->response;
    } else {
        kept_.keep(key, *sent);
    }
    return sent;
}

void Api::count(const Call& call, const Sent& sent) const {
    const bool reads = call.method == "GET";
    counts_.add(reads ? Count::reads : Count::writes);
    if (call.effort != nullptr && !reads) {
        ++call.effort->writes;
        if (call.method == "POST") ++call.effort->created;
    }
    if (!sent)
        counts_.add(Count::no_answer);
    else if (sent->status >= 500)
        counts_.add(Count::failed);
}

ApiError Api::no_answer(const platform::HttpError& error, const std::string& token) const {
    using platform::HttpErrorKind;
    ApiError result{0, ErrorKind::network, clean(error.message, token), std::nullopt};
    if (error.kind == HttpErrorKind::stopped) {
        result.kind = ErrorKind::stopped;
    } else if (error.kind == HttpErrorKind::invalid_request || error.kind == HttpErrorKind::too_large) {
        result.kind = ErrorKind::unprocessable;
    } else {
        const auto decision =
            decide({.headers = nullptr, .message = {}, .now = timing_.now(), .jitter = timing_.jitter()});
        result.retry_at = decision.retry_at;
    }
    return result;
}

/// What an answer other than 2xx means, with what it says about the installation's limits written down.
Decision Api::judge(const Call& call, const ApiResponse& response, const Sending& sending, TimePoint now) const {
    const bool may_be_limit = response.status == 403 || response.status == 429;
    int attempts = sending.attempts;
    if (may_be_limit) attempts = 1 + rests_.in_a_row(call.installation_id);
    if (sending.is_stale(response)) attempts = sending.swapped ? 2 : 1;
    const auto decision = decide({.status = response.status,
                                  .headers = &response.headers,
                                  .message = sending.refusal,
                                  .now = now,
                                  .attempts = attempts,
                                  .jitter = timing_.jitter(),
                                  .token_is_fresh = sending.token.fresh,
                                  .object_is_new = call.object_is_new});
    if (decision.kind == ErrorKind::rate_limited) {
        counts_.add(Count::limited);
        rests_.rest(call.installation_id, *decision.retry_at);
    } else if (response.status < 500) {
        counts_.add(Count::refused);
    }
    return decision;
}

ApiResult<ApiResponse> Api::send(const Call& call, const BearerSource& bearer, std::stop_token stop) const {
    const auto fail = [](int status, ErrorKind kind, std::string message, std::optional<TimePoint> retry_at) {
        return tl::make_unexpected(ApiError{status, kind, std::move(message), retry_at});
    };
    if (const auto until = rests_.until(call.installation_id, timing_.now())) {
        counts_.add(Count::rested);
        return fail(0, ErrorKind::rate_limited, "GitHub asked to wait", until);
    }
    const auto time_left = [&] {
        return call.effort != nullptr && call.effort->until
                   ? std::chrono::duration_cast<std::chrono::milliseconds>(*call.effort->until - timing_.now())
                   : options_.timeout;
    };
    std::string refused;
    for (Sending sending;; ++sending.attempts) {
        auto token = bearer(refused, stop);
        if (!token) return tl::make_unexpected(token.error());
        sending.token = std::move(*token);
        if (time_left() < least_time_left) return fail(0, ErrorKind::network, "it takes too long", timing_.now());
        auto request = request_for(call, sending.token.token);
        request.timeout = std::min(request.timeout, time_left());
        auto response = exchange(call, std::move(request), stop);
        count(call, response);
        if (!response) return tl::make_unexpected(no_answer(response.error(), sending.token.token));
        const TimePoint now = timing_.now();
        if (response->status >= 200 && response->status < 300) {
            rests_.served(call.installation_id);
            if (const auto until = used_up_until(response->headers, now)) rests_.rest(call.installation_id, *until);
            return std::move(*response);
        }

        sending.refusal = refusal_text(*response);
        const auto decision = judge(call, *response, sending, now);
        const bool wait_here = decision.kind == ErrorKind::auth || decision.kind == ErrorKind::not_found;
        if (!wait_here || !decision.retry_at)
            return fail(response->status, decision.kind, clean(sending.refusal, sending.token.token),
                        decision.retry_at);
        refused.clear();
        if (sending.is_stale(*response)) {
            // The waits for a token that GitHub does not know yet begin anew with the new one.
            refused = sending.token.token;
            sending.swapped = true;
            sending.attempts = 0;
        }
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*decision.retry_at - now);
        if (wait >= time_left()) return fail(0, ErrorKind::network, "it takes too long", timing_.now());
        if (wait > std::chrono::milliseconds(0) && !timing_.wait(wait, stop))
            return fail(0, ErrorKind::stopped, "stopped", std::nullopt);
    }
}

}
