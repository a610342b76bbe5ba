// Owns the promise that nothing is changed at GitHub: an HTTP client that lets through what only reads, and the minting
// of a token to read with. Does not own what is asked.
#pragma once

#include "platform/http_client.h"

namespace benchgate::github {

class ReadingClient final : public platform::HttpClient {
  public:
    explicit ReadingClient(platform::HttpClient& client) : client_(client) {}

    platform::HttpResult send(const platform::HttpRequest& request, std::stop_token stop) override {
        const bool mints = request.method == "POST" && request.url.ends_with("/access_tokens") &&
                           request.url.find("/app/installations/") != std::string::npos;
        if (request.method != "GET" && !mints)
            return tl::unexpected(platform::HttpError{platform::HttpErrorKind::invalid_request,
                                                      "only reading calls are made here, no " + request.method});
        return client_.send(request, stop);
    }

  private:
    platform::HttpClient& client_;
};

}
