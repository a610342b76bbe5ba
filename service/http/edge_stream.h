#pragma once
// What the HTTP library sees of a connection: the rebuilt head, then exactly the announced body bytes, then end of
// file. Bytes that a pipelining peer sent after the body stay in the carry-over for the next request. Owns no
// descriptor.
#include <httplib.h>

#include <chrono>
#include <cstddef>
#include <string>

#include "service/http/connection.h"

namespace benchgate::http {

struct StreamLimits {
    std::chrono::milliseconds io_timeout{10'000};  // for one read or write without progress in between
    std::size_t least_bytes_per_second =
        128 * 1024;  // a body, or one written piece, may take io_timeout plus size / this
};

class EdgeStream final : public httplib::Stream {
  public:
    // `carry` holds what was read behind the head; it and `connection` outlive the stream.
    EdgeStream(Connection& connection, std::string head, std::string& carry, std::size_t body_bytes,
               const StreamLimits& limits);

    bool is_readable() const override { return true; }
    bool is_writable() const override { return !broken_ && connection_.peer_is_there(); }
    ssize_t read(char* to, size_t size) override;
    ssize_t write(const char* from, size_t size) override;
    void get_remote_ip_and_port(std::string& ip, int& port) const override;
    void get_local_ip_and_port(std::string& ip, int& port) const override;
    socket_t socket() const override { return connection_.socket(); }

    // Sends what write() still holds back (the head of a response without a body). False: the peer is lost.
    bool flush();

    // The whole body was handed over, so the next byte on the connection is the next request.
    bool drained() const { return body_left_ == 0 && !broken_; }
    bool wrote_anything() const { return wrote_; }

    // Takes the body's bytes out of the carry-over; called once, when the request is done.
    void settle_carry();

  private:
    bool fill_carry();
    bool send(std::string_view bytes);

    Connection& connection_;
    std::string head_;
    std::size_t head_at_ = 0;
    std::string& carry_;
    std::size_t carry_at_ = 0;
    std::size_t body_left_;
    StreamLimits limits_;
    Deadline body_deadline_;
    std::string held_;  // the response's head, sent in one packet with the first piece of its body
    bool wrote_ = false;
    bool broken_ = false;
};

}
