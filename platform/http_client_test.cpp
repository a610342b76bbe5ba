#include "platform/http_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

namespace benchgate::platform {
namespace {

using namespace std::chrono_literals;

/// An ordinary server, made by httplib too, on a port of the kernel's choice.
template <typename Server = httplib::Server>
class LocalServer {
  public:
    template <typename... Args>
    explicit LocalServer(const std::function<void(httplib::Server&)>& routes, Args&&... args)
        : server_(std::forward<Args>(args)...) {
        routes(server_);
        port_ = server_.bind_to_any_port("127.0.0.1");
        thread_ = std::thread([this] { server_.listen_after_bind(); });
        while (!server_.is_running()) std::this_thread::yield();
    }
    ~LocalServer() {
        server_.stop();
        thread_.join();
    }
    std::string url(const std::string& target, const std::string& scheme = "http") const {
        return scheme + "://127.0.0.1:" + std::to_string(port_) + target;
    }

  private:
    Server server_;
    int port_ = 0;
    std::thread thread_;
};

/// A server that takes one connection after the other and does with each what the test says; for everything that is not
/// HTTP.
class RawServer {
  public:
    explicit RawServer(std::function<void(int)> talk) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
        ::listen(listener_, 8);
        socklen_t length = sizeof address;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this, talk = std::move(talk)] {
            for (;;) {
                const int connection = ::accept(listener_, nullptr, nullptr);
                if (connection < 0) return;
                talk(connection);
                ::close(connection);
            }
        });
    }
    ~RawServer() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/secret-path?token=hunter2"; }

  private:
    int listener_ = -1;
    int port_ = 0;
    std::thread thread_;
};

/// Reads a request without a body and returns its method.
std::string read_head(int fd) {
    std::string head;
    char byte = 0;
    while (!head.ends_with("\r\n\r\n") && ::recv(fd, &byte, 1, 0) == 1) head += byte;
    return head.substr(0, head.find(' '));
}

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

void wait_until_peer_leaves(int fd) {
    char byte = 0;
    while (::recv(fd, &byte, 1, 0) > 0) {
    }
}

HttpErrorKind failure_of(const HttpResult& result) {
    EXPECT_FALSE(result.has_value());
    if (result) return HttpErrorKind::invalid_request;
    EXPECT_EQ(result.error().message.find("hunter2"), std::string::npos) << result.error().message;
    EXPECT_EQ(result.error().message.find("secret-path"), std::string::npos) << result.error().message;
    return result.error().kind;
}

TEST(HttpClient, HeadersAreWhatTheServerWrote) {
    RawServer server([](int fd) {
        read_head(fd);
        write_all(fd,
                  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 Found\r\nContent-Length: 2\r\n"
                  "Location: /dir%2Fa/b%20c?d=%2B\r\nlink:<https://h/x?cursor=a%2Bb%3D%3D>; rel=\"next\"\t \r\n"
                  "X-Twice: 1\r\nX-Twice: %32\r\nX-Empty:\r\n\r\nok");
    });
    const auto answer = make_http_client()->send({.url = server.url()}, {});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 302);
    EXPECT_EQ(answer->body, "ok");
    EXPECT_EQ(answer->headers.get("Location"), "/dir%2Fa/b%20c?d=%2B");
    EXPECT_EQ(answer->headers.get("Link"), "<https://h/x?cursor=a%2Bb%3D%3D>; rel=\"next\"");
    std::vector<std::string> twice;
    for (const auto& [name, value] : answer->headers.lines())
        if (name == "X-Twice") twice.push_back(value);
    EXPECT_EQ(twice, (std::vector<std::string>{"1", "%32"}));
    EXPECT_EQ(answer->headers.get("X-Empty"), "");
}

TEST(HttpClient, SendsWhatItWasGivenAndReturnsWhatCameBack) {
    LocalServer<> server([](httplib::Server& routes) {
        const auto echo = [](const httplib::Request& request, httplib::Response& response) {
            response.set_header("X-Method", request.method);
            response.set_header("X-Length", request.get_header_value("Content-Length"));
            response.set_header("X-Query", request.get_param_value("q"));
            response.set_header("X-Token", request.get_header_value("Authorization"));
            response.status = request.method == "DELETE" ? 204 : 200;
            response.set_content(request.body, "text/plain");
        };
        routes.Get("/a%2Fb", echo).Get("/a/b", echo);
        routes.Post("/a/b", echo).Put("/a/b", echo).Patch("/a/b", echo).Delete("/a/b", echo);
    });
    const auto client = make_http_client();
    for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"}) {
        HttpRequest request{.method = method, .url = server.url("/a%2Fb?q=x%20y"), .headers = {}, .body = ""};
        request.headers.set("authorization", "Bearer t");
        const bool has_body = request.method != "GET" && request.method != "HEAD" && request.method != "DELETE";
        if (has_body) request.body = "{\"k\": \"v\"}";
        const auto response = client->send(request, {});
        ASSERT_TRUE(response) << method << response.error().message;
        EXPECT_EQ(response->status, std::string_view(method) == "DELETE" ? 204 : 200);
        EXPECT_EQ(response->headers.get("x-METHOD"), method);
        EXPECT_EQ(response->headers.get("X-Query"), "x y");
        EXPECT_EQ(response->headers.get("X-Token"), "Bearer t");
        const bool asks = std::string_view(method) == "GET" || std::string_view(method) == "HEAD";
        EXPECT_EQ(response->headers.get("X-Length").value_or(""), has_body ? "10" : asks ? "" : "0");
        EXPECT_EQ(response->body, request.body);
    }
}

