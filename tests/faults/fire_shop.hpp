/// A small shop that tests put under fire: the real program works on it, is killed, cut off and restarted, and what stands
/// in the tables is held against an undisturbed run. On SQLite or, with ORDO_TEST_MARIADB, on a server. One thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/cli/program.hpp"
#include "tests/support/shop.hpp"
#include "tests/support/soak.hpp"

namespace ordo::test {

/// Rows by table, each row as text, sorted; surrogate ids are left out, meta rows carry their rank among those of their key.
/// Tables of orders and Ordo's own; who holds locks and leases, and how long things took, is not compared.
using Contents = std::map<std::string, std::vector<std::string>>;
Contents contents(Database& database);
std::string text_of(const SqlRow& row);

/// What one of two differs in, in a few lines; empty: nothing. Values stay out of it.
std::string difference(const Contents& wanted, const Contents& found);

/// A file of small orders in their canonical form, from id 101.
std::filesystem::path write_orders(const TempDirectory& into, int count);

class FireShop {
public:
    enum class Holds {
        nothing,         ///< no table
        posts,           ///< orders in posts, nothing else
        hpos,            ///< the same orders in hpos, which is authoritative; posts are placeholders
        no_orders,       ///< the tables of `ordo db init`
    };
    explicit FireShop(Holds holds);
    /// A shop with what another one's database holds now.
    FireShop(const FireShop& origin);
    FireShop& operator=(const FireShop&) = delete;
    ~FireShop() = default;

    std::string url() const { return storage_.url(); }
    std::filesystem::path folder() const { return directory_.path(); }
    Database& database() const { return *database_; }
    Contents contents() const { return test::contents(*database_); }

    /// `ordo` with this shop's database.
    Command words(Command arguments) const;
    Result ordo(const Command& arguments, const RunOptions& options = {}) const;
    std::unique_ptr<Process> start(const Command& arguments, const RunOptions& options = {}) const;

    /// How many orders the shop has, wherever they are.
    int orders() const;

private:
    static void make(const FireShop& shop, Holds holds);

    TempDirectory directory_;
    TestDatabase storage_;
    mutable QuietLog log_;
    std::unique_ptr<database::SqlDatabase> database_;
};

}  // namespace ordo::test
