/// What fills which column of the four HPOS tables, as views of the one mapping (`order_fields`), under the names
/// WooCommerce gives its four migrators (document 004 section 8.6). They are for looking things up: the copying itself is
/// `DataSynchronizer`'s, by the same mapping. Constants; any thread.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include <ordo/order_fields.hpp>

namespace ordo {

/// Where the posts storage has what a migrated column gets.
enum class ColumnSource : std::uint8_t {
    post_column,   ///< a column of `wp_posts`
    meta_key,      ///< the value of the row of `wp_postmeta` with this key
    meta_column,   ///< a column of `wp_postmeta`, of every row that is migrated
    constant,      ///< nothing: the source's name is the value
};

constexpr std::string_view to_string(ColumnSource source) noexcept {
    switch (source) {
        case ColumnSource::post_column: return "post_column";
        case ColumnSource::meta_key: return "meta_key";
        case ColumnSource::meta_column: return "meta_column";
        case ColumnSource::constant: return "constant";
    }
    return "constant";
}

struct MigratedColumn {
    std::string_view column;
    ColumnSource from;
    std::string_view source;            ///< the column, the meta key or the constant
    FieldType type;
    std::optional<FieldId> field;       ///< absent: a key of the table, which is no field of an order
    std::string_view address_type = {}; ///< "billing", "shipping": of which of the two rows of addresses; else empty
};

namespace detail {

constexpr MigratedColumn migrated_column(const FieldSpec& spec) noexcept {
    const std::string_view address = spec.hpos_row == HposRow::billing_address    ? "billing"
                                     : spec.hpos_row == HposRow::shipping_address ? "shipping"
                                                                                  : "";
    return {spec.column, spec.posts_place == PostsPlace::column ? ColumnSource::post_column : ColumnSource::meta_key, spec.posts_key, spec.type, spec.id,
            address};
}

constexpr std::size_t count_fields(HposRow row) noexcept {
    std::size_t count = 0;
    for (const FieldSpec& spec : order_fields) count += spec.hpos_row == row;
    return count;
}

/// The keys of a row, then every field that the mapping puts there.
template <HposRow row, std::size_t keys>
constexpr auto migrated_row(const std::array<MigratedColumn, keys>& key_columns) {
    std::array<MigratedColumn, keys + count_fields(row)> columns{};
    std::size_t at = 0;
    for (const MigratedColumn& key : key_columns) columns[at++] = key;
    for (const FieldSpec& spec : order_fields)
        if (spec.hpos_row == row) columns[at++] = migrated_column(spec);
    return columns;
}

template <HposRow row>
constexpr auto migrated_address(std::string_view type) {
    return migrated_row<row>(std::array{MigratedColumn{"order_id", ColumnSource::post_column, "ID", FieldType::id, {}, type},
                                        MigratedColumn{"address_type", ColumnSource::constant, type, FieldType::text, {}, type}});
}

template <std::size_t first, std::size_t second>
constexpr auto joined(const std::array<MigratedColumn, first>& a, const std::array<MigratedColumn, second>& b) {
    std::array<MigratedColumn, first + second> both{};
    std::size_t at = 0;
    for (const MigratedColumn& column : a) both[at++] = column;
    for (const MigratedColumn& column : b) both[at++] = column;
    return both;
}

}  // namespace detail

/// `wp_posts` and internal meta -> `wp_wc_orders`, a row an order.
struct PostToOrderTableMigrator {
    static constexpr std::string_view name = "PostToOrderTableMigrator";
    static constexpr std::string_view table = "wc_orders";   ///< without prefix
    static constexpr auto columns = detail::migrated_row<HposRow::order>(
        std::array{MigratedColumn{"id", ColumnSource::post_column, "ID", FieldType::id, {}}, MigratedColumn{"type", ColumnSource::post_column, "post_type", FieldType::text, {}}});
};

/// Internal meta -> `wp_wc_order_addresses`, a row for the billing and one for the shipping address of an order.
struct PostToOrderAddressTableMigrator {
    static constexpr std::string_view name = "PostToOrderAddressTableMigrator";
    static constexpr std::string_view table = "wc_order_addresses";
    static constexpr auto columns =
        detail::joined(detail::migrated_address<HposRow::billing_address>("billing"), detail::migrated_address<HposRow::shipping_address>("shipping"));
};

/// Internal meta -> `wp_wc_order_operational_data`, a row an order.
struct PostToOrderOpTableMigrator {
    static constexpr std::string_view name = "PostToOrderOpTableMigrator";
    static constexpr std::string_view table = "wc_order_operational_data";
    static constexpr auto columns =
        detail::migrated_row<HposRow::operational>(std::array{MigratedColumn{"order_id", ColumnSource::post_column, "ID", FieldType::id, {}}});
};

/// All other meta -> `wp_wc_orders_meta`, row by row.
struct PostMetaToOrderMetaMigrator {
    static constexpr std::string_view name = "PostMetaToOrderMetaMigrator";
    static constexpr std::string_view table = "wc_orders_meta";
    static constexpr std::array columns{MigratedColumn{"order_id", ColumnSource::meta_column, "post_id", FieldType::id, {}},
                                        MigratedColumn{"meta_key", ColumnSource::meta_column, "meta_key", FieldType::text, {}},
                                        MigratedColumn{"meta_value", ColumnSource::meta_column, "meta_value", FieldType::text, {}}};

    /// Whether rows of this key go there: not those of internal keys, which are columns, nor what would be taken for the
    /// record of a deletion.
    static bool migrates(std::string_view key) noexcept { return !find_internal_key(key) && key != deletion_record_key; }
};

/// One of the four, for whoever walks them.
struct OrderMigrator {
    std::string_view name, table;
    std::span<const MigratedColumn> columns;
};

inline constexpr std::array order_migrators{
    OrderMigrator{PostToOrderTableMigrator::name, PostToOrderTableMigrator::table, PostToOrderTableMigrator::columns},
    OrderMigrator{PostToOrderAddressTableMigrator::name, PostToOrderAddressTableMigrator::table, PostToOrderAddressTableMigrator::columns},
    OrderMigrator{PostToOrderOpTableMigrator::name, PostToOrderOpTableMigrator::table, PostToOrderOpTableMigrator::columns},
    OrderMigrator{PostMetaToOrderMetaMigrator::name, PostMetaToOrderMetaMigrator::table, PostMetaToOrderMetaMigrator::columns},
};

}  // namespace ordo
