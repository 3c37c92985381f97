// The place to which the answer of a call goes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "bridge/jsonrpc/writer.hpp"
#include "bridge/session/stream.hpp"

namespace bridge::session {

/// A stream towards the client; or, while the client has none for the call, a text that is kept for it.
class answer_outlet {
public:
    explicit answer_outlet(std::shared_ptr<stream> out) : out_(std::move(out)) {}

    /// Null while there is no stream.
    const std::shared_ptr<stream>& get() const { return out_; }
    stream* operator->() const { return out_.get(); }
    stream& operator*() const { return *out_; }

    void push_answer(std::string text, std::optional<std::chrono::milliseconds> retry_after = {}) {
        if (out_) return out_->push_answer(std::move(text), retry_after);
        kept_ = std::move(text);
        charge_.set(core::capacity_of(kept_));
    }

    /// From now on the answer is kept, and `charge` pays for it.
    void close(core::memory_charge charge) {
        out_ = nullptr;
        charge_ = std::move(charge);
    }

    /// From now on the answer goes to `out`. An answer that was kept goes there at once, with the raw id `id`.
    void open(std::shared_ptr<stream> out, std::string_view id) {
        out_ = std::move(out);
        if (kept_.empty()) return;
        const std::string_view old_id = jsonrpc::answer_id(kept_);
        kept_.replace(static_cast<std::size_t>(old_id.data() - kept_.data()), old_id.size(), id);
        out_->push_answer(std::exchange(kept_, {}));
        charge_.set(0);
    }

    /// Removes and returns the answer that was kept, and moves its charge to `charge`; empty if there is none.
    std::string remove_kept(core::memory_charge& charge) {
        std::swap(charge, charge_);
        return std::exchange(kept_, {});
    }

private:
    std::shared_ptr<stream> out_;
    std::string kept_;
    core::memory_charge charge_;
};

}  // namespace bridge::session
