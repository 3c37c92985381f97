#include "bridge/http/transfer.hpp"

namespace bridge::http {

std::string transfer::describe_end(core::clock::time_point now) const {
    const auto in_seconds = [](core::clock::duration time) {
        return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
    };
    const std::string of_all = total_ == 0 ? std::string(" bytes") : " of " + std::to_string(total_) + " bytes";
    const std::string how_far = std::to_string(done_) + of_all + " in " + in_seconds(now - began_);
    if (now - progress_ >= patience_) return how_far + ", the last of them " + in_seconds(now - progress_) + " ago";
    return how_far + ", which is less than " + std::to_string(lowest_rate) + " bytes a second";
}

}  // namespace bridge::http
