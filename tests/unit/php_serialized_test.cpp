/// Values in PHP's serialised text. The texts are what PHP 8.2 writes.
#include <limits>
#include <random>

#include "kernel/orders/php_serialized.hpp"
#include "tests/catch.hpp"

namespace ordo::test {
namespace {

using orders::parse_php;
using orders::php_key;
using orders::PhpArray;
using orders::PhpKey;
using orders::PhpValue;
using orders::to_php;

PhpValue text(std::string bytes) { return {std::move(bytes)}; }
PhpValue number(std::int64_t value) { return {value}; }
PhpKey key(std::int64_t value) { return value; }
PhpKey key(std::string value) { return value; }

}  // namespace

TEST_CASE("a value and its serialised text are each other's only form") {
    const std::vector<std::pair<PhpValue, std::string>> values{
        {{}, "N;"},
        {{true}, "b:1;"},
        {{false}, "b:0;"},
        {number(0), "i:0;"},
        {number(-7), "i:-7;"},
        {number(std::numeric_limits<std::int64_t>::max()), "i:9223372036854775807;"},
        {number(std::numeric_limits<std::int64_t>::min()), "i:-9223372036854775808;"},
        {{1.5}, "d:1.5;"},
        {{0.1}, "d:0.1;"},
        {{1.0}, "d:1;"},
        {{0.0}, "d:0;"},
        {{-0.0}, "d:-0;"},
        {{0.1 + 0.2}, "d:0.30000000000000004;"},
        {{-1234.5678}, "d:-1234.5678;"},
        {{0.0001}, "d:0.0001;"},
        {{0.00001}, "d:1.0E-5;"},
        {{1.25e-7}, "d:1.25E-7;"},
        {{1e16}, "d:10000000000000000;"},
        {{1e17}, "d:1.0E+17;"},
        {{1.5e300}, "d:1.5E+300;"},
        {{5e-324}, "d:5.0E-324;"},
        {{std::numeric_limits<double>::infinity()}, "d:INF;"},
        {{-std::numeric_limits<double>::infinity()}, "d:-INF;"},
        {text(""), "s:0:\"\";"},
        {text("quote' \" ; }"), "s:12:\"quote' \" ; }\";"},
        {text("ž🙂"), "s:6:\"ž🙂\";"},
        {text(std::string("a\0b", 3)), std::string("s:3:\"a\0b\";", 10)},
        {text("a:1:{i:0;s:1:\"x\";}"), "s:18:\"a:1:{i:0;s:1:\"x\";}\";"},
        {{PhpArray{}}, "a:0:{}"},
        {{PhpArray{{key(0), text("x")}, {key(-3), {}}, {key("07"), number(1)}, {key(""), {true}}, {key("-0"), {false}}}},
         "a:5:{i:0;s:1:\"x\";i:-3;N;s:2:\"07\";i:1;s:0:\"\";b:1;s:2:\"-0\";b:0;}"},
        {{PhpArray{{key("total"), {PhpArray{{key(3), text("151.385304")}}}}, {key("subtotal"), {PhpArray{}}}}},
         "a:2:{s:5:\"total\";a:1:{i:3;s:10:\"151.385304\";}s:8:\"subtotal\";a:0:{}}"},
    };
    for (const auto& [value, serialised] : values) {
        INFO(serialised);
        CHECK(to_php(value) == serialised);
        const auto parsed = parse_php(serialised);
        REQUIRE(parsed);
        CHECK(*parsed == value);
    }
    CHECK(to_php({std::numeric_limits<double>::quiet_NaN()}) == "d:NAN;");
    CHECK(parse_php("d:NAN;").has_value());
    CHECK(parse_php("d:0.10000000000000001;") == PhpValue{0.1});  // as PHP before 7.1 wrote it
}

TEST_CASE("a text that spells an integer is that integer as a key, in PHP and here") {
    CHECK(php_key("7") == key(7));
    CHECK(php_key("-7") == key(-7));
    CHECK(php_key("0") == key(0));
    CHECK(php_key("9223372036854775807") == key(std::numeric_limits<std::int64_t>::max()));
    for (const std::string kept : {"", "07", "-0", "+7", "7.0", " 7", "7 ", "-", "9223372036854775808", "total"}) CHECK(php_key(kept) == key(kept));
    CHECK(to_php({PhpArray{{key("7"), text("x")}}}) == "a:1:{i:7;s:1:\"x\";}");
    CHECK(parse_php("a:1:{s:1:\"7\";N;}") == PhpValue{PhpArray{{key(7), {}}}});
    CHECK(orders::find_entry({{key(7), text("x")}}, php_key("7")) != nullptr);
    CHECK(orders::find_entry({{key(7), text("x")}}, php_key("8")) == nullptr);
}

TEST_CASE("what PHP would not have written, and what is no plain value, is not understood") {
    for (const std::string malformed :
         {"", "x", "N", "N;N;", " N;", "N; ", "b:2;", "b:;", "b:true;", "i:;", "i:1", "i:+1;", "i:01;", "i:1.0;", "i:9223372036854775808;", "d:;", "d:1,5;",
          "d:nan;", "d:inf;", "d:0x1p3;", "d:1e999;", "d:1.5", "s:1:\"ab\";", "s:3:\"ab\";", "s:-1:\"\";", "s:1:\"a\"", "s:1:a;", "s:1:'a';",
          "s:9999999999999999999:\"a\";", "s:9223372036854775807:\"a\";", "S:1:\"a\";", "a:0:{", "a:0:}", "a:1:{}", "a:0:{i:0;N;}", "a:-1:{}", "a:1:{i:0;}",
          "a:1:{N;N;}", "a:1:{d:1;N;}", "a:1:{a:0:{}N;}", "a:9223372036854775807:{i:0;N;}", "a:2:{i:0;N;i:0;N;}", "a:2:{i:7;N;s:1:\"7\";N;}",
          "O:8:\"stdClass\":0:{}", "C:1:\"X\":0:{}", "E:3:\"A:B\";", "a:2:{i:0;N;i:1;R:2;}", "r:1;", "a:1:{i:0;O:8:\"stdClass\":0:{}}"}) {
        INFO(malformed);
        CHECK_FALSE(parse_php(malformed).has_value());
    }
}

TEST_CASE("arrays nest only so deep") {
    const auto nested = [](std::size_t depth) {
        std::string serialised = "N;";
        for (std::size_t i = 0; i < depth; ++i) serialised = "a:1:{i:0;" + serialised + "}";
        return serialised;
    };
    CHECK(parse_php(nested(orders::php_depth_max)).has_value());
    CHECK_FALSE(parse_php(nested(orders::php_depth_max + 1)).has_value());
    std::string endless;
    for (int i = 0; i < 1000000; ++i) endless += "a:1:{i:0;";
    CHECK_FALSE(parse_php(endless).has_value());
}

TEST_CASE("whatever is done to a serialised text, reading it ends, and what is read is written as it was") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
    const std::string good = "a:3:{s:1:\"a\";i:1;s:1:\"b\";a:4:{s:2:\"ž\";s:4:\"🙂\";s:1:\"n\";N;s:1:\"t\";b:1;s:1:\"f\";d:1.5;}i:3;s:3:\"q'\"\";}";
    REQUIRE(to_php(*parse_php(good)) == good);
    constexpr std::string_view letters = "a:3{}s\"1;biNd-E.09O\\";
    int understood = 0;
    for (int i = 0; i < 50000; ++i) {
        std::string damaged = good;
        for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
            const std::size_t at = below(damaged.size());
            switch (below(3)) {
                case 0: damaged[at] = letters[below(letters.size())]; break;
                case 1: damaged.erase(at, 1 + below(4)); break;
                default: damaged.insert(at, 1, letters[below(letters.size())]); break;
            }
            if (damaged.empty()) damaged = "a";
        }
        const auto value = parse_php(damaged);
        if (!value) continue;
        ++understood;
        // Not always the damaged text itself: "d:1.50;" is read, and written "d:1.5;".
        const std::string written = to_php(*value);
        REQUIRE(to_php(*parse_php(written)) == written);
    }
    CHECK(understood > 0);
}

}  // namespace ordo::test
