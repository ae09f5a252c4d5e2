/// Options of the shop that the configuration decides: everybody sees them, nobody changes them.
#include "tests/cli/folder.hpp"

namespace ordo::test {

TEST_CASE("an option of the configuration is in force, shown, and changed by no command") {
    const Folder folder(Holds::migrated_shop);
    folder.sql().run("DELETE FROM wp_options WHERE option_name = 'woocommerce_custom_orders_table_data_sync_enabled'");
    folder.write("ordo.toml", "[custom_orders_table]\ndata_sync_enabled = true\nbackground_sync_mode = \"continuous\"\nbackground_sync_interval = 60\n"
                              "transactions_isolation_level = \"SERIALIZABLE\"\n");
    const boost::json::value status = folder.json({"hpos", "status"});
    CHECK(status.at("compatibility_mode") == true);
    CHECK(status.at("background_sync_mode") == "continuous");
    // Mirrored as soon as it is saved.
    REQUIRE(folder.ordo({"order", "update", "43", "--meta", "gift=yes"}).exit == 0);
    CHECK(folder.sql().one("SELECT meta_value FROM wp_wc_orders_meta WHERE order_id = 43 AND meta_key = 'gift'") == "yes");
    CHECK(has(folder.ordo({"option", "list"}).out, "woocommerce_custom_orders_table_background_sync_interval"));
    for (const Command& change : {Command{"option", "update", "woocommerce_custom_orders_table_data_sync_enabled", "no"},
                                  Command{"option", "update", "woocommerce_custom_orders_table_background_sync_interval", "600"}, Command{"hpos", "compatibility-mode", "disable"}}) {
        const Result refused = folder.ordo(change);
        INFO(refused);
        CHECK(refused.exit == 3);
        CHECK(has(refused.err, "ordo.toml"));
        CHECK(has(refused.err, "[ordo.option.read_only]"));
    }
    // A switch needs not turn on what is on.
    CHECK(folder.ordo({"hpos", "enable", "--with-sync"}).exit == 0);
    CHECK(folder.sql().one("SELECT COUNT(*) FROM wp_options WHERE option_name LIKE 'woocommerce_custom_orders_table_data_sync%'") == "0");

    folder.write("ordo.toml", "[custom_orders_table]\ndata_sync_enabled = false\nbackground_sync_mode = \"off\"\n");
    CHECK(folder.json({"hpos", "status"}).at("compatibility_mode") == false);
    CHECK(folder.ordo({"hpos", "disable", "--with-sync"}).exit == 3);
    CHECK(folder.json({"hpos", "status"}).at("authoritative") == "hpos");
    REQUIRE(folder.ordo({"order", "update", "43", "--meta", "gift=no"}).exit == 0);
    CHECK(folder.json({"hpos", "status"}).at("saved_since") == 1);
}

}  // namespace ordo::test