TEST(HttpClient, SaysTheLengthOfAnEmptyBodyOnce) {
    LocalServer server([](httplib::Server& routes) {
        const auto count = [](const httplib::Request& request, httplib::Response& response) {
            response.set_content(std::to_string(request.get_header_value_count("Content-Length")), "text/plain");
        };
        routes.Post("/", count).Put("/", count).Patch("/", count).Delete("/", count);
    });
    const auto client = make_http_client();
    for (const auto* method : {"POST", "PUT", "PATCH", "DELETE"}) {
        const auto answer = client->send({.method = method, .url = server.url("/")}, {});
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_EQ(answer->body, "1") << method << ": strict servers answer 400 to two";
    }
}

TEST(HttpClient, UsesOneConnectionForOneHostAndServesManyThreads) {
    std::mutex mutex;
    std::set<int> ports;
    LocalServer<> server([&](httplib::Server& routes) {
        routes.Get("/", [&](const httplib::Request& request, httplib::Response& response) {
            const std::lock_guard lock(mutex);
            ports.insert(request.remote_port);
            response.set_content("x", "text/plain");
        });
    });
    const auto client = make_http_client();
    for (int k = 0; k < 4; ++k) ASSERT_TRUE(client->send({.url = server.url("/")}, {}));
    EXPECT_EQ(ports.size(), 1u);

    std::atomic<int> good = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&] {
                for (int k = 0; k < 20; ++k) good += client->send({.url = server.url("/")}, {}).has_value() ? 1 : 0;
            });
    }
    EXPECT_EQ(good, 80);
}

