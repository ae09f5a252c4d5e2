/// The values of the SDK: amounts, dates, the mapping table and what its columns make of values.
#include <random>
#include <set>

#include <ordo/order_fields.hpp>
#include <ordo/order_record.hpp>

#include "tests/catch.hpp"

namespace ordo::test {

TEST_CASE("numbers have one canonical spelling, whatever PHP reads them from") {
    const std::vector<std::pair<std::string, std::string>> spellings{
        {"", "0"},       {"0", "0"},           {"-0", "0"},       {"0.00", "0"},         {"007", "7"},           {"12.50", "12.5"},
        {"+1", "1"},     {".5", "0.5"},        {"5.", "5"},       {"1237E-2", "12.37"},  {"1e3", "1000"},        {"-1.20e1", "-12"},
        {" 3 ", "3"},    {"0.000000001", "0.000000001"},          {"12345678901234567890.5", "12345678901234567890.5"},
        {"7.1054273576E-15", "0.0000000000000071054273576"}};
    for (const auto& [text, canonical] : spellings) {
        INFO(text);
        CHECK(canonical_number(text) == canonical);
        CHECK(canonical_number(canonical) == canonical);
    }
    for (const std::string text : {"12,5", "abc", "-", ".", "1.2.3", "1e", "0x1A", "1 000", "e5", "1e999999999"}) {
        INFO(text);
        CHECK(!canonical_number(text));
    }
}

TEST_CASE("amounts keep eight decimals, round half away from zero, and know their range") {
    CHECK(Decimal::parse("1.000000005")->to_fixed() == "1.00000001");
    CHECK(Decimal::parse("-1.000000005")->to_fixed() == "-1.00000001");
    CHECK(Decimal::parse("1.0000000049999")->to_fixed() == "1.00000000");
    CHECK(Decimal::parse("99999999.98999999")->to_fixed() == "99999999.98999999");
    CHECK(Decimal::parse("0.000000009")->to_fixed() == "0.00000001");
    CHECK(Decimal::parse("0.0000000009")->to_fixed() == "0.00000000");
    CHECK(Decimal::parse("999999999999999999.99999999")->to_string() == "999999999999999999.99999999");
    CHECK(!Decimal::parse("1000000000000000000"));
    CHECK(!Decimal::parse("999999999999999999.999999999"));
    CHECK(!Decimal::parse("12,5"));
    CHECK(Decimal::of_prefix("12,5").to_string() == "12");
    CHECK(Decimal::of_prefix("").to_string() == "0");
    CHECK((*Decimal::parse("0.1") + *Decimal::parse("0.2")) == *Decimal::parse("0.3"));
    CHECK((*Decimal::parse("1") - *Decimal::parse("2.5")).to_string() == "-1.5");
    CHECK(*Decimal::parse("-2") < *Decimal::parse("1"));
    CHECK_THROWS_AS(*Decimal::parse("999999999999999999") + *Decimal::parse("1"), Error);
}

TEST_CASE("an amount survives its text: random values") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    for (int i = 0; i < 20000; ++i) {
        std::string text = std::to_string(random() % 1000000000000000000U);
        std::string decimals = std::to_string(random() % 100000000U);
        text += "." + std::string(8 - decimals.size(), '0') + decimals;
        if (random() % 2) text.insert(0, "-");
        const auto amount = Decimal::parse(text);
        REQUIRE(amount);
        REQUIRE(Decimal::parse(amount->to_string()) == amount);
        REQUIRE(Decimal::parse(amount->to_fixed()) == amount);
        REQUIRE(canonical_number(amount->to_fixed()) == amount->to_string());
    }
}

TEST_CASE("dates: only real ones, and Unix times in the years of a column") {
    CHECK(format_datetime(*parse_datetime("2024-02-29 23:59:59")) == "2024-02-29 23:59:59");
    CHECK(format_datetime(*parse_datetime("1969-12-31 23:59:59")) == "1969-12-31 23:59:59");
    for (const std::string text : {"2023-02-29 00:00:00", "0000-00-00 00:00:00", "2024-13-01 00:00:00", "2024-01-01T00:00:00", "2024-01-01 24:00:00", "2024-1-1 00:00:00", ""}) {
        INFO(text);
        CHECK(!parse_datetime(text));
    }
    CHECK(format_datetime(*parse_unix_time("0")) == "1970-01-01 00:00:00");
    CHECK(format_datetime(*parse_unix_time("-86400")) == "1969-12-31 00:00:00");
    CHECK(format_datetime(*parse_unix_time("2224217999")) == "2040-06-25 06:19:59");
    for (const std::string text : {"", "-", "1.5", "12a", " 1", "999999999999", "2019-05-04 10:00:00"}) {
        INFO(text);
        CHECK(!parse_unix_time(text));
    }
}

