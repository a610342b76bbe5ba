#include <algorithm>

#include "platform/http_client.h"
#include "platform/url.h"

namespace benchgate::platform {

namespace {

bool same_name(std::string_view left, std::string_view right) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [&](char a, char b) { return lower(a) == lower(b); });
}

tl::unexpected<HttpError> refused(std::string message) {
    return tl::make_unexpected(HttpError{HttpErrorKind::invalid_request, std::move(message)});
}

}  // namespace

std::optional<std::string> HttpHeaders::get(std::string_view name) const {
    for (const auto& [line, value] : lines_)
        if (same_name(line, name)) return value;
    return std::nullopt;
}

void HttpHeaders::remove(std::string_view name) {
    std::erase_if(lines_, [&](const auto& line) { return same_name(line.first, name); });
}

void HttpHeaders::set(std::string_view name, std::string value) {
    remove(name);
    lines_.emplace_back(std::string(name), std::move(value));
}

std::string_view to_string(HttpErrorKind kind) {
    switch (kind) {
        case HttpErrorKind::invalid_request:
            return "invalid request";
        case HttpErrorKind::connect:
            return "no connection";
        case HttpErrorKind::tls:
            return "TLS";
        case HttpErrorKind::timeout:
            return "time-out";
        case HttpErrorKind::stopped:
            return "stopped";
        case HttpErrorKind::too_large:
            return "answer too large";
        case HttpErrorKind::broken:
            return "broken connection";
    }
    return "";
}

tl::expected<std::optional<HttpRequest>, HttpError> follow_redirect(const HttpRequest& request,
                                                                    const HttpResponse& response) {
    const int status = response.status;
    if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308) return std::nullopt;
    const auto location = response.headers.get("Location");
    if (!location) return std::nullopt;
    const auto from = parse_url(request.url);
    if (!from) return refused(from.error());
    const auto to = resolve_url(*from, *location);
    if (!to) return refused("redirect from " + from->origin() + ": " + to.error());
    if (from->scheme == "https" && to->scheme != "https")
        return refused("redirect from " + from->origin() + " to an address without TLS");

    HttpRequest next = request;
    next.url = to->text();
    if (status == 303 && request.method != "HEAD") {
        next.method = "GET";
        next.body.clear();
        next.headers.remove("Content-Type");
    }
    if (!to->same_origin(*from)) {
        if (!next.body.empty() || (next.method != "GET" && next.method != "HEAD"))
            return refused("redirect of a writing request from " + from->origin() + " to another host");
        for (const char* name : {"Authorization", "Cookie", "Proxy-Authorization"}) next.headers.remove(name);
    }
    return next;
}

HttpResult send_following_redirects(HttpClient& client, HttpRequest request, int max_redirects, std::stop_token stop) {
    for (int followed = 0;; ++followed) {
        auto response = client.send(request, stop);
        if (!response) return response;
        auto next = follow_redirect(request, *response);
        if (!next) return tl::make_unexpected(next.error());
        if (!*next) return response;
        if (followed == max_redirects) return refused("more than " + std::to_string(max_redirects) + " redirects");
        request = std::move(**next);
    }
}

}
