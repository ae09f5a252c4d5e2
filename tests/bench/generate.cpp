/// bench_generate ORDERS [--seed N]: a WooCommerce shop in the posts storage as a mysqldump, on standard output; orders by
/// tests/bench/shop.hpp, tables by tests/data/schema.sql. A table is written after the other, each by a walk over all orders,
/// so memory does not grow with their number.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "tests/bench/shop.hpp"

namespace {

constexpr std::size_t statement_bytes_max = 1U << 20U;   // as mysqldump breaks its INSERTs
constexpr std::uint64_t first_order_id = bench::first_product_id + bench::product_count;

/// Quoted as mysqldump does it.
std::string quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        switch (c) {
            case '\'': out += "\\'"; break;
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\n': out += "\\n"; break;
            default: out += c;
        }
    }
    return out += '\'';
}

void write_out(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) throw std::runtime_error("cannot write to standard output");
}

/// The definitions of the shop's tables, from a dump of WooCommerce's own.
class Schema {
public:
    explicit Schema(const char* file) {
        std::ifstream in(file, std::ios::binary);
        if (!in) throw std::runtime_error(fmt::format("cannot read {}", file));
        text_.assign(std::istreambuf_iterator<char>(in), {});
    }
    std::string_view create_table(std::string_view table) const {
        const std::size_t begin = text_.find(fmt::format("CREATE TABLE `{}` (", table));
        const std::size_t end = begin == std::string::npos ? begin : text_.find(";\n", begin);
        if (end == std::string::npos) throw std::runtime_error(fmt::format("the schema lacks {}", table));
        return std::string_view(text_).substr(begin, end + 2 - begin);
    }

private:
    std::string text_;
};

/// One table of the dump: its definition, then rows in statements of bounded length.
class Table {
public:
    Table(const Schema& schema, std::string_view name) : name_(name) {
        write_out(fmt::format("DROP TABLE IF EXISTS `{0}`;\n{1}\n/*!40000 ALTER TABLE `{0}` DISABLE KEYS */;\n", name, schema.create_table(name)));
    }
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;

    template <class... Values>
    void row(const Values&... values) {
        pending_ += pending_.empty() ? fmt::format("INSERT INTO `{}` VALUES\n(", name_) : std::string(",\n(");
        bool first = true;
        const auto add = [&](const auto& value) {
            if (!std::exchange(first, false)) pending_ += ',';
            if constexpr (std::is_convertible_v<decltype(value), std::string_view>) pending_ += quoted(value);
            else pending_ += std::to_string(value);
        };
        (add(values), ...);
        pending_ += ')';
        if (pending_.size() >= statement_bytes_max) flush();
    }

    void finish() {
        flush();
        write_out(fmt::format("/*!40000 ALTER TABLE `{}` ENABLE KEYS */;\n", name_));
    }

private:
    void flush() {
        if (pending_.empty()) return;
        write_out(pending_ + ";\n");
        pending_.clear();
    }

    std::string name_, pending_;
};

struct Shop {
    std::uint64_t orders = 0, seed = 1;

    /// Every order and refund by ascending id; `parent` is 0 for orders.
    void each_post(const std::function<void(const bench::Post&, std::uint64_t id, std::uint64_t parent)>& visit) const {
        std::uint64_t id = first_order_id;
        for (std::uint64_t number = 0; number < orders; ++number) {
            const bench::Order order = bench::make_order(seed, number, orders);
            const std::uint64_t order_id = id++;
            visit(order.post, order_id, 0);
            if (order.refund) visit(*order.refund, id++, order_id);
        }
    }
};

void write_posts(const Schema& schema, const Shop& shop) {
    Table posts(schema, "wp_posts");
    const auto row = [&](std::uint64_t id, const bench::Post& post, std::uint64_t parent, std::string_view comments) {
        posts.row(id, 1, bench::local_text(post.created), bench::utc_text(post.created), "", post.title, post.excerpt, post.status, comments, "closed",
                  post.password, post.name, "", "", bench::local_text(post.modified), bench::utc_text(post.modified), "", parent,
                  fmt::format("https://shop.example.com/?post_type={}&p={}", post.type, id), 0, post.type, "", post.notes.size());
    };
    for (std::uint64_t number = 0; number < bench::product_count; ++number) {
        bench::Post product{"product", "publish", 1672531200, 1672531200, std::string(bench::product(number).name), "", "", fmt::format("produkt-{}", number), {}, {}, {}};
        row(bench::first_product_id + number, product, 0, "open");
    }
    shop.each_post([&](const bench::Post& post, std::uint64_t id, std::uint64_t parent) { row(id, post, parent, parent ? "closed" : "open"); });
    posts.finish();
}

