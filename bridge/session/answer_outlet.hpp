// The place to which the answer of a call goes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "bridge/jsonrpc/writer.hpp"
#include "bridge/session/last_progress.hpp"
#include "bridge/session/stream.hpp"

namespace bridge::session {

/// A stream towards the client; or, while the client has none for the call, what is kept for it: the last step of progress, and the answer.
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
        update_charge();
    }

    /// Keeps the notification of progress `message`. Only to be called while there is no stream.
    void keep_progress(const jsonrpc::envelope& message) {
        progress_.keep(message);
        update_charge();
    }

    /// From now on the answer is kept, and `charge` pays for it.
    void close(core::memory_charge charge) {
        out_ = nullptr;
        charge_ = std::move(charge);
    }

    /// From now on the answer goes to `out`. All that was kept goes there: the progress with the raw `token`, the answer with the raw id `id`.
    void open(std::shared_ptr<stream> out, std::string_view id, std::string_view token) {
        out_ = std::move(out);
        std::string step = progress_.remove(token);
        if (!step.empty()) static_cast<void>(out_->push(std::move(step)));
        if (!kept_.empty()) {
            const std::string_view old_id = jsonrpc::answer_id(kept_);
            kept_.replace(static_cast<std::size_t>(old_id.data() - kept_.data()), old_id.size(), id);
            out_->push_answer(std::exchange(kept_, {}));
        }
        update_charge();
    }

    /// Removes and returns the answer that was kept, and moves its charge to `charge`; empty if there is none.
    std::string remove_kept(core::memory_charge& charge) {
        std::swap(charge, charge_);
        return std::exchange(kept_, {});
    }

private:
    void update_charge() { charge_.set(core::capacity_of(kept_) + progress_.cost()); }

    std::shared_ptr<stream> out_;
    std::string kept_;
    last_progress progress_;
    core::memory_charge charge_;
};

}  // namespace bridge::session