TEST_CASE("the mapping table has every internal key and column once") {
    std::set<std::string_view> names, keys;
    std::set<std::pair<int, std::string_view>> columns;
    int internal_keys = 0;
    for (const FieldSpec& spec : order_fields) {
        INFO(spec.name);
        CHECK(names.insert(spec.name).second);
        CHECK(columns.emplace(static_cast<int>(spec.hpos_row), spec.column).second);
        CHECK(find_field(spec.name) == &spec);
        CHECK((spec.type == FieldType::text) == (spec.length_max > 0));
        if (spec.posts_place == PostsPlace::meta) {
            ++internal_keys;
            CHECK(keys.insert(spec.posts_key).second);
            CHECK(find_internal_key(spec.posts_key) == &spec);
        }
    }
    CHECK(internal_keys == 47);
    CHECK(find_internal_key("_order_total ") == nullptr);
    CHECK(find_internal_key("_Order_total") == nullptr);
    CHECK(find_internal_key("order_total") == nullptr);
}

TEST_CASE("what the posts storage spells reads back as the same value") {
    for (const FieldSpec& spec : order_fields) {
        if (spec.posts_place != PostsPlace::meta) continue;
        for (const std::string text : {"0", "1", "yes", "no", "true", "false", "TRUE", "12.50", "1500000000", "-5", "text", "12,5"}) {
            const auto value = canonicalize(spec, text, DateSpelling::unix_time);
            REQUIRE(value);
            INFO(spec.name << " " << text);
            CHECK(canonicalize(spec, to_postmeta(spec, *value), DateSpelling::unix_time) == value);
        }
    }
    CHECK(to_postmeta(field_spec(FieldId::new_order_email_sent), {"1", false}) == "true");
    CHECK(to_postmeta(field_spec(FieldId::recorded_sales), {"1", false}) == "yes");
    CHECK(to_postmeta(field_spec(FieldId::date_paid_gmt), {"2009-02-13 23:31:30", false}) == "1234567890");
}

TEST_CASE("a column takes what it can and names the rule that the rest broke [G2]") {
    const auto column = [](FieldId id, const std::string& stored) {
        return to_column(field_spec(id), canonicalize(field_spec(id), stored, DateSpelling::unix_time));
    };
    CHECK(column(FieldId::total_amount, "12,5").stored == "12.00000000");
    CHECK(column(FieldId::total_amount, "12,5").broken == Rule::not_a_number);
    CHECK(column(FieldId::total_amount, "0.123456789").stored == "0.12345679");
    CHECK(column(FieldId::total_amount, "0.123456789").broken == Rule::too_many_decimals);
    CHECK(column(FieldId::total_amount, "1000000000000000000").broken == Rule::out_of_range);
    CHECK(column(FieldId::customer_id, "12abc").stored == "12");
    CHECK(column(FieldId::customer_id, "12abc").broken == Rule::not_an_id);
    CHECK(column(FieldId::customer_id, "-1").stored == "0");
    CHECK(column(FieldId::recorded_sales, "maybe").stored == "0");
    CHECK(column(FieldId::recorded_sales, "maybe").broken == Rule::not_a_flag);
    CHECK(column(FieldId::date_paid_gmt, "2019-05-04 10:00:00").stored == std::nullopt);
    CHECK(column(FieldId::date_paid_gmt, "2019-05-04 10:00:00").broken == Rule::not_a_date);
    CHECK(column(FieldId::currency, "CZKCZKCZKCZK").stored == "CZKCZKCZKC");
    CHECK(column(FieldId::currency, "CZKCZKCZKCZK").broken == Rule::too_long);
    CHECK(!column(FieldId::currency, "CZK").broken);
}

TEST_CASE("a prefix that fits ends between characters") {
    CHECK(fitting_prefix("žluť", 2, false) == "žl");
    CHECK(fitting_prefix("žluť", 3, true) == "žl");
    CHECK(fitting_prefix("žluť", 2, true) == "ž");
    CHECK(fitting_prefix("žluť", 1, true) == "");
    CHECK(fitting_prefix("🍵🍵", 1, false) == "🍵");
    CHECK(fitting_prefix("🍵🍵", 7, true) == "🍵");
    CHECK(fitting_prefix("\xff\xff\xff", 2, false) == "\xff\xff");
    CHECK(fitting_prefix("abc", 3, true) == "abc");
}

TEST_CASE("masked values show amounts and states, and of persons and secrets only a length [G20]") {
    CHECK(masked(Privacy::open, FieldValue{"wc-completed", false}) == "\"wc-completed\"");
    CHECK(masked(Privacy::open, FieldValue{"12,5", true}) == "\"12,5\"");
    CHECK(masked(Privacy::open, FieldValue{"jan@example.com", true}) == "(15 bytes)");
    CHECK(masked(Privacy::personal, FieldValue{"Jan", false}) == "(3 bytes)");
    CHECK(masked(Privacy::secret, FieldValue{"wc_order_abc", false}) == "(12 bytes)");
    CHECK(masked(Privacy::open, std::nullopt) == "NULL");
}

TEST_CASE("a record keeps its fields ascending") {
    OrderRecord record;
    record.set(FieldId::order_key, FieldValue{"k", false});
    record.set(FieldId::status, FieldValue{"s", false});
    record.set(FieldId::currency, FieldValue{"c", false});
    record.set(FieldId::status, FieldValue{"t", false});
    REQUIRE(record.fields.size() == 3);
    CHECK(record.fields[0].id == FieldId::status);
    CHECK(record.get(FieldId::status)->text == "t");
    record.set(FieldId::currency, std::nullopt);
    CHECK(!record.get(FieldId::currency));
    CHECK(record.fields.size() == 2);
}

}  // namespace ordo::test
