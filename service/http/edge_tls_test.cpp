// The edge under TLS with a certificate of its own: ordinary use, plain text by mistake, and a handshake that never
// ends.
#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <cstdlib>
#include <filesystem>

#include "service/http/edge.h"
#include "service/http/raw_client_for_tests.h"

namespace benchgate::http {
namespace {

using testing::RawClient;
using testing::status_of;
using namespace std::chrono_literals;

class EdgeTlsTest : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "benchgate-tls-XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder = pattern;
        const std::string command =
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
            "-keyout " +
            folder + "/key.pem -out " + folder + "/cert.pem 2>/dev/null";
        ASSERT_EQ(std::system(command.c_str()), 0) << "the openssl program is needed";
        EdgeOptions options;
        options.certificate_file = folder + "/cert.pem";
        options.key_file = folder + "/key.pem";
        options.head_timeout = 300ms;
        options.linger = 100ms;
        edge = std::make_unique<Edge>(std::move(options));
        edge->post("/length", [](const Request& request, Response& response) {
            response.set_content(std::to_string(request.body.size()), "text/plain");
        });
        edge->start();
    }
    void TearDown() override {
        edge.reset();
        std::filesystem::remove_all(folder);
    }

    std::string folder;
    std::unique_ptr<Edge> edge;
};

TEST_F(EdgeTlsTest, KeepsAConnectionOverManyRequestsAndLargeBodies) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    SSL_CTX_load_verify_locations(context.get(), (folder + "/cert.pem").c_str(), nullptr);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(BIO_new_ssl_connect(context.get()), &BIO_free_all);
    BIO_set_conn_hostname(bio.get(), ("127.0.0.1:" + std::to_string(edge->port())).c_str());
    ASSERT_EQ(BIO_do_connect(bio.get()), 1);
    for (const std::size_t size : {0ul, 5ul, 1000ul, 1'000'000ul, 7ul}) {
        const std::string request = "POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) +
                                    "\r\n\r\n" + std::string(size, 'x');
        ASSERT_EQ(BIO_write(bio.get(), request.data(), static_cast<int>(request.size())),
                  static_cast<int>(request.size()));
        std::string answer;
        const std::string wanted = "\r\n\r\n" + std::to_string(size);
        while (!answer.ends_with(wanted)) {
            char bytes[4096];
            const int got = BIO_read(bio.get(), bytes, sizeof bytes);
            ASSERT_GT(got, 0) << answer;
            answer.append(bytes, static_cast<std::size_t>(got));
        }
        EXPECT_EQ(status_of(answer), 200);
    }
}

TEST_F(EdgeTlsTest, PlainTextAndSilentHandshakesAreCut) {
    RawClient plain(edge->port());
    plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(plain.ends());
    RawClient silent(edge->port());
    EXPECT_TRUE(silent.ends());
    RawClient partial(edge->port());
    partial.send(std::string("\x16\x03\x01\x02\x00\x01", 6));
    EXPECT_TRUE(partial.ends());
}

TEST_F(EdgeTlsTest, AKeyThatDoesNotFitIsSaidAtTheStart) {
    EdgeOptions options;
    options.certificate_file = folder + "/cert.pem";
    options.key_file = folder + "/nothing.pem";
    EXPECT_THROW(Edge{std::move(options)}, std::runtime_error);
}

}
}
