/// See shop.hpp.
#include "tests/bench/shop.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include <fmt/format.h>

namespace bench {
namespace {

constexpr std::int64_t first_day = 1672531200;           // 2023-01-01
constexpr std::int64_t three_years = 1096LL * 86400;
constexpr std::int64_t millionths = 1000000;

/// SplitMix64: a few operations, and every seed is a good one.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }
    std::uint64_t below(std::uint64_t end) { return next() % end; }
    std::int64_t between(std::int64_t first, std::int64_t last) {
        return first + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(last - first + 1)));
    }
    bool chance(unsigned percent) { return below(100) < percent; }
    template <class Choices>
    const auto& pick(const Choices& choices) { return choices[below(choices.size())]; }
    std::string word(std::string_view letters, std::size_t length) {
        std::string text(length, ' ');
        for (char& c : text) c = letters[below(letters.size())];
        return text;
    }

private:
    std::uint64_t state_;
};

constexpr std::string_view alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view hexadecimal = "0123456789abcdef";

constexpr std::array first_names{"Jana", "Petr", "Žofie", "Jiří", "Łukasz", "Agnieszka", "Jürgen", "Anneliese", "Siobhán", "José", "Élodie", "Zoë",
                                 "Мария", "Сергей", "Ελένη", "さくら", "健太", "小明", "민준", "محمد", "नेहा", "Þóra", "Noah", "Emma"};
constexpr std::array last_names{"Nováková", "Dvořák", "Černý", "Růžičková", "Wiśniewski", "Müller", "Groß", "O'Brien", "García Márquez", "Lefèvre",
                                "Van den Berg", "Иванова", "Παπαδόπουλος", "佐藤", "王", "김", "Yılmaz", "Çelik", "Þórsdóttir", "Smith", "Nguyễn"};
