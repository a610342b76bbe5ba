#include "service/http/delivery_writer.h"

#include <spdlog/spdlog.h>

namespace benchgate::http {

DeliveryWriter::DeliveryWriter(DeliveryInbox& inbox, WriterOptions options) : inbox_(inbox), options_(options) {
    for (std::size_t i = 0; i < options_.writers; ++i) threads_.emplace_back([this] { run(); });
}

DeliveryWriter::~DeliveryWriter() {
    {
        const std::lock_guard lock(mutex_);
        quit_ = true;
    }
    arrived_.notify_all();
    threads_.clear();  // joins, while the queue still exists
}

Stored DeliveryWriter::store(Delivery delivery) {
    Ticket ticket{std::move(delivery), {}};
    std::future<Stored> answer = ticket.answer.get_future();
    const std::size_t bytes = ticket.delivery.body.size();
    {
        const std::lock_guard lock(mutex_);
        if (quit_ || queue_.size() >= options_.waiting || queued_bytes_ + bytes > options_.waiting_bytes)
            return Stored::full;
        queue_.push_back(std::move(ticket));
        queued_bytes_ += bytes;
    }
    arrived_.notify_one();
    return answer.wait_for(options_.patience) == std::future_status::ready ? answer.get() : Stored::failed;
}

std::size_t DeliveryWriter::waiting() const {
    const std::lock_guard lock(mutex_);
    return queue_.size();
}

void DeliveryWriter::run() {
    for (;;) {
        std::vector<Ticket> batch = next_batch();
        if (batch.empty()) return;
        commit(batch);
    }
}

// What waits now, up to the bounds of one transaction (but always one delivery); empty at the end.
std::vector<DeliveryWriter::Ticket> DeliveryWriter::next_batch() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return quit_ || !queue_.empty(); });
    std::vector<Ticket> batch;
    std::size_t bytes = 0;
    while (!queue_.empty() && batch.size() < options_.batch) {
        const std::size_t next = queue_.front().delivery.body.size();
        if (!batch.empty() && bytes + next > options_.batch_bytes) break;
        bytes += next;
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    queued_bytes_ -= bytes;
    return batch;
}

void DeliveryWriter::commit(std::vector<Ticket>& batch) {
    std::vector<Delivery> deliveries;
    deliveries.reserve(batch.size());
    for (Ticket& ticket : batch) deliveries.push_back(std::move(ticket.delivery));
    Stored outcome = Stored::durable;
    try {
        inbox_.store(deliveries);
    } catch (const std::exception& e) {
        // Each sender is told 503 and GitHub keeps the delivery for redelivery; holding on to it here would only
        // promise what a crash can break.
        spdlog::error("{} webhook deliveries could not be stored: {}", deliveries.size(), e.what());
        outcome = Stored::failed;
    }
    for (Ticket& ticket : batch) ticket.answer.set_value(outcome);
}

}
