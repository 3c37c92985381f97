#include "bridge/era/sliced_elements.hpp"

#include "bridge/core/turn.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/long_scan.hpp"

namespace bridge::era {
namespace {

class element_scan final : public jsonrpc::long_scan {
public:
    element_scan(std::string_view array, std::function<void(std::string_view)> visit)
        : long_scan(array, jsonrpc::deepest_nesting), visit_(std::move(visit)) {}

private:
    void on_key(unsigned) override {}
    bool on_member(unsigned, std::string_view) override { return true; }
    void on_element(std::string_view raw) override {
        visit_(raw);
        end_slice();
    }

    std::function<void(std::string_view)> visit_;
};

}  // namespace

core::task<void> visit_in_slices(core::executor executor, std::string_view array, std::function<void(std::string_view element)> visit) {
    element_scan scan(array, std::move(visit));
    core::turn turn(executor);
    while (!scan.advance(jsonrpc::slice_bytes)) {
        if (turn.is_over()) co_await turn.next();
    }
}

}  // namespace bridge::era