constexpr std::array companies{"Žluťoučký kůň s.r.o.", "Acme, Inc.", "Müller & Söhne GmbH", "Société Générale d'Exemples", "株式会社サンプル"};
constexpr std::array streets{"Dlouhá", "Na Příkopě", "Hauptstraße", "ul. Długa", "Rue de l’Église", "Calle Mayor", "Ленина", "High Street", "Kungsgatan", "本町"};
constexpr std::array customer_notes{"Prosím zazvonit 2×.", "Leave it with the neighbour, please.", "Dárkové balení 🎁", "Bitte nicht vor 18 Uhr liefern", "配達は夕方にお願いします"};
constexpr std::array agents{
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"};
constexpr std::array product_names{"Tričko žluté", "Hrnek \"Táta\"", "Kniha &amp; sešit", "Ponožky", "日本茶 🍵", "Mikina s kapucí", "Svíčka vanilková", "Zápisník A5", "Plyšový medvěd", "Taška přes rameno"};

struct City {
    const char *name, *postcode, *state, *country;
};
constexpr std::array cities{City{"Praha", "110 00", "", "CZ"}, City{"Brno", "602 00", "", "CZ"}, City{"Plzeň", "301 00", "", "CZ"},
                            City{"Ostrava", "702 00", "", "CZ"}, City{"Košice", "040 01", "", "SK"}, City{"Bratislava", "811 01", "", "SK"},
                            City{"München", "80331", "DE-BY", "DE"}, City{"Köln", "50667", "DE-NW", "DE"}, City{"Łódź", "90-001", "", "PL"},
                            City{"L'Aquila", "67100", "AQ", "IT"}, City{"São Paulo", "01310-100", "SP", "BR"}, City{"Montréal", "H2Y 1C6", "QC", "CA"},
                            City{"横浜市", "220-0011", "JP14", "JP"}, City{"Austin", "78701", "TX", "US"}};

struct Status {
    unsigned percent;
    std::string_view name;
    bool paid, completed;
};
constexpr std::array statuses{Status{66, "wc-completed", true, true}, Status{12, "wc-processing", true, false}, Status{5, "wc-on-hold", false, false},
                              Status{3, "wc-pending", false, false}, Status{7, "wc-cancelled", false, false}, Status{3, "wc-refunded", true, true},
                              Status{3, "wc-failed", false, false}, Status{1, "trash", false, false}};
const Status& pick_status(Random& random) {
    auto left = static_cast<unsigned>(random.below(100));
    for (const Status& status : statuses) {
        if (left < status.percent) return status;
        left -= status.percent;
    }
    return statuses.front();
}

struct Payment {
    std::string_view method, title, transaction;
};
constexpr std::array payments{Payment{"stripe", "Platební karta (Stripe) – 💳", "ch_"}, Payment{"paypal", "PayPal", "PAY-"},
                              Payment{"bacs", "Bankovní převod", ""}, Payment{"cod", "Dobírka", ""}};

struct Address {
    std::string first_name, last_name, company, address_1, address_2, city, state, postcode, country, email, phone;

    /// WooCommerce writes no row for an empty part.
    void add_to(Meta& meta, bool billing) const {
        const auto add = [&](std::string_view billing_key, std::string_view shipping_key, const std::string& value) {
            if (!value.empty()) meta.emplace_back(billing ? billing_key : shipping_key, value);
        };
        add("_billing_first_name", "_shipping_first_name", first_name);
        add("_billing_last_name", "_shipping_last_name", last_name);
        add("_billing_company", "_shipping_company", company);
        add("_billing_address_1", "_shipping_address_1", address_1);
        add("_billing_address_2", "_shipping_address_2", address_2);
        add("_billing_city", "_shipping_city", city);
        add("_billing_state", "_shipping_state", state);
        add("_billing_postcode", "_shipping_postcode", postcode);
        add("_billing_country", "_shipping_country", country);
        if (billing) add("_billing_email", "", email);
        add("_billing_phone", "_shipping_phone", phone);
    }

    std::string index() const {
        return fmt::format("{} {} {} {} {} {} {} {} {} {} {}", first_name, last_name, company, address_1, address_2, city, state, postcode, country, email, phone);
    }
};

Address make_address(Random& random) {
    Address address;
    address.first_name = random.pick(first_names);
    address.last_name = random.pick(last_names);
    if (random.chance(20)) address.company = random.pick(companies);
    address.address_1 = fmt::format("{} {}", random.pick(streets), random.between(1, 250));
    if (random.chance(15)) address.address_2 = fmt::format("byt č. {}", random.between(1, 40));
    const City& city = random.pick(cities);
    address.city = city.name;
    address.state = city.state;
    address.postcode = city.postcode;
    address.country = city.country;
    return address;
}

std::string order_key(Random& random) { return "wc_order_" + random.word(alphanumeric, 13); }

/// "Order &ndash; July 20, 2026 @ 12:35 PM", as WooCommerce titles an order's post.
std::string title(std::string_view noun, std::int64_t created) {
    std::tm local{};
    const std::time_t time = created;
    localtime_r(&time, &local);
    static constexpr std::array months{"January", "February", "March", "April", "May", "June",
                                       "July", "August", "September", "October", "November", "December"};
    return fmt::format("{} &ndash; {} {}, {} @ {:02}:{:02} {}", noun, months[static_cast<std::size_t>(local.tm_mon)], local.tm_mday, local.tm_year + 1900,
                       local.tm_hour % 12 == 0 ? 12 : local.tm_hour % 12, local.tm_min, local.tm_hour < 12 ? "AM" : "PM");
}

struct Sums {
    std::int64_t goods = 0, goods_tax = 0, discount = 0, discount_tax = 0, shipping = 0, shipping_tax = 0;
    std::int64_t total() const { return goods + goods_tax - discount - discount_tax + shipping + shipping_tax; }
};

std::string tax_text(std::int64_t tax) {
    const std::string text = amount_text(tax);
    const std::string entry = fmt::format("i:1;s:{}:\"{}\";", text.size(), text);
    return fmt::format("a:2:{{s:5:\"total\";a:1:{{{0}}}s:8:\"subtotal\";a:1:{{{0}}}}}", entry);
}

void add_items(Random& random, Post& post, Sums& sums) {
    for (std::uint64_t left = 1 + random.below(4); left > 0; --left) {
        const std::uint64_t number = random.below(product_count);
        const Product bought = product(number);
        const std::int64_t quantity = random.chance(75) ? 1 : random.between(2, 6);
        const std::int64_t price = bought.price_millionths * quantity;
        const std::int64_t tax = price / 100 * 21;
        sums.goods += price;
        sums.goods_tax += tax;
        Item item{std::string(bought.name), "line_item", {}};
        item.meta = {{"_product_id", std::to_string(first_product_id + number)},
                     {"_variation_id", "0"},
                     {"_qty", std::to_string(quantity)},
                     {"_tax_class", ""},
                     {"_line_subtotal", amount_text(price)},
                     {"_line_subtotal_tax", amount_text(tax)},
                     {"_line_total", amount_text(price)},
                     {"_line_tax", amount_text(tax)},
                     {"_line_tax_data", tax_text(tax)}};
        if (random.chance(25)) item.meta.emplace_back("Velikost", random.pick(std::array{"S", "M", "L", "XL"}));
        post.items.push_back(std::move(item));
    }
    if (random.chance(8)) {
        sums.discount = sums.goods / 1000 * 100;
        sums.discount_tax = sums.goods_tax / 1000 * 100;
        post.items.push_back({"sleva10", "coupon", {{"discount_amount", amount_text(sums.discount)}, {"discount_amount_tax", amount_text(sums.discount_tax)}}});
    }
    if (random.chance(80)) sums.shipping = random.between(79, 149) * millionths;
    sums.shipping_tax = sums.shipping / 100 * 21;
    post.items.push_back({sums.shipping ? "Zásilkovna" : "Osobní odběr", "shipping",
                          {{"method_id", sums.shipping ? "flat_rate" : "local_pickup"},
                           {"instance_id", "1"},
                           {"cost", amount_text(sums.shipping)},
                           {"total_tax", amount_text(sums.shipping_tax)},
                           {"taxes", tax_text(sums.shipping_tax)},
                           {"Items", fmt::format("{} &times; 1", post.items.front().name)}}});
    post.items.push_back({"CZ-DPH-1", "tax",
                          {{"rate_id", "1"},
                           {"label", "DPH"},
                           {"compound", ""},
                           {"tax_amount", amount_text(sums.goods_tax - sums.discount_tax)},
                           {"shipping_tax_amount", amount_text(sums.shipping_tax)},
                           {"rate_percent", "21"}}});
}

void add_attribution(Random& random, Meta& meta, std::int64_t created) {
    const bool organic = random.chance(55);
    meta.emplace_back("_wc_order_attribution_source_type", organic ? "organic" : "utm");
    meta.emplace_back("_wc_order_attribution_referrer", organic ? "https://www.google.com/" : "https://newsletter.example.com/2024/podzim");
    meta.emplace_back("_wc_order_attribution_utm_source", organic ? "google" : "newsletter");
    meta.emplace_back("_wc_order_attribution_utm_medium", organic ? "organic" : "email");
    meta.emplace_back("_wc_order_attribution_session_entry", fmt::format("https://shop.example.com/produkt/{}/?utm_id={}", random.below(product_count), random.below(100000)));
    meta.emplace_back("_wc_order_attribution_session_start_time", utc_text(created - random.between(60, 3600)));
    meta.emplace_back("_wc_order_attribution_session_pages", std::to_string(random.between(1, 20)));
    meta.emplace_back("_wc_order_attribution_session_count", std::to_string(random.between(1, 5)));
    meta.emplace_back("_wc_order_attribution_user_agent", random.pick(agents));
    meta.emplace_back("_wc_order_attribution_device_type", random.chance(60) ? "Mobile" : "Desktop");
}

Post make_refund(Random& random, std::int64_t order_created, const Sums& sums) {
    Post refund;
    refund.type = "shop_order_refund";
    refund.status = "wc-completed";
    refund.created = order_created + random.between(86400, 20 * 86400);
    refund.modified = refund.created;
    refund.title = title("Refund", refund.created);
    refund.password = order_key(random);
    refund.name = fmt::format("refund-{}", random.word(hexadecimal, 8));
    const std::int64_t amount = random.chance(50) ? sums.total() : sums.goods / 2;
    const std::string text = amount_text(amount);
    refund.meta = {{"_order_currency", "CZK"}, {"_cart_discount", "0"}, {"_cart_discount_tax", "0"}, {"_order_shipping", "0"},
                   {"_order_shipping_tax", "0"}, {"_order_tax", "0"}, {"_order_total", "-" + text}, {"_order_version", "11.0.1"},
                   {"_prices_include_tax", "no"}, {"_refund_amount", text}, {"_refund_reason", random.chance(50) ? "Vráceno zákazníkem" : ""},
                   {"_refunded_by", "1"}, {"_refunded_payment", random.chance(50) ? "1" : ""}};
    return refund;
}

}  // namespace

