/// The canonical form read back: whatever is accepted is spelled again the same; what is refused is named with its place.
#include "tests/catch.hpp"

#include <random>

#include <ordo/error.hpp>

#include "kernel/orders/canonical_form.hpp"
#include "kernel/orders/canonical_reader.hpp"
#include "tests/support/random_orders.hpp"

namespace ordo::test {
namespace {

using orders::canonical_form;
using orders::read_canonical;

/// "/place: what" of the refusal; "" if the line is accepted.
std::string refusal_of(const std::string& line) {
    std::string spelled;
    try {
        spelled = canonical_form(read_canonical(line));
    } catch (const Error& error) {
        CHECK(error.code() == errc::import_bad_order);
        return error.what();
    }
    CHECK((spelled == line));
    return "";
}

/// A line with one part of it put in place of what stands there usually.
std::string with(const std::string& part, const std::string& text) {
    const std::vector<std::pair<std::string, std::string>> parts{
        {"id", "43"},
        {"type", "\"shop_order\""},
        {"fields", R"({"status":"wc-pending","total_amount":"12.5"})"},
        {"meta", R"([["a","1"],["a",null]])"},
        {"items", R"([{"id":1,"type":"line_item","name":"Tea","meta":[["_qty","1"]]}])"},
        {"notes", R"([{"id":2,"parent":0,"user_id":0,"author":"W","author_email":"","date_gmt":"2026-07-20 10:00:00","approved":"1","agent":"W","content":"Hi","meta":[]}])"}};
    std::string line;
    for (const auto& [name, usual] : parts) {
        if (part == name && text == "(left out)") continue;
        line += (line.empty() ? "{\"" : ",\"") + name + "\":" + (part == name ? text : usual);
    }
    return line + "}";
}

const std::string fields_begin = R"({"status":"wc-pending",)";

}  // namespace

TEST_CASE("what the form can hold is read as it is meant [G1]") {
    CHECK(refusal_of(with("", "")) == "");
    const OrderRecord order = read_canonical(with("", ""));
    CHECK(order.id == OrderId{43});
    CHECK(order.type == "shop_order");
    CHECK(order.get(FieldId::total_amount) == FieldValue{"12.5", false});
    REQUIRE(order.meta.size() == 2);
    CHECK(order.meta[0].value == "1");
    CHECK(order.meta[1].value == std::nullopt);
    CHECK(order.items.at(0).meta.at(0).key == "_qty");
    CHECK(order.notes.at(0).content == "Hi");
    CHECK(read_canonical(with("fields", R"({"total_amount":{"raw":"12,5"}})")).get(FieldId::total_amount) == FieldValue{"12,5", true});
    CHECK(read_canonical(with("fields", R"({"customer_note":{"hex":"c328"}})")).get(FieldId::customer_note)->text == "\xc3(");
    CHECK(read_canonical(with("fields", R"({"total_amount":{"raw":{"hex":"ff"}}})")).get(FieldId::total_amount) == FieldValue{"\xff", true});
    CHECK(read_canonical(with("id", "9223372036854775807")).id.value == 9223372036854775807U);
    CHECK(refusal_of(with("fields", "{}")) == "");
    CHECK(refusal_of(with("items", "[]")) == "");
    // A date's meta row is Unix time and its column a date: what one cannot read is raw there.
    for (const std::string date : {"2019-05-04 10:00:00", "1500000000", "0000-00-00 00:00:00"})
        CHECK(refusal_of(with("fields", R"({"date_paid_gmt":{"raw":")" + date + "\"}}")) == "");
}

