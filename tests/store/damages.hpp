/// What can happen to a copied order: the kinds of damage that verification must name, and the differences it must not
/// report. kernel/sync/README.md shows these lists to people; a test holds it against them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/support/shop.hpp"

namespace ordo::test {

/// One column of one table, and the rows of it that a change may be made to.
struct Place {
    std::string table, key, order, column, condition;
};

/// Turns a stored value into a damaged one; the same value: nothing to damage here.
using Change = std::function<Bytes(const Bytes&)>;

/// Either a change of one value, or SQL. {id}: an order of the shop that no other damage touches; {other}: another one with a
/// lower id; {free}: an id that no order has.
struct Damage {
    std::string name, what;
    std::vector<std::string> findings;   ///< "{id} kind field", as verification must name it; a "*" at the end stands for anything
    Place place{};
    Change change{};
    std::string pick{};                  ///< SQL that gives orders; empty: orders with rows of every kind, without refunds
    std::vector<std::string> sql{};
};

/// Of the orders' own tables, while posts are authoritative.
std::vector<Damage> damages_of_hpos();
/// Of the posts, while hpos is authoritative.
std::vector<Damage> damages_of_posts();
/// What differs without a difference, while posts are authoritative.
std::vector<Damage> benign_differences();

/// Damages a shop, each damage in orders of its own. Gives the findings that must follow, with their ids, damage by damage.
std::vector<std::vector<std::string>> inflict(Shop& shop, const std::vector<Damage>& damages);

}  // namespace ordo::test
