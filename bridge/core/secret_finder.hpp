// A search for many strings in a text at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bridge::core {

/// The automaton of Aho and Corasick ("Efficient string matching", 1975). It makes one pass over a text, however many strings there are and
/// however they overlap.
class secret_finder {
public:
    struct range {
        std::size_t begin;
        std::size_t end;  ///< behind the last byte
    };

    explicit secret_finder(const std::vector<std::string>& strings);

    /// Returns the positions of the strings in `text`, in order. Overlapping ranges are joined; ranges that only touch are not. With
    /// `is_cut`, the longest beginning of a string at the end of `text` counts as a string.
    std::vector<range> find(std::string_view text, bool is_cut) const;

private:
    // Nodes are numbered. 0 is the root; as a child or a sibling, 0 means that there is none.
    struct node {
        std::uint32_t fallback = 0;  // the longest proper suffix of this node's string that is a node too
        std::uint32_t depth = 0;     // length of its string
        std::uint32_t match = 0;     // length of the longest string that ends here; 0 if none does
        std::uint32_t first_child = 0;
        std::uint32_t sibling = 0;
        char byte = 0;  // the byte on the edge from its parent
    };

    void add(std::string_view string);
    void link_fallbacks();
    std::uint32_t child(std::uint32_t parent, char byte) const;
    std::uint32_t next(std::uint32_t start, char byte) const;

    std::vector<node> nodes_{1};
    std::array<std::uint32_t, 256> first_{};  // the root's children
};

}  // namespace bridge::core
