#include "bridge/era/object_writer.hpp"

namespace bridge::era {

std::size_t object_writer::add(std::string_view name, std::string_view value) {
    separate();
    out_ += '"';
    out_ += name;
    out_ += "\":";
    out_ += value;
    return out_.size() - value.size();
}

}  // namespace bridge::era
