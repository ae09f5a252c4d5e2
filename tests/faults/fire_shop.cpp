/// See fire_shop.hpp.
#include "tests/faults/fire_shop.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ordo::test {
namespace {

const std::string order_posts = "(SELECT ID FROM wp_posts WHERE post_type IN ('shop_order', 'shop_order_refund') AND post_status <> 'auto-draft')";

/// Ids that a database gives rows: no content, but the order among rows of one key is.
const std::map<std::string, std::string> surrogate_ids{
    {"wp_postmeta", "meta_id"},        {"wp_wc_orders_meta", "id"},           {"wp_wc_order_addresses", "id"},         {"wp_wc_order_operational_data", "id"},
    {"wp_options", "option_id"},       {"wp_ordo_overflow", "overflow_id"},   {"wp_ordo_quarantine", "quarantine_id"}, {"wp_woocommerce_order_itemmeta", "meta_id"},
    {"wp_commentmeta", "meta_id"},     {"wp_ordo_journal", "journal_id"}};

/// Whose rows have a rank: the columns that say whose, and under which key.
const std::map<std::string, std::string> ranked{{"wp_postmeta", "post_id, meta_key"},
                                                {"wp_wc_orders_meta", "order_id, meta_key"},
                                                {"wp_woocommerce_order_itemmeta", "order_item_id, meta_key"},
                                                {"wp_commentmeta", "comment_id, meta_key"}};

std::vector<std::string> rows_of(Database& database, const std::string& table) {
    const auto surrogate = surrogate_ids.find(table);
    std::string columns;
    for (const std::string& column : column_names(database, table))
        if (surrogate == surrogate_ids.end() || column != surrogate->second) columns += (columns.empty() ? "" : ", ") + column;
    const auto key = ranked.find(table);
    std::vector<std::string> rows;
    if (key == ranked.end()) {
        for (const SqlRow& row : select(database, "SELECT " + columns + " FROM " + table)) rows.push_back(text_of(row));
    } else {
        std::map<std::string, int> ranks;
        for (const SqlRow& row : select(database, fmt::format("SELECT {}, {} FROM {} ORDER BY {}", key->second, columns, table, surrogate->second))) {
            const int rank = ++ranks[text_of({row.begin(), row.begin() + 2})];
            rows.push_back(text_of({row.begin() + 2, row.end()}) + std::to_string(rank));
        }
    }
    std::sort(rows.begin(), rows.end());
    return rows;
}

}  // namespace

std::string text_of(const SqlRow& row) {
    std::string text;
    for (const Bytes& value : row) text += value ? "'" + *value + "'|" : "NULL|";
    return text;
}

Contents contents(Database& database) {
    Contents all;
    try {
        database.read([](Read&) {});
    } catch (const Error& error) {
        if (error.code() != errc::database_missing) throw;
        return all;
    }
    for (const std::string& table : table_names(database))
        if (!table.starts_with("sqlite") && table != "wp_ordo_lock" && table != "wp_ordo_lease" && table != "wp_ordo_state") all[table] = rows_of(database, table);
    // When a run was is no part of what it left.
    if (const auto options = all.find("wp_options"); options != all.end())
        std::erase_if(options->second, [](const std::string& row) { return row.find("woocommerce_custom_orders_table_migration_") != std::string::npos; });
    return all;
}

std::string difference(const Contents& wanted, const Contents& found) {
    std::string differences;
    for (const auto& [table, rows] : wanted) {
        const auto other = found.find(table);
        if (other == found.end()) {
            differences += table + " is missing\n";
            continue;
        }
        std::vector<std::string> missing, extra;
        std::set_difference(rows.begin(), rows.end(), other->second.begin(), other->second.end(), std::back_inserter(missing));
        std::set_difference(other->second.begin(), other->second.end(), rows.begin(), rows.end(), std::back_inserter(extra));
        if (missing.empty() && extra.empty()) continue;
        differences += fmt::format("{}: {} rows, wanted {}\n", table, other->second.size(), rows.size());
        for (std::size_t i = 0; i < std::min<std::size_t>(3, missing.size()); ++i) differences += "  lacks " + missing[i].substr(0, 300) + "\n";
        for (std::size_t i = 0; i < std::min<std::size_t>(3, extra.size()); ++i) differences += "  has " + extra[i].substr(0, 300) + "\n";
    }
    for (const auto& [table, rows] : found)
        if (!wanted.contains(table)) differences += table + " should not be there\n";
    return differences;
}