Product product(std::uint64_t number) {
    return {product_names[number % product_names.size()], static_cast<std::int64_t>(99 + number * 37) * millionths - (number % 3 == 0 ? millionths / 2 : 0)};
}

std::string utc_text(std::int64_t time) {
    std::tm utc{};
    const std::time_t seconds = time;
    gmtime_r(&seconds, &utc);
    return fmt::format("{}-{:02}-{:02} {:02}:{:02}:{:02}", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

std::string local_text(std::int64_t time) {
    std::tm local{};
    const std::time_t seconds = time;
    localtime_r(&seconds, &local);
    return fmt::format("{}-{:02}-{:02} {:02}:{:02}:{:02}", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec);
}

std::string amount_text(std::int64_t amount) {
    const std::int64_t fraction = std::abs(amount % millionths);
    std::string text = fmt::format("{}{}", amount < 0 ? "-" : "", std::abs(amount / millionths));
    if (fraction != 0) {
        text += fmt::format(".{:06}", fraction);
        text.resize(text.find_last_not_of('0') + 1);
    }
    return text;
}

Order make_order(std::uint64_t seed, std::uint64_t number, std::uint64_t count) {
    Random random(Random(seed ^ (number * 0x9E3779B97F4A7C15U)).next());
    Order order;
    Post& post = order.post;
    const Status& status = pick_status(random);
    const Payment& payment = random.pick(payments);
    const std::int64_t step = std::max<std::int64_t>(1, three_years / static_cast<std::int64_t>(count));
    post.type = "shop_order";
    post.status = status.name;
    post.created = first_day + static_cast<std::int64_t>(number) * step + random.between(0, step - 1);
    const std::int64_t paid = post.created + random.between(20, 900);
    const std::int64_t completed = paid + random.between(3600, 5 * 86400);
    post.modified = status.completed ? completed : status.paid ? paid : post.created + random.between(0, 600);
    post.title = title("Order", post.created);
    post.password = order_key(random);
    post.name = fmt::format("order-{}", random.word(hexadecimal, 8));
    if (random.chance(12)) post.excerpt = random.pick(customer_notes);

    Sums sums;
    add_items(random, post, sums);
    Address billing = make_address(random);
    // Who fetches the goods gives no shipping address; who orders by telephone has no session, and with it none of its meta.
    Address shipping = sums.shipping == 0 ? Address{} : random.chance(85) ? billing : make_address(random);
    const bool by_telephone = random.chance(15);
    billing.email = fmt::format("zakaznik{}@example.com", random.below(count));
    billing.phone = fmt::format("+420 {} {:03} {:03}", random.between(601, 799), random.below(1000), random.below(1000));
    if (sums.shipping != 0 && random.chance(30)) shipping.phone = billing.phone;
    const auto yes_no = [](bool value) { return value ? "yes" : "no"; };

    Meta& meta = post.meta;
    meta.emplace_back("_order_key", order_key(random));
    meta.emplace_back("_customer_user", std::to_string(random.chance(40) ? 0 : random.between(2, static_cast<std::int64_t>(count) + 1)));
    meta.emplace_back("_payment_method", payment.method);
    meta.emplace_back("_payment_method_title", payment.title);
    if (status.paid && !payment.transaction.empty()) meta.emplace_back("_transaction_id", std::string(payment.transaction) + random.word(alphanumeric, 24));
    meta.emplace_back("_created_via", by_telephone ? "admin" : "checkout");
    if (!by_telephone) {
        meta.emplace_back("_customer_ip_address", random.chance(70) ? fmt::format("198.51.100.{}", random.below(256)) : "2001:db8::" + random.word(hexadecimal, 4));
        meta.emplace_back("_customer_user_agent", random.pick(agents));
        meta.emplace_back("_cart_hash", random.word(hexadecimal, 32));
    }
    meta.emplace_back("_download_permissions_granted", yes_no(status.paid));
    meta.emplace_back("_recorded_sales", yes_no(status.paid));
    meta.emplace_back("_recorded_coupon_usage_counts", yes_no(status.paid));
    meta.emplace_back("_new_order_email_sent", status.paid ? "true" : "false");
    meta.emplace_back("_order_stock_reduced", yes_no(status.paid));
    billing.add_to(meta, true);
    shipping.add_to(meta, false);
    meta.emplace_back("_order_currency", "CZK");
    meta.emplace_back("_cart_discount", amount_text(sums.discount));
    meta.emplace_back("_cart_discount_tax", amount_text(sums.discount_tax));
    meta.emplace_back("_order_shipping", amount_text(sums.shipping));
    meta.emplace_back("_order_shipping_tax", amount_text(sums.shipping_tax));
    meta.emplace_back("_order_tax", amount_text(sums.goods_tax - sums.discount_tax));
    meta.emplace_back("_order_total", fmt::format("{:.2f}", static_cast<double>(sums.total()) / static_cast<double>(millionths)));
    meta.emplace_back("_order_version", "11.0.1");
    meta.emplace_back("_prices_include_tax", "no");
    meta.emplace_back("_billing_address_index", billing.index());
    meta.emplace_back("_shipping_address_index", shipping.index());
    if (!by_telephone) add_attribution(random, meta, post.created);
    if (status.paid) {
        meta.emplace_back("_date_paid", std::to_string(paid));
        meta.emplace_back("_paid_date", local_text(paid));
    }
    if (status.completed) {
        meta.emplace_back("_date_completed", std::to_string(completed));
        meta.emplace_back("_completed_date", local_text(completed));
    }
    if (post.status == "trash") {
        meta.emplace_back("_wp_trash_meta_status", "wc-pending");
        meta.emplace_back("_wp_trash_meta_time", std::to_string(post.modified));
        meta.emplace_back("_wp_desired_post_slug", post.name);
    }

    post.notes.push_back({fmt::format("Stav objednávky změněn z Čeká na platbu na {}.", post.status), true, post.created + 5});
    if (status.paid) post.notes.push_back({fmt::format("Platba přijata ({}).", payment.title), true, paid});
    if (random.chance(15)) post.notes.push_back({"Zákazník volal: doručit až po 17. hodině ☎", false, post.created + 3600});
    // Of the completed and refunded ones (69 %) as many as make 4 % of all.
    if (status.completed && random.below(1000) < 58) order.refund = make_refund(random, post.created, sums);
    return order;
}

}  // namespace bench
