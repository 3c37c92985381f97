// The body type with which Beast's parser passes on request bodies.
#pragma once

#include <algorithm>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/optional/optional.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

#include "bridge/core/memory.hpp"
#include "bridge/core/memory_charge.hpp"

namespace bridge::http {

/// A body type for Beast (concepts Body and BodyReader). It allocates nothing for bytes that have not arrived, and nothing at all for a
/// body that is not kept. A caller that knows the length reserves room in `text`.
struct request_body {
    struct value_type {
        std::string text;
        bool is_kept = true;  ///< false: the bytes are discarded as they are parsed
        core::memory_charge charge;

        /// Returns the memory that the body costs once it has `size` bytes. Only written pages of a large buffer count, because the system
        /// provides the others untouched (see `core::set_up_memory`).
        std::size_t cost_of(std::size_t size) const {
            constexpr std::size_t step = 64 * 1024;
            const std::size_t capacity = core::capacity_of(text);
            return capacity <= core::mapped_bytes ? std::max(capacity, size) : (size / step + 1) * step;
        }
        void pay() { charge.set(cost_of(text.size())); }

        /// Frees the rest of the body.
        void clear() {
            std::string().swap(text);
            charge.set(0);
        }
    };

    class reader {
    public:
        template <bool IsRequest, class Fields>
        reader(boost::beast::http::header<IsRequest, Fields>&, value_type& body) : body_(body) {}

        void init(const boost::optional<std::uint64_t>&, boost::system::error_code& error) { error = {}; }

        template <class Buffers>
        std::size_t put(const Buffers& buffers, boost::system::error_code& error) {
            error = {};
            std::size_t total = 0;
            for (const auto part : boost::beast::buffers_range_ref(buffers)) {
                if (body_.is_kept) body_.text.append(static_cast<const char*>(part.data()), part.size());
                total += part.size();
            }
            return total;
        }

        void finish(boost::system::error_code& error) { error = {}; }

    private:
        value_type& body_;
    };
};

}  // namespace bridge::http
