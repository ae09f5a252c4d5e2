/// A migration is no business: while orders are moved, compared and exported only the hooks of moving fire.
#include <functional>
#include <map>

#include "tests/support/shop.hpp"

namespace ordo::test {
namespace {

using Fired = std::map<std::string, std::uint64_t>;

/// What a step fires, of all the kernel and its plugins declare, heard or not.
Fired fired_by(Shop& shop, const std::function<void()>& step) {
    const auto count = [&] {
        Fired counts;
        for (const HookInfo& hook : shop.kernel().hook_catalogue()) counts[hook.name] = shop.kernel().hooks().did_action(hook.name);
        return counts;
    };
    const Fired before = count();
    step();
    Fired fired = count();
    for (auto& [name, times] : fired) times -= before.at(name);
    std::erase_if(fired, [](const auto& one) { return one.second == 0; });
    return fired;
}

/// Questions that are asked whoever does what.
void leave_out_questions(Fired& fired) {
    for (const char* filter : {"woocommerce_order_data_store", "woocommerce_order-refund_data_store", "woocommerce_orders_cot_migration_batch_size", "woocommerce_orders_table_schema"})
        fired.erase(filter);
}

}  // namespace

TEST_CASE("import, synchronisation both ways, verification and export fire no business event, only the hooks of moving [G18]") {
    Shop shop;
    int heard = 0;
    for (const auto& moving : {hook::before_order_sync, hook::after_order_sync}) shop.kernel().hooks().on(moving, [&](OrderId, Direction) { ++heard; });
    for (const auto& moving : {hook::before_order_sync_to_posts, hook::after_order_sync_to_posts}) shop.kernel().hooks().on(moving, [&](OrderId) { ++heard; });
    const std::string order_posts = "(SELECT ID FROM wp_posts WHERE post_type IN ('shop_order', 'shop_order_refund') AND post_status <> 'auto-draft')";
    const Fired to_hpos{{"ordo_before_order_sync", 433}, {"ordo_after_order_sync", 433}};
    Fired to_posts = to_hpos, first = to_hpos;
    to_posts.insert({{"woocommerce_before_order_sync_to_posts", 433}, {"woocommerce_after_order_sync_to_posts", 433}});
    first.insert({"woocommerce_after_orders_table_created", 1});
    const auto sync = [&] { shop.synchronizer().sync({}); };
    const auto verify = [&] { CHECK(shop.kernel().verifier().verify({}).orders_different == 0); };
    const auto export_all = [&] { export_lines(shop.kernel(), "hpos"); };

    struct Step {
        const char* name;
        std::function<void()> run;
        Fired wanted;
    };
    const std::vector<Step> steps{
        {"import of a dump", [&] {
             ImportOptions replace;
             replace.existing = ExistingTables::replace;
             shop.kernel().importer().import_dump(shop_dump, replace);
         }, {}},
        {"posts -> hpos", sync, first},
        {"verification", verify, {}},
        {"status", [&] { shop.synchronizer().get_status(); }, {}},
        {"export", export_all, {}},
        {"nothing to move", sync, {}},
        {"as a worker", [&] {
             execute(shop.database(), "DELETE FROM wp_wc_orders");
             SyncOptions options;
             options.role = SyncRole::worker;
             shop.synchronizer().sync(options);
         }, to_hpos},
        {"posts lost", [&] {
             REQUIRE(shop.kernel().controller().switch_authoritative_store("hpos", {}).switched);
             execute(shop.database(), "DELETE FROM wp_postmeta WHERE post_id IN " + order_posts);
             execute(shop.database(), "DELETE FROM wp_posts WHERE ID IN " + order_posts);
         }, {{"ordo_can_switch_store", 1}}},
        {"hpos -> posts", sync, to_posts},
        {"verification of the way back", verify, {}},
        {"import of orders", [&] {
             TempDirectory directory;
             shop.kernel().order_importer().import_orders(
                 directory.write("orders.jsonl", R"({"id":990001,"type":"shop_order","fields":{"status":"wc-completed"},"meta":[],"items":[],"notes":[]})"), {});
         }, {}}};
    for (const Step& step : steps) {
        INFO(step.name);
        Fired fired = fired_by(shop, step.run);
        leave_out_questions(fired);
        CHECK(fired == step.wanted);
    }
    CHECK(heard == 3 * 2 * 433 + 2 * 433);
}

}  // namespace ordo::test
