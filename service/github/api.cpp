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

ApiError no_answer(const platform::HttpError& error, TimePoint now, double jitter) {
    using platform::HttpErrorKind;
    const auto final = [&](ErrorKind kind) { return ApiError{0, kind, error.message, std::nullopt}; };
    if (error.kind == HttpErrorKind::stopped) return final(ErrorKind::stopped);
    if (error.kind == HttpErrorKind::invalid_request || error.kind == HttpErrorKind::too_large)
        return final(ErrorKind::unprocessable);
    const auto decision = decide({.headers = nullptr, .message = {}, .now = now, .jitter = jitter});
    return {0, decision.kind, error.message, decision.retry_at};
}

std::string without_slash(std::string_view text) {
    while (text.ends_with('/')) text.remove_suffix(1);
    return std::string(text);
}

}  // namespace

std::string git_base_of(std::string_view api_base) {
    const std::string base = without_slash(api_base);
    if (base == "https://api.github.com") return "https://github.com";
    constexpr std::string_view enterprise = "/api/v3";
    if (base.ends_with(enterprise)) return base.substr(0, base.size() - enterprise.size());
    return base;
}

Api::Api(ApiOptions options, platform::HttpClient& client, Timing timing)
    : options_(std::move(options)), client_(client), timing_(std::move(timing)) {
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
    request.headers.set("Authorization", "Bearer " + token);
    request.headers.set("User-Agent", options_.user_agent);
    request.headers.set("X-GitHub-Api-Version", options_.api_version);
    if (!call.body.empty()) request.headers.set("Content-Type", "application/json");
    return request;
}

ApiResult<platform::HttpResponse> Api::send(const Call& call, const BearerSource& bearer, std::stop_token stop) const {
    std::string refused;
    bool swapped = false;
    for (int attempts = 1;; ++attempts) {
        const auto token = bearer(refused, stop);
        if (!token) return tl::make_unexpected(token.error());
        auto response =
            platform::send_following_redirects(client_, request_for(call, token->token), max_redirects, stop);
        const TimePoint now = timing_.now();
        if (!response) {
            auto error = no_answer(response.error(), now, timing_.jitter());
            error.message = clean(std::move(error.message), token->token);
            return tl::make_unexpected(std::move(error));
        }
        if (response->status >= 200 && response->status < 300) return std::move(*response);

        const std::string text = refusal_text(*response);
        const bool stale = response->status == 401 && !token->fresh;
        const auto decision = decide({.status = response->status,
                                      .headers = &response->headers,
                                      .message = text,
                                      .now = now,
                                      .attempts = stale ? 1 + (swapped ? 1 : 0) : attempts,
                                      .jitter = timing_.jitter(),
                                      .token_is_fresh = token->fresh,
                                      .object_is_new = call.object_is_new});
        const bool wait_here = decision.kind == ErrorKind::auth || decision.kind == ErrorKind::not_found;
        if (!wait_here || !decision.retry_at)
            return tl::make_unexpected(
                ApiError{response->status, decision.kind, clean(text, token->token), decision.retry_at});
        refused.clear();
        if (stale) {
            // The waits for a token that GitHub does not know yet begin anew with the new one.
            refused = token->token;
            swapped = true;
            attempts = 0;
        }
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*decision.retry_at - now);
        if (wait > std::chrono::milliseconds(0) && !timing_.wait(wait, stop))
            return tl::make_unexpected(ApiError{0, ErrorKind::stopped, "stopped", std::nullopt});
    }
}

}
