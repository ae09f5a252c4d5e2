/// A WooCommerce process as a database sees it: plain statements on a connection of its own, by somebody who has never heard
/// of Ordo. One thread each.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

struct st_mysql;

namespace bench {

/// The transaction was chosen to be given up, or waited too long: it is rolled back, and may be begun anew.
struct GivenUp : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class ForeignShop {
public:
    ForeignShop(const std::string& socket, const std::string& database);

    void begin() { run("START TRANSACTION"); }
    void commit() { run("COMMIT"); }
    void roll_back() { run("ROLLBACK"); }
    /// "posts" or "hpos": what a process that has just read its options writes. In a transaction nobody changes it until the end.
    std::string authoritative();
    std::vector<std::uint64_t> orders(const std::string& store);

    /// What `wc_get_order` asks for.
    void load(const std::string& store, std::uint64_t order);
    /// What a change of status leaves as a note.
    void add_note(std::uint64_t order);
    /// What a change of status writes: the order, its total and two meta rows, of which `counter` holds one more afterwards.
    void save(const std::string& store, std::uint64_t order, std::uint64_t number, const std::string& counter);
    /// What else a request asks for, options, until it has made so many queries since the program began.
    void read_options(std::uint64_t queries);
    std::uint64_t queries() const noexcept { return queries_; }
    /// A new order whose `counter` is 1.
    std::uint64_t create(const std::string& store, const std::string& counter);

    void run(const std::string& sql);
    /// The first value of the first row; empty: there is none.
    std::string one(const std::string& sql);

private:
    void read(const std::string& sql);
    std::uint64_t insert(const std::string& sql);
    /// `value`: an expression.
    void set_meta(const std::string& store, std::uint64_t order, const std::string& key, const std::string& value);
    void count(const std::string& store, std::uint64_t order, const std::string& counter) { set_meta(store, order, counter, "IFNULL(meta_value, 0) + 1"); }

    struct Close {
        void operator()(st_mysql* connection) const noexcept;
    };
    std::unique_ptr<st_mysql, Close> connection_;
    std::uint64_t queries_ = 0;
};

}  // namespace bench
