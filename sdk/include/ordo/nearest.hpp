/// What somebody may have meant by a word that nothing is called: for hints of errors. Pure functions; any thread.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ordo {
namespace detail {

/// How many characters must be inserted, removed, replaced or swapped with their neighbour: typing errors count one each.
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before_last = std::exchange(last, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
    }
    return row[b.size()];
}

}  // namespace detail

/// The candidate that is spelled most like the word, whatever the case of its letters; empty if none is near: farther than a
/// third of its length it is another word, not a slip. `candidates`: a range of texts. A view into the candidates.
template <class Candidates>
std::string_view nearest(std::string_view word, const Candidates& candidates) {
    constexpr std::size_t longest = 128;  // nobody's slip
    const auto folded = [](std::string_view text) {
        std::string small(text);
        for (char& c : small)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        return small;
    };
    std::string_view best;
    if (word.size() > longest) return best;
    std::size_t best_distance = 0;
    for (const std::string_view candidate : candidates) {
        const std::size_t distance = detail::edit_distance(folded(word), folded(candidate));
        const std::size_t near_enough = std::max<std::size_t>(1, std::max(word.size(), candidate.size()) / 3);
        if (distance <= near_enough && distance < candidate.size() && (best.empty() || distance < best_distance)) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

}  // namespace ordo