TEST_CASE("what is wrong is named with its place, and never with its value [G20]") {
    struct Mistake {
        std::string line, place, what;
    };
    const std::string note = R"([{"id":2,"parent":0,"user_id":0,"author":"W","author_email":"","date_gmt":"","approved":"1","agent":"W","content":"Hi","meta":[])";
    for (const Mistake& mistake : std::vector<Mistake>{
             {"", "byte 1", ""},
             {"SECRET", "byte 1", ""},
             {"{\"id\":43", "byte 9", ""},
             {with("", "") + "{}", "byte", "more than one"},
             {"[43]", "/:", "no object"},
             {std::string(100, '['), "byte", ""},
             {with("id", "0"), "/id:", "from 1"},
             {with("id", "-1"), "/id:", "from 1"},
             {with("id", "9223372036854775808"), "/id:", "2^63-1"},
             {with("id", "99999999999999999999999"), "/id:", "2^63-1"},
             {with("id", "43.0"), "/id:", "whole"},
             {with("id", "\"SECRET\""), "/id:", "whole"},
             {with("id", "(left out)"), "/id:", "missing"},
             {with("notes", "(left out)"), "/notes:", "missing"},
             {with("type", "null"), "/type:", "null"},
             {with("type", "7"), "/type:", "text"},
             {with("notes", "[],\"secret\":1"), "/:", "unknown key \"secret\""},
             {with("notes", "[],\"SECRET@example.com\":1"), "/:", "unknown key of 18 bytes"},
             {with("fields", "[]"), "/fields:", "object"},
             {with("fields", R"({"sttus":"wc-pending"})"), "/fields:", "unknown key \"sttus\""},
             {with("fields", R"({"total_amount":"12.5","status":"x"})"), "/fields/status:", "behind total_amount"},
             {with("fields", R"({"status":"x","status":"SECRET"})"), "/fields/status", "otherwise"},
             {with("fields", R"({"status":null})"), "/fields/status:", "null"},
             {with("fields", R"({"status":1})"), "/fields/status:", "neither"},
             {with("fields", R"({"status":{"raw":"SECRET"}})"), "/fields/status/raw:", "a text"},
             {with("fields", R"({"total_amount":"12.50"})"), "/fields/total_amount:", "an amount"},
             {with("fields", R"({"total_amount":"SECRET"})"), "/fields/total_amount:", "an amount"},
             {with("fields", R"({"total_amount":""})"), "/fields/total_amount:", "an amount"},
             {with("fields", R"({"total_amount":12.5})"), "/fields/total_amount:", "neither"},
             {with("fields", R"({"total_amount":{"raw":"12.5"}})"), "/fields/total_amount/raw:", "without \"raw\""},
             {with("fields", R"({"total_amount":{"raw":null}})"), "/fields/total_amount/raw:", "null"},
             {with("fields", R"({"total_amount":{"raw":"x","y":1}})"), "/fields/total_amount:", "unknown key \"y\""},
             {with("fields", R"({"customer_id":"007"})"), "/fields/customer_id:", "an id"},
             {with("fields", R"({"recorded_sales":"yes"})"), "/fields/recorded_sales:", "a flag"},
             {with("fields", R"({"date_paid_gmt":"2019-02-31 10:00:00"})"), "/fields/date_paid_gmt:", "a date"},
             {with("fields", R"({"date_created_gmt":{"raw":"2019-05-04 10:00:00"}})"), "/fields/date_created_gmt/raw:", "a date"},
             {with("fields", R"({"customer_note":{"hex":"C3"}})"), "/fields/customer_note/hex:", "hex"},
             {with("fields", R"({"customer_note":{"hex":"c"}})"), "/fields/customer_note/hex:", "odd"},
             {with("fields", R"({"customer_note":{"hex":7}})"), "/fields/customer_note/hex:", "text"},
             {with("fields", R"({"customer_note":{"hex":"61"}})"), "/fields/customer_note", "otherwise"},
             {with("fields", R"({"customer_note":"\ud800"})"), "byte", ""},
             {with("fields", "{\"customer_note\":\"\xc3(\"}"), "byte", ""},
             {with("meta", "{}"), "/meta:", "array"},
             {with("meta", R"([["a"]])"), "/meta/0:", "[key, value]"},
             {with("meta", R"([["a","1"],[null,"2"]])"), "/meta/1/0:", "null"},
             {with("meta", R"([["b","1"],["a","2"]])"), "/meta/1/0:", "sorts before"},
             {with("meta", R"([["a","1"],["a",7]])"), "/meta/1/1:", "neither"},
             {with("meta", R"([["_edit_lock","1"]])"), "/meta/0/0:", "derived"},
             {with("items", R"([{"id":0,"type":"","name":"","meta":[]}])"), "/items/0/id:", "from 1"},
             {with("items", R"([{"id":1,"type":"","name":"","meta":[]},{"id":1,"type":"","name":"","meta":[]}])"), "/items/1/id:", "not above"},
             {with("items", R"([{"id":1,"type":"","meta":[]}])"), "/items/0/name:", "missing"},
             {with("notes", note + ",\"karma\":1}]"), "/notes/0:", "unknown key \"karma\""},
             {with("notes", R"([{"parent":0,"id":2)" + note.substr(note.find(",\"user_id"))  + "}]"), "/notes/0", "otherwise"},
             {with("", "") + " ", "/ or just behind", "otherwise"},
             {with("", "") + "\r", "/ or just behind", "otherwise"},
             {with("meta", R"([["a", "1"]])"), "/meta/0/1 or just behind", "otherwise"},
             {with("meta", R"([["\u0061","1"]])"), "/meta/0/0 or just behind", "otherwise"},
         }) {
        const std::string refusal = refusal_of(mistake.line);
        INFO(mistake.line << "\n-> " << refusal);
        CHECK(refusal.starts_with(mistake.place));
        CHECK(refusal.find(mistake.what) != std::string::npos);
        CHECK(refusal.find("SECRET") == std::string::npos);
    }
}

TEST_CASE("random hostile orders are read back as they were spelled [G1]") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    RandomOrders orders(seed);
    for (int i = 0; i < 300; ++i) {
        const std::string line = canonical_form(orders.next());
        REQUIRE((canonical_form(read_canonical(line)) == line));
    }
}

TEST_CASE("a damaged line is refused or is the form of another order, and never read otherwise than it is spelled") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    RandomOrders orders(seed);
    const std::string pieces = R"({}[]",:0123456789.-\eEnull"hex""raw""id")";
    int accepted = 0, refused = 0;
    for (int i = 0; i < 4000; ++i) {
        OrderRecord order = orders.next();
        for (Field& field : order.fields) field.value.text.resize(std::min<std::size_t>(field.value.text.size(), 200));
        std::string line = canonical_form(order);
        if (line.size() > 5000) continue;
        for (std::size_t changes = 1 + orders.below(3); changes > 0; --changes) {
            const std::size_t at = orders.below(line.size()), length = std::min(1 + orders.below(5), line.size() - at);
            switch (orders.below(5)) {
                case 0: line.erase(at, length); break;
                case 1: line.insert(at, 1, pieces[orders.below(pieces.size())]); break;
                case 2: line[at] = static_cast<char>(orders.below(256)); break;
                case 3: line.insert(at, line.substr(orders.below(line.size()), length)); break;
                default: line.resize(at); break;
            }
            if (line.empty()) line = "{";
        }
        ++(refusal_of(line).empty() ? accepted : refused);  // checks that what is accepted is spelled the same
    }
    CHECK(accepted > 100);
    CHECK(refused > 100);
}

}  // namespace ordo::test
