#pragma once
// Group commit for webhook deliveries: requests that wait at the same time are stored in one transaction,
// and each is answered after its commit. One delivery a commit stops at a few thousand a second on one disk; together
// they do not. Owns the queue and the threads; what storing means is the inbox's business.
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace benchgate::http {

struct Delivery {
    std::string delivery_id;   // X-GitHub-Delivery
    std::string event;         // X-GitHub-Event
    std::string headers_json;  // an object; without secrets
    std::string body;          // raw bytes as signed
};

// Where deliveries become durable.
struct DeliveryInbox {
    virtual ~DeliveryInbox() = default;
    // All of them in one durable transaction, or an exception and none. An id that is known already is not an error.
    // The bodies may be moved from. Called by several threads.
    virtual void store(std::span<Delivery> batch) = 0;
};

enum class Stored {
    durable,
    full,    // too many deliveries wait: nothing was taken
    failed,  // the store refused, or did not answer in time (it may still have been stored: ids make that harmless)
};

struct WriterOptions {
    std::size_t waiting = 1024;             // deliveries in the queue
    std::size_t waiting_bytes = 128 << 20;  // their bodies together
    std::size_t writers = 2;                // one prepares its batch while the other waits for its disk
    std::size_t batch = 256;
    std::size_t batch_bytes = 32 << 20;
    std::chrono::milliseconds patience{8'000};  // GitHub gives up after 10 s
};

class DeliveryWriter {
  public:
    DeliveryWriter(DeliveryInbox& inbox, WriterOptions options);
    // Stores what waits, then ends.
    ~DeliveryWriter();
    DeliveryWriter(const DeliveryWriter&) = delete;
    DeliveryWriter& operator=(const DeliveryWriter&) = delete;

    // Blocks until the delivery is durable or is known not to be. Any number of threads.
    Stored store(Delivery delivery);

    std::size_t waiting() const;

  private:
    struct Ticket {
        Delivery delivery;
        std::promise<Stored> answer;
    };

    void run();
    std::vector<Ticket> next_batch();
    void commit(std::vector<Ticket>& batch);

    DeliveryInbox& inbox_;
    WriterOptions options_;
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Ticket> queue_;
    std::size_t queued_bytes_ = 0;
    bool quit_ = false;
    std::vector<std::jthread> threads_;
};

}