FireShop::FireShop(Holds holds) : database_(std::make_unique<database::SqlDatabase>(database::make_dialect(storage_.url()), log_)) {
    if (holds == Holds::nothing) return;
    // Made by the program itself, once each.
    static std::map<Holds, std::unique_ptr<FireShop>> made;
    auto& origin = made[holds];
    if (!origin) {
        auto first = std::make_unique<FireShop>(holds == Holds::hpos ? Holds::posts : Holds::nothing);
        make(*first, holds);
        origin = std::move(first);
    }
    storage_.copy(origin->storage_);
}

FireShop::FireShop(const FireShop& origin) : FireShop(Holds::nothing) { storage_.copy(origin.storage_); }

void FireShop::make(const FireShop& shop, Holds holds) {
    const auto run = [&](const Command& arguments) {
        const Result result = shop.ordo(arguments);
        INFO(result);
        REQUIRE(result.exit == 0);
    };
    if (holds == Holds::no_orders) {
        run({"db", "init"});
        run({"hpos", "disable"});
        return;
    }
    if (holds == Holds::posts) {
        run({"import", shop_dump.string()});
        Database& database = *shop.database_;
        // Every fifth order, and those with values that no column holds.
        execute(database, "DELETE FROM wp_posts WHERE (ID % 5 <> 0 AND ID NOT IN (54, 64, 91, 216, 218, 374)) OR post_type NOT IN ('shop_order', 'shop_order_refund')");
        // A refund whose order is gone would be damage, which a verification reports.
        execute(database, "DELETE FROM wp_posts WHERE post_type = 'shop_order_refund' AND post_parent NOT IN (SELECT ID FROM (SELECT ID FROM wp_posts) AS kept)");
        execute(database, "DELETE FROM wp_postmeta WHERE post_id NOT IN (SELECT ID FROM wp_posts)");
        for (const std::string table : {"wp_comments", "wp_commentmeta", "wp_woocommerce_order_items", "wp_woocommerce_order_itemmeta", "wp_woocommerce_tax_rates",
                                        "wp_woocommerce_tax_rate_locations", "wp_wc_customer_lookup", "wp_wc_product_meta_lookup", "wp_terms", "wp_term_taxonomy",
                                        "wp_term_relationships"})
            execute(database, "DROP TABLE " + table);
        return;
    }
    run({"hpos", "sync"});
    run({"hpos", "enable"});
    Database& database = *shop.database_;
    execute(database, "DELETE FROM wp_postmeta WHERE post_id IN " + order_posts);
    execute(database, "UPDATE wp_posts SET post_type = 'shop_order_placehold', post_status = 'draft', post_excerpt = '' WHERE ID IN " + order_posts);
}

Command FireShop::words(Command arguments) const {
    arguments.emplace_back("--database");
    arguments.push_back(url());
    return arguments;
}

Result FireShop::ordo(const Command& arguments, const RunOptions& options) const { return start(arguments, options)->wait(); }

std::unique_ptr<Process> FireShop::start(const Command& arguments, const RunOptions& options) const {
    return std::make_unique<Process>(folder(), words(arguments), options);
}

int FireShop::orders() const {
    return std::stoi(select_one(*database_, "SELECT COUNT(*) FROM wp_posts WHERE post_type IN ('shop_order', 'shop_order_refund', 'shop_order_placehold') AND post_status <> 'auto-draft'"));
}

std::filesystem::path write_orders(const TempDirectory& into, int count) {
    std::string lines;
    for (int id = 101; id < 101 + count; ++id)
        lines += fmt::format(R"({{"id":{0},"type":"shop_order","fields":{{"status":"wc-completed","billing_email":"{0}@shop.test"}},"meta":[["k","v"]],"items":[],"notes":[]}})", id) + '\n';
    return into.write("orders.jsonl", lines);
}

}  // namespace ordo::test
