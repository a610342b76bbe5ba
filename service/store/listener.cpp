#include "service/store/listener.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

#include "service/store/sql.h"

namespace benchgate::store {
namespace {

constexpr std::array channels{Channel::inbox, Channel::jobs, Channel::outbox, Channel::finished};
constexpr std::chrono::milliseconds first_pause{100};
constexpr std::chrono::milliseconds longest_pause{5'000};
constexpr std::chrono::milliseconds probe_interval{30'000};

class Receiver final : public pqxx::notification_receiver {
  public:
    Receiver(pqxx::connection_base& connection, Channel channel, const Listener::Callback& callback)
        : notification_receiver(connection, std::string(to_string(channel))), channel_(channel), callback_(callback) {}
    void operator()(const std::string&, int) override { callback_(channel_); }

  private:
    Channel channel_;
    const Listener::Callback& callback_;
};

}

struct Listener::State {
    std::string conninfo;
    Callback callback;
    std::atomic<bool> connected{false};
    int wake = -1;  // an eventfd: readable when the listener shall stop
    std::jthread thread;

    /// True when the listener shall stop; false when the time passed or the socket has something.
    bool wait(int socket, std::chrono::milliseconds limit) const {
        pollfd fds[2] = {{wake, POLLIN, 0}, {socket, POLLIN, 0}};
        ::poll(fds, socket >= 0 ? 2 : 1, static_cast<int>(limit.count()));
        return fds[0].revents != 0;
    }

    /// Returns when the listener shall stop; throws when the connection is lost.
    void listen() {
        Session session(conninfo, std::chrono::seconds(10));
        std::vector<std::unique_ptr<Receiver>> receivers;
        receivers.reserve(std::size(channels));
        for (const Channel channel : channels)
            receivers.push_back(std::make_unique<Receiver>(session.connection, channel, callback));
        connected = true;
        for (const Channel channel : channels) callback(channel);
        auto probed = std::chrono::steady_clock::now();
        while (!wait(session.connection.sock(), probe_interval)) {
            session.connection.get_notifs();
            if (!session.connection.is_open()) throw pqxx::broken_connection("listening connection lost");
            if (std::chrono::steady_clock::now() - probed < probe_interval) continue;
            // A peer that vanished without a word shows only when something is sent.
            pqxx::nontransaction(session.connection).exec("select 1");
            probed = std::chrono::steady_clock::now();
        }
    }

    void loop() {
        std::chrono::milliseconds pause = first_pause;
        while (true) {
            try {
                listen();
                connected = false;
                return;
            } catch (const std::exception&) {
                if (connected.exchange(false)) pause = first_pause;
            }
            if (wait(-1, pause)) return;
            pause = std::min(pause * 2, longest_pause);
        }
    }
};

Listener::Listener(const std::string& url, Callback callback) : state_(std::make_unique<State>()) {
    state_->conninfo = complete_conninfo(url, std::chrono::seconds(5));
    state_->callback = std::move(callback);
    state_->wake = ::eventfd(0, EFD_CLOEXEC);
    if (state_->wake < 0) throw StoreError("no eventfd");
    state_->thread = std::jthread([state = state_.get()] { state->loop(); });
}

Listener::~Listener() {
    const std::uint64_t one = 1;
    // The only way to fail is a counter at its maximum, which wakes as well.
    [[maybe_unused]] const ssize_t written = ::write(state_->wake, &one, sizeof one);
    state_->thread.join();
    ::close(state_->wake);
}

bool Listener::connected() const {
    return state_->connected;
}

}
