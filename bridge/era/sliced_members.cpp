#include "bridge/era/sliced_members.hpp"

#include "bridge/core/turn.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/long_scan.hpp"

namespace bridge::era {
namespace {

class member_scan final : public jsonrpc::long_scan {
public:
    explicit member_scan(std::string_view object) : long_scan(object, jsonrpc::deepest_nesting) {}

    std::vector<jsonrpc::member> found;

private:
    void on_key(unsigned) override {}
    bool on_member(unsigned depth, std::string_view raw) override {
        if (depth == 1 && found.size() <= jsonrpc::most_members) found.push_back({key_at(1), raw});
        return true;
    }
};

}  // namespace

core::task<std::optional<std::vector<jsonrpc::member>>> members_in_slices(core::executor executor, std::string_view object) {
    member_scan scan(object);
    core::turn turn(executor);
    while (!scan.advance(jsonrpc::slice_bytes)) {
        if (turn.is_over()) co_await turn.next();
    }
    if (scan.found.size() > jsonrpc::most_members) co_return std::nullopt;
    co_return std::move(scan.found);
}

}  // namespace bridge::era
