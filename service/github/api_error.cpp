#include "service/github/api_error.h"

namespace benchgate::github {

std::string_view to_string(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::auth:
            return "auth";
        case ErrorKind::forbidden:
            return "forbidden";
        case ErrorKind::not_found:
            return "not_found";
        case ErrorKind::gone:
            return "gone";
        case ErrorKind::unprocessable:
            return "unprocessable";
        case ErrorKind::rate_limited:
            return "rate_limited";
        case ErrorKind::server:
            return "server";
        case ErrorKind::network:
            return "network";
        case ErrorKind::stopped:
            return "stopped";
        case ErrorKind::not_configured:
            return "not_configured";
    }
    return "";
}

std::string explain(const ApiError& error) {
    std::string text(to_string(error.kind));
    if (error.status != 0) text += " (" + std::to_string(error.status) + ")";
    return text + ": " + error.message;
}

}
