#pragma once
// The webhook writer's inbox in PostgreSQL: one statement and one commit a batch.
#include "platform/clock.h"
#include "service/http/delivery_writer.h"
#include "service/store/inbox.h"

namespace benchgate::http {

class StoreInbox final : public DeliveryInbox {
  public:
    // Both outlive the inbox.
    StoreInbox(store::Pool& pool, const platform::Clock& clock) : pool_(pool), clock_(clock) {}

    void store(std::span<Delivery> batch) override {
        std::vector<store::Delivery> rows;
        rows.reserve(batch.size());
        for (Delivery& delivery : batch)
            rows.push_back({std::move(delivery.delivery_id), std::move(delivery.event),
                            std::move(delivery.headers_json), std::move(delivery.body)});
        pool_.transaction([&](store::Tx& tx) { store::insert_deliveries(tx, rows, clock_.now()); });
    }

  private:
    store::Pool& pool_;
    const platform::Clock& clock_;
};

}
