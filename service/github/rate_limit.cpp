#include "service/github/rate_limit.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

namespace benchgate::github {

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

// A header that asks for more than a day is wrong, or not meant for us.
constexpr seconds longest_wait = 24h;

std::optional<long long> whole_number(const platform::HttpHeaders* headers, std::string_view name) {
    const auto text = headers != nullptr ? headers->get(name) : std::nullopt;
    if (!text) return std::nullopt;
    long long value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc() || end != text->data() + text->size() || value < 0) return std::nullopt;
    return value;
}

bool speaks_of_a_limit(std::string_view message) {
    std::string lower(message);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
    return lower.find("rate limit") != std::string::npos || lower.find("abuse") != std::string::npos;
}

Decision limited(const Attempt& attempt) {
    if (const auto after = whole_number(attempt.headers, "retry-after"))
        return {ErrorKind::rate_limited, attempt.now + std::clamp(seconds(*after), 1s, longest_wait)};
    if (attempt.headers != nullptr)
        if (const auto reset = used_up_until(*attempt.headers, attempt.now)) return {ErrorKind::rate_limited, *reset};
    if (attempt.status == 403 && !speaks_of_a_limit(attempt.message) &&
        whole_number(attempt.headers, "x-ratelimit-remaining") != 0)
        return {ErrorKind::forbidden, std::nullopt};
    return {ErrorKind::rate_limited, attempt.now + doubled(60s, attempt.attempts, 1h)};
}

Decision refused_token(const Attempt& attempt) {
    if (attempt.token_is_fresh) {
        if (attempt.attempts > 3) return {ErrorKind::auth, std::nullopt};
        return {ErrorKind::auth, attempt.now + doubled(1s, attempt.attempts, 4s)};
    }
    if (attempt.attempts > 1) return {ErrorKind::auth, std::nullopt};
    return {ErrorKind::auth, attempt.now};
}

/// A commit that GitHub's replicas have not seen yet: 404, or for a check run 422 with these words.
bool unseen(const Attempt& attempt) {
    return attempt.status == 404 || (attempt.status == 422 && attempt.object_is_new &&
                                     attempt.message.find("No commit found") != std::string_view::npos);
}

}  // namespace

std::optional<TimePoint> used_up_until(const platform::HttpHeaders& headers, TimePoint now) {
    if (whole_number(&headers, "x-ratelimit-remaining") != 0) return std::nullopt;
    const auto reset = whole_number(&headers, "x-ratelimit-reset");
    // Whole seconds: in the clock's own unit a hostile number would overflow.
    const auto latest = std::chrono::duration_cast<seconds>((now + longest_wait).time_since_epoch());
    if (!reset || seconds(*reset) >= latest) return std::nullopt;
    // One second more: the header is rounded down, and a request too early counts against us.
    return std::max(TimePoint(seconds(*reset)) + 1s, now + 1s);
}

std::chrono::seconds doubled(std::chrono::seconds first, int attempts, std::chrono::seconds longest) {
    return std::min(longest, first * (std::int64_t{1} << std::clamp(attempts - 1, 0, 20)));
}

Decision decide(const Attempt& attempt) {
    const int status = attempt.status;
    if (status == 401) return refused_token(attempt);
    if (status == 403 || status == 429) return limited(attempt);
    if (unseen(attempt)) {
        if (!attempt.object_is_new || attempt.attempts > 4) return {ErrorKind::not_found, std::nullopt};
        return {ErrorKind::not_found, attempt.now + doubled(1s, attempt.attempts, 8s)};
    }
    if (status == 410 || status == 451) return {ErrorKind::gone, std::nullopt};
    if (status != 408 && status >= 300 && status < 500) return {ErrorKind::unprocessable, std::nullopt};

    const auto wait = doubled(1s, attempt.attempts, 5min) * (0.5 + std::clamp(attempt.jitter, 0.0, 1.0));
    const auto retry_at = attempt.now + std::chrono::duration_cast<TimePoint::duration>(wait);
    const auto asked = whole_number(attempt.headers, "retry-after");
    const auto not_before = attempt.now + std::min(seconds(asked.value_or(0)), longest_wait);
    return {status == 0 ? ErrorKind::network : ErrorKind::server, std::max(retry_at, not_before)};
}

}