TEST(HttpClient, RepeatsAReadButNoWriteWhenAKeptConnectionHadBeenClosed) {
    std::mutex mutex;
    std::vector<std::string> methods;
    const auto note = [&](std::string method) {
        const std::lock_guard lock(mutex);
        methods.push_back(std::move(method));
    };
    const auto noted = [&] {
        const std::lock_guard lock(mutex);
        return methods;
    };
    // Each connection is answered once; the request after that finds it closed.
    RawServer server([&](int fd) {
        note(read_head(fd));
        write_all(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
        note(read_head(fd));
    });
    const auto client = make_http_client();
    EXPECT_TRUE(client->send({.url = server.url()}, {}));
    EXPECT_TRUE(client->send({.url = server.url()}, {})) << "a read may be sent again";
    EXPECT_EQ(noted(), (std::vector<std::string>{"GET", "GET", "GET"}));
    EXPECT_EQ(failure_of(client->send({.method = "POST", .url = server.url()}, {})), HttpErrorKind::broken);
    EXPECT_EQ(noted(), (std::vector<std::string>{"GET", "GET", "GET", "POST"})) << "a write may not";
}

TEST(HttpClient, RefusesWhatWouldForgeARequest) {
    const auto client = make_http_client();
    const auto send = [&](HttpRequest request) { return failure_of(client->send(request, {})); };
    EXPECT_EQ(send({.url = "http://127.0.0.1:1/", .headers = {{"X", "a\r\nEvil: b"}}}), HttpErrorKind::invalid_request);
    EXPECT_EQ(send({.url = "http://127.0.0.1:1/", .headers = {{"X\n", "a"}}}), HttpErrorKind::invalid_request);
    EXPECT_EQ(send({.method = "GET / HTTP/1.1\r\n", .url = "http://127.0.0.1:1/"}), HttpErrorKind::invalid_request);
    EXPECT_EQ(send({.url = "http://user:hunter2@127.0.0.1:1/"}), HttpErrorKind::invalid_request);
}

TEST(HttpClient, GivesUpOnAServerThatDoesNotListen) {
    int port = 0;
    {
        LocalServer<> gone([](httplib::Server&) {});
        port = std::stoi(gone.url("").substr(17));
    }
    const auto client = make_http_client();
    EXPECT_EQ(failure_of(client->send({.url = "http://127.0.0.1:" + std::to_string(port) + "/"}, {})),
              HttpErrorKind::connect);
}

TEST(HttpClient, GivesUpOnAServerThatHangsOrDribbles) {
    const auto client = make_http_client();
    RawServer silent([](int fd) { wait_until_peer_leaves(fd); });
    EXPECT_EQ(failure_of(client->send({.url = silent.url(), .timeout = 100ms}, {})), HttpErrorKind::timeout);

    RawServer dribbling([](int fd) {
        read_head(fd);
        write_all(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
        pollfd peer{fd, POLLIN, 0};
        // A byte every 5 ms: each single read is quick. Ends when the client has left.
        while (write_all(fd, "x") && ::poll(&peer, 1, 5) == 0) {
        }
    });
    EXPECT_EQ(failure_of(client->send({.url = dribbling.url(), .timeout = 200ms}, {})), HttpErrorKind::timeout);
}

TEST(HttpClient, LetsGoAtOnceWhenStopped) {
    const auto client = make_http_client();
    std::stop_source stop;
    RawServer silent([&](int fd) {
        read_head(fd);
        stop.request_stop();
        wait_until_peer_leaves(fd);
    });
    EXPECT_EQ(failure_of(client->send({.url = silent.url(), .timeout = 10min}, stop.get_token())),
              HttpErrorKind::stopped);
    EXPECT_EQ(failure_of(client->send({.url = silent.url()}, stop.get_token())), HttpErrorKind::stopped);
}

TEST(HttpClient, DoesNotSwallowMoreThanItsBounds) {
    const auto client = make_http_client({.max_response_bytes = 1000, .max_head_bytes = 8192});
    const auto ask = [&](const std::string& head, const std::string& repeated) {
        RawServer server([&](int fd) {
            read_head(fd);
            if (!write_all(fd, head)) return;
            while (!repeated.empty() && write_all(fd, repeated)) {
            }
        });
        return client->send({.url = server.url(), .timeout = 20s}, {});
    };
    EXPECT_EQ(failure_of(ask("HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n", "xxxxxxxx")),
              HttpErrorKind::too_large);
    EXPECT_EQ(failure_of(ask("HTTP/1.1 200 OK\r\n\r\n", "xxxxxxxx")), HttpErrorKind::too_large);
    EXPECT_EQ(failure_of(ask("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "4\r\nxxxx\r\n")),
              HttpErrorKind::too_large);
    EXPECT_EQ(failure_of(ask("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "00000000")),
              HttpErrorKind::too_large);
    EXPECT_EQ(failure_of(ask("HTTP/1.1 200 OK\r\n", "X: y\r\n")), HttpErrorKind::too_large);
    EXPECT_EQ(failure_of(ask("HTTP/1.1 200 OK\r\nX: ", "yyyyyyyy")), HttpErrorKind::too_large);
    EXPECT_EQ(failure_of(ask("HTTP/1.1 200 ", "OK OK OK")), HttpErrorKind::too_large);

    const auto fits = ask("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x'), "");
    ASSERT_TRUE(fits) << fits.error().message;
    EXPECT_EQ(fits->body.size(), 1000u);
}

TEST(HttpClient, TellsABrokenAnswerFromACompleteOne) {
    const auto client = make_http_client();
    for (const char* bad : {"", "nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"}) {
        RawServer server([bad](int fd) {
            read_head(fd);
            write_all(fd, bad);
        });
        EXPECT_EQ(failure_of(client->send({.url = server.url()}, {})), HttpErrorKind::broken) << bad;
    }
    // 304 has no body, and the connection stays open: waiting for its end would be a time-out.
    RawServer unchanged([](int fd) {
        read_head(fd);
        write_all(fd, "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n");
        wait_until_peer_leaves(fd);
    });
    const auto response = client->send({.url = unchanged.url()}, {});
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 304);
    EXPECT_EQ(response->headers.get("ETag"), "\"1\"");
}

TEST(HttpClient, ChecksCertificates) {
    std::string pattern = (std::filesystem::temp_directory_path() / "benchgate-tls-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    const std::filesystem::path directory = pattern;
    const auto make = [&](const std::string& name, const std::string& subject) {
        return std::system(("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -addext subjectAltName=" +
                            subject + " -keyout " + (directory / (name + ".key")).string() + " -out " +
                            (directory / (name + ".crt")).string() + " 2>/dev/null")
                               .c_str());
    };
    ASSERT_EQ(make("right", "IP:127.0.0.1"), 0);
    ASSERT_EQ(make("other", "DNS:other.example"), 0);
    const auto routes = [](httplib::Server& server) {
        server.Get("/", [](const httplib::Request&, httplib::Response& response) {
            response.set_content(std::string(100'000, 'x'), "text/plain");
        });
    };
    {
        const std::string certificate = directory / "right.crt";
        const std::string key = directory / "right.key";
        LocalServer<httplib::SSLServer> server(routes, certificate.c_str(), key.c_str());
        EXPECT_EQ(failure_of(make_http_client()->send({.url = server.url("/", "https")}, {})), HttpErrorKind::tls);
        const auto client = make_http_client({.ca_file = certificate});
        for (int k = 0; k < 2; ++k) {
            const auto response = client->send({.url = server.url("/", "https")}, {});
            ASSERT_TRUE(response) << response.error().message;
            EXPECT_EQ(response->body.size(), 100'000u);
        }
    }
    {
        const std::string certificate = directory / "other.crt";
        const std::string key = directory / "other.key";
        LocalServer<httplib::SSLServer> server(routes, certificate.c_str(), key.c_str());
        EXPECT_EQ(failure_of(make_http_client({.ca_file = certificate})->send({.url = server.url("/", "https")}, {})),
                  HttpErrorKind::tls)
            << "trusted, but made out to another name";
    }
    std::filesystem::remove_all(directory);
}

TEST(Redirect, NeverCarriesATokenToAnotherHost) {
    std::string seen = "not asked";
    LocalServer<> other([&](httplib::Server& routes) {
        routes.Get("/file", [&](const httplib::Request& request, httplib::Response& response) {
            seen = request.get_header_value("Authorization") + request.get_header_value("Cookie");
            response.set_content("content of " + request.get_header_value("Accept"), "text/plain");
        });
    });
    std::string inside;
    LocalServer<> server([&](httplib::Server& routes) {
        routes.Get("/away", [&](const httplib::Request&, httplib::Response& response) {
            response.set_redirect(other.url("/file"), 302);
        });
        routes.Get("/renamed",
                   [&](const httplib::Request&, httplib::Response& response) { response.set_redirect("/now", 301); });
        routes.Get("/now", [&](const httplib::Request& request, httplib::Response& response) {
            inside = request.get_header_value("Authorization");
            response.set_content("here", "text/plain");
        });
        routes.Get("/loop",
                   [&](const httplib::Request&, httplib::Response& response) { response.set_redirect("/loop", 302); });
    });
    const auto client = make_http_client();
    const auto ask = [&](const std::string& target) {
        HttpRequest request{.url = server.url(target), .headers = {{"Accept", "raw"}, {"Cookie", "c"}}};
        request.headers.set("AUTHORIZATION", "Bearer secret");
        return send_following_redirects(*client, request, 3, {});
    };
    EXPECT_EQ(ask("/away")->body, "content of raw");
    EXPECT_EQ(seen, "");
    EXPECT_EQ(ask("/renamed")->body, "here");
    EXPECT_EQ(inside, "Bearer secret") << "the same host needs it still";
    EXPECT_EQ(failure_of(ask("/loop")), HttpErrorKind::invalid_request);

    const auto plain = client->send({.url = server.url("/away")}, {});
    EXPECT_EQ(plain->status, 302) << "nothing is followed without being asked for";
}

TEST(Redirect, KeepsTheMethodAndRefusesToLeadWritingAway) {
    const HttpRequest post{.method = "POST", .url = "https://h/a", .headers = {{"Authorization", "t"}}, .body = "b"};
    const auto answer = [](int status, const std::string& location) {
        return HttpResponse{status, {{"location", location}}, ""};
    };
    for (const int status : {301, 302, 307, 308}) {
        const auto next = follow_redirect(post, answer(status, "/b"));
        ASSERT_TRUE(next && *next) << status;
        EXPECT_EQ((*next)->method, "POST");
        EXPECT_EQ((*next)->body, "b");
        EXPECT_EQ((*next)->url, "https://h/b");
        EXPECT_EQ((*next)->headers.get("Authorization"), "t");
    }
    EXPECT_EQ((*follow_redirect(post, answer(303, "/b")))->method, "GET");
    EXPECT_EQ((*follow_redirect(post, answer(303, "/b")))->body, "");
    EXPECT_FALSE(follow_redirect(post, answer(307, "https://other/b")));
    EXPECT_FALSE(follow_redirect(post, answer(307, "https://h:8443/b"))) << "another port is another server";
    const HttpRequest get{.url = "https://h/a", .headers = {{"Authorization", "t"}}};
    EXPECT_FALSE(follow_redirect(get, answer(302, "http://h/a"))) << "down to plain text";
    EXPECT_FALSE(follow_redirect(get, answer(302, "file:///etc/passwd")));
    EXPECT_EQ((*follow_redirect(get, answer(302, "https://h:8443/b")))->headers.get("authorization"), std::nullopt);
    EXPECT_EQ(follow_redirect(get, answer(200, "/b")), std::nullopt);
    EXPECT_EQ(follow_redirect(get, HttpResponse{301, {}, ""}), std::nullopt);
}

}  // namespace
}
