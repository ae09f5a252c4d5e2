/// Orders no shop should have but some do: every field canonical, raw or absent, hostile texts, repeated and internal meta
/// keys, NULL values, items and notes with meta. One seed gives the same orders again.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <ordo/order_record.hpp>

namespace ordo::test {

class RandomOrders {
public:
    /// `any_bytes`: texts that are no UTF-8 too, and names of any length, which a server refuses.
    explicit RandomOrders(std::uint64_t seed, bool any_bytes = true) : any_bytes_(any_bytes), random_(seed) {}

    /// The next order; ids of orders, items and notes ascend from one to the next.
    OrderRecord next() {
        OrderRecord order;
        order.id = OrderId{next_order_ += 1 + below(3)};
        order.type = below(4) ? "shop_order" : "shop_order_refund";
        for (const FieldSpec& spec : order_fields)
            if (below(3)) order.fields.push_back({spec.id, field(spec)});
        order.meta = meta();
        std::stable_sort(order.meta.begin(), order.meta.end(), [](const MetaRow& a, const MetaRow& b) { return a.key < b.key; });
        for (std::size_t i = below(4); i > 0; --i) order.items.push_back({next_item_ += 1 + below(2), pick({"line_item", "shipping", "fee"}), name(), meta()});
        for (std::size_t i = below(3); i > 0; --i) {
            NoteRecord note;
            note.id = next_note_ += 1 + below(2);
            note.author = name();
            note.author_email = pick({"", "woocommerce@shop.test"});
            note.date_gmt = pick({"2026-03-29 01:30:00", "0000-00-00 00:00:00", "1999-12-31 23:59:59"});
            note.content = name();
            note.approved = pick({"1", "0", "post-trashed"});
            note.agent = "WooCommerce";
            note.parent = below(2) ? 0 : next_note_ - 1;
            note.user_id = below(2) * 7;
            note.meta = meta();
            order.notes.push_back(std::move(note));
        }
        return order;
    }

    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }

private:
    std::string pick(std::initializer_list<std::string> of) { return *(of.begin() + static_cast<std::ptrdiff_t>(below(of.size()))); }

    std::string odd_byte() const { return any_bytes_ ? "\xff" : "ÿ"; }

    std::string text() {
        switch (below(12)) {
            case 0: return "";
            case 1: return std::string("a\0b\x01\x1f\x7f", 6);
            case 2: return any_bytes_ ? "\xff\xfe\xed\xa0\x80\xc0\xaf" : "\u00ff";
            case 3: return std::string(150, 't');
            case 4: return below(8) ? "short" : std::string(70001, 'n');
            case 5: return "\\ \\\\ \\N \\u017e C:\\dir\\ O'Brien \"quoted\" %s ? {\"hex\":\"c3\"}";
            case 6: return "žluťoučký 🍵\u2028\u200b";
            case 7: return "a:1:{s:3:\"key\";s:5:\"a\\\"b;\n\";}";
            case 8: return " \t\r\n ";
            case 9: return "NULL";
            default: return std::string(1 + below(5), static_cast<char>('a' + below(26)));
        }
    }

    /// What an item's or a note's column takes: nothing keeps what these tables cannot hold.
    std::string name() {
        std::string any = text();
        return any_bytes_ || any.size() < 200 ? any : "long";
    }

    FieldValue field(const FieldSpec& spec) {
        const bool raw = spec.type != FieldType::text && below(4) == 0;
        switch (spec.type) {
            case FieldType::text:
                // What is longer than its column is refused by every store.
                if (spec.id == FieldId::status) return {pick({"wc-completed", "trash", "auto-draft", "", "žluťoučký kůň úpěl ď", odd_byte(), "draft"}), false};
                return {text(), false};
            case FieldType::amount:
                if (raw) return {pick({"12,5", "1,234.50", "ten", "1e999", "0x1A", odd_byte()}), true};
                return {pick({"0", "12.5", "-0.00000001", "0.123456789123", "123456789012345678", "-1234567890123456789012345678.5"}), false};
            case FieldType::id:
                if (raw) return {pick({"-3", "12 monkeys", "18446744073709551615", " 7"}), true};
                return {pick({"0", "7", "9223372036854775807"}), false};
            case FieldType::flag:
                if (raw) return {pick({"maybe", "2", "yes "}), true};
                return {pick({"0", "1"}), false};
            case FieldType::datetime:
                // Only meta rows spell a date as Unix time, so that a column's spelling is raw there, and the other way round.
                if (raw && spec.posts_place == PostsPlace::meta)
                    return {pick({"2019-05-04 10:00:00", "1500000000", "0000-00-00 00:00:00", "soon", "99999999999999"}), true};
                if (raw) return {pick({"2019-02-31 10:00:00", "soon"}), true};
                return {pick({"2026-03-29 01:30:00", "2026-10-25 00:30:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59", "1969-12-31 23:59:59"}), false};
        }
        return {};
    }

    std::vector<MetaRow> meta() {
        std::vector<MetaRow> rows;
        for (std::size_t i = below(9); i > 0; --i) {
            std::string key = pick({"key", "key", "Key", "key ", "", "_order_key", "_order_total", "_date_paid", "_billing_email", "_deleted_from", "_paid_date",
                                    "🔑", odd_byte(), std::string(255, 'k'), "wp_x"});
            Bytes value = below(6) ? Bytes{text()} : std::nullopt;
            rows.push_back({0, std::move(key), std::move(value)});
        }
        return rows;
    }

    bool any_bytes_;
    std::mt19937_64 random_;
    std::uint64_t next_order_ = 0, next_item_ = 0, next_note_ = 0;
};

}  // namespace ordo::test