void write_postmeta(const Schema& schema, const Shop& shop) {
    Table postmeta(schema, "wp_postmeta");
    std::uint64_t meta_id = 1;
    for (std::uint64_t number = 0; number < bench::product_count; ++number) {
        postmeta.row(meta_id++, bench::first_product_id + number, "_sku", fmt::format("SKU-{}", number));
        postmeta.row(meta_id++, bench::first_product_id + number, "_price", bench::amount_text(bench::product(number).price_millionths));
    }
    shop.each_post([&](const bench::Post& post, std::uint64_t id, std::uint64_t) {
        for (const auto& [key, value] : post.meta) postmeta.row(meta_id++, id, key, value);
    });
    postmeta.finish();
}

void write_items(const Schema& schema, const Shop& shop) {
    Table items(schema, "wp_woocommerce_order_items");
    std::uint64_t item_id = 1;
    shop.each_post([&](const bench::Post& post, std::uint64_t id, std::uint64_t) {
        for (const bench::Item& item : post.items) items.row(item_id++, item.name, item.type, id);
    });
    items.finish();
    Table itemmeta(schema, "wp_woocommerce_order_itemmeta");
    item_id = 1;
    std::uint64_t meta_id = 1;
    shop.each_post([&](const bench::Post& post, std::uint64_t, std::uint64_t) {
        for (const bench::Item& item : post.items) {
            for (const auto& [key, value] : item.meta) itemmeta.row(meta_id++, item_id, key, value);
            ++item_id;
        }
    });
    itemmeta.finish();
}

void write_notes(const Schema& schema, const Shop& shop) {
    Table comments(schema, "wp_comments");
    std::uint64_t comment_id = 1;
    shop.each_post([&](const bench::Post& post, std::uint64_t id, std::uint64_t) {
        for (const bench::Note& note : post.notes)
            comments.row(comment_id++, id, note.by_system ? "WooCommerce" : "admin", note.by_system ? "woocommerce@shop.example.com" : "admin@shop.example.com", "", "",
                         bench::local_text(note.written), bench::utc_text(note.written), note.content, 0, post.status == "trash" ? "post-trashed" : "1",
                         "WooCommerce", "order_note", 0, 0);
    });
    comments.finish();
    Table commentmeta(schema, "wp_commentmeta");
    comment_id = 1;
    std::uint64_t meta_id = 1;
    shop.each_post([&](const bench::Post& post, std::uint64_t, std::uint64_t) {
        for (const bench::Note& note : post.notes) {
            if (note.by_system) commentmeta.row(meta_id++, comment_id, "note_group", "order_update");
            else commentmeta.row(meta_id++, comment_id, "is_customer_note", "1");
            ++comment_id;
        }
    });
    commentmeta.finish();
}

void write_options(const Schema& schema) {
    Table options(schema, "wp_options");
    std::uint64_t option_id = 1;
    for (const auto& [name, value] : {std::pair{"siteurl", "https://shop.example.com"}, std::pair{"home", "https://shop.example.com"},
                                      std::pair{"blog_charset", "UTF-8"}, std::pair{"gmt_offset", "0"}, std::pair{"timezone_string", "Europe/Prague"},
                                      std::pair{"woocommerce_currency", "CZK"}, std::pair{"woocommerce_price_num_decimals", "2"},
                                      std::pair{"woocommerce_prices_include_tax", "no"}, std::pair{"woocommerce_calc_taxes", "yes"},
                                      std::pair{"woocommerce_version", "11.0.1"}, std::pair{"woocommerce_db_version", "11.0.1"},
                                      std::pair{"woocommerce_custom_orders_table_enabled", "no"},
                                      std::pair{"woocommerce_custom_orders_table_data_sync_enabled", "no"},
                                      std::pair{"woocommerce_custom_orders_table_created", "no"}})
        options.row(option_id++, name, value, "on");
    options.finish();
}

void write_dump(const Shop& shop) {
    const Schema schema(ORDO_TEST_DATA "/schema.sql");
    write_out("/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;\n"
              "/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;\n"
              "/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;\n"
              "/*!40101 SET NAMES utf8mb4 */;\n"
              "/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;\n"
              "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;\n");
    write_posts(schema, shop);
    write_postmeta(schema, shop);
    write_items(schema, shop);
    write_notes(schema, shop);
    write_options(schema);
    write_out("/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;\n"
              "/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;\n"
              "/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;\n"
              "/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;\n"
              "/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;\n");
    if (std::fflush(stdout) != 0) throw std::runtime_error("cannot write to standard output");
}

}  // namespace

int main(int argc, char** argv) {
    try {
        Shop shop;
        for (int i = 1; i < argc; ++i) {
            if (std::string_view(argv[i]) == "--seed" && i + 1 < argc) shop.seed = std::stoull(argv[++i]);
            else shop.orders = std::stoull(argv[i]);
        }
        if (shop.orders == 0) throw std::invalid_argument("usage: bench_generate ORDERS [--seed N] > dump.sql");
        setenv("TZ", "Europe/Prague", 1);
        tzset();
        write_dump(shop);
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "error: {}\n", error.what());
        return 1;
    }
}
