// The memory of objects that are made for each call.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace bridge::core {

/// True in a build that looks for uses of freed memory.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool checks_freed_memory = true;
#elif defined(__clang__)
inline constexpr bool checks_freed_memory = __has_feature(address_sanitizer);
#else
inline constexpr bool checks_freed_memory = false;
#endif

/// Keeps the memory of a few destroyed objects of one type for the next ones. With many calls in flight, malloc has to search its lists for each
/// object of a call, which takes some 5 % of the processor time of the call. For the thread of the event loop only. A build that looks for uses of
/// freed memory keeps nothing, because it would overlook them.
template <class T>
class recycling_allocator {
public:
    using value_type = T;

    recycling_allocator() = default;
    template <class Other>
    recycling_allocator(const recycling_allocator<Other>&) noexcept {}

    T* allocate(std::size_t count) {
        if (count != 1 || first == nullptr) return std::allocator<T>().allocate(count);
        --kept;
        return reinterpret_cast<T*>(std::exchange(first, first->next));
    }

    void deallocate(T* memory, std::size_t count) noexcept {
        if (count != 1 || kept == most_kept) return std::allocator<T>().deallocate(memory, count);
        ++kept;
        first = new (memory) block{first};
    }

    template <class Other>
    bool operator==(const recycling_allocator<Other>&) const noexcept {
        return true;
    }

private:
    struct block {
        block* next;
    };
    static_assert(sizeof(T) >= sizeof(block) && alignof(T) >= alignof(block));

    static constexpr std::size_t most_kept = checks_freed_memory ? 0 : 256;
    static inline block* first = nullptr;
    static inline std::size_t kept = 0;
};

/// As `std::make_shared`, for a type of which each call needs an object.
template <class T, class... Arguments>
std::shared_ptr<T> make_recycled(Arguments&&... arguments) {
    return std::allocate_shared<T>(recycling_allocator<T>(), std::forward<Arguments>(arguments)...);
}

}  // namespace bridge::core
