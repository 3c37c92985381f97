// The cast to a class that has no derived classes.
#pragma once

#include <type_traits>
#include <typeinfo>

namespace bridge::core {

/// As `dynamic_cast<Final*>(object)`, which would walk over the bases of the object's class. This function compares two types instead.
template <class Final, class Base>
Final* final_cast(Base* object) {
    static_assert(std::is_final_v<Final>);
    return object != nullptr && typeid(*object) == typeid(Final) ? static_cast<Final*>(object) : nullptr;
}

}  // namespace bridge::core
