#include "service/store/types.h"

namespace benchgate::store {

std::string_view to_string(Channel channel) {
    switch (channel) {
        case Channel::inbox:
            return "inbox";
        case Channel::jobs:
            return "jobs";
        case Channel::outbox:
            return "outbox";
        case Channel::finished:
            return "finished";
    }
    return "";
}

std::string_view to_string(Fence fence) {
    switch (fence) {
        case Fence::current:
            return "current";
        case Fence::stale_epoch:
            return "stale_epoch";
        case Fence::gone:
            return "gone";
    }
    return "";
}

bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (dash ? c != '-' : !hex) return false;
    }
    return true;
}

}
