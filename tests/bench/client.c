/* bench_client migrate|back|replay SOCKET DATABASE
 *
 * What Ordo is measured against: the same rows moved by a plain C program on libmariadb, as one would write it by hand for
 * this one job. Batches of 500 orders, read with one query a table, pivoted here, written with one statement a table in one
 * transaction. Nothing is compared, checked, kept for later or logged; values that a column cannot hold would be cut or
 * refused. migrate: posts -> HPOS into empty tables; back: HPOS -> posts into placeholder posts without meta.
 *
 * replay: sends the statements of the table `recorded`, what another program sent for its saves: those that read or write a
 * row, each save's in one transaction. Questions after tables, savepoints and snapshots it leaves out. Prints the number of
 * transactions and the seconds from the mark 'bench begins' on.
 */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mysql.h>

enum { batch_orders = 500 };

/* An order's fields that are a meta row in posts and a column in HPOS. */
enum row { order_row, billing_row, shipping_row, operational_row };
enum kind { text, amount, flag_yes, flag_true, unix_time };

struct field {
    const char* key;
    enum row row;
    const char* column;
    enum kind kind;
};

static const struct field fields[] = {
    {"_order_currency", order_row, "currency", text},
    {"_order_tax", order_row, "tax_amount", amount},
    {"_order_total", order_row, "total_amount", amount},
    {"_customer_user", order_row, "customer_id", text},
    {"_billing_email", order_row, "billing_email", text},
    {"_payment_method", order_row, "payment_method", text},
    {"_payment_method_title", order_row, "payment_method_title", text},
    {"_transaction_id", order_row, "transaction_id", text},
    {"_customer_ip_address", order_row, "ip_address", text},
    {"_customer_user_agent", order_row, "user_agent", text},
    {"_billing_first_name", billing_row, "first_name", text},
    {"_billing_last_name", billing_row, "last_name", text},
    {"_billing_company", billing_row, "company", text},
    {"_billing_address_1", billing_row, "address_1", text},
    {"_billing_address_2", billing_row, "address_2", text},
    {"_billing_city", billing_row, "city", text},
    {"_billing_state", billing_row, "state", text},
    {"_billing_postcode", billing_row, "postcode", text},
    {"_billing_country", billing_row, "country", text},
    {"", billing_row, "email", text}, /* _billing_email again */
    {"_billing_phone", billing_row, "phone", text},
    {"_shipping_first_name", shipping_row, "first_name", text},
    {"_shipping_last_name", shipping_row, "last_name", text},
    {"_shipping_company", shipping_row, "company", text},
    {"_shipping_address_1", shipping_row, "address_1", text},
    {"_shipping_address_2", shipping_row, "address_2", text},
    {"_shipping_city", shipping_row, "city", text},
    {"_shipping_state", shipping_row, "state", text},
    {"_shipping_postcode", shipping_row, "postcode", text},
    {"_shipping_country", shipping_row, "country", text},
    {"_shipping_email", shipping_row, "email", text},
    {"_shipping_phone", shipping_row, "phone", text},
    {"_created_via", operational_row, "created_via", text},
    {"_order_version", operational_row, "woocommerce_version", text},
    {"_prices_include_tax", operational_row, "prices_include_tax", flag_yes},
    {"_recorded_coupon_usage_counts", operational_row, "coupon_usages_are_counted", flag_yes},
    {"_download_permissions_granted", operational_row, "download_permission_granted", flag_yes},
    {"_cart_hash", operational_row, "cart_hash", text},
    {"_new_order_email_sent", operational_row, "new_order_email_sent", flag_true},
    {"_order_key", operational_row, "order_key", text},
    {"_order_stock_reduced", operational_row, "order_stock_reduced", flag_yes},
    {"_date_paid", operational_row, "date_paid_gmt", unix_time},
    {"_date_completed", operational_row, "date_completed_gmt", unix_time},
    {"_order_shipping_tax", operational_row, "shipping_tax_amount", amount},
    {"_order_shipping", operational_row, "shipping_total_amount", amount},
    {"_cart_discount_tax", operational_row, "discount_tax_amount", amount},
    {"_cart_discount", operational_row, "discount_total_amount", amount},
    {"_recorded_sales", operational_row, "recorded_sales", flag_yes},
};
enum { field_count = sizeof fields / sizeof fields[0], billing_email = 4, billing_email_again = 19 };

struct value {
    const char* data; /* null: NULL */
    unsigned long length;
};

static MYSQL* connection;

static void fail(const char* what) {
    fprintf(stderr, "error: %s: %s\n", what, connection ? mysql_error(connection) : strerror(errno));
    exit(1);
}

/* ---- texts that grow ---- */

struct buffer {
    char* data;
    size_t length, capacity;
};

static void reserve(struct buffer* to, size_t more) {
    if (to->length + more <= to->capacity) return;
    to->capacity = (to->length + more) * 2;
    to->data = realloc(to->data, to->capacity);
    if (!to->data) abort();
}

static void add_bytes(struct buffer* to, const char* data, size_t length) {
    reserve(to, length);
    memcpy(to->data + to->length, data, length);
    to->length += length;
}

static void add(struct buffer* to, const char* words) { add_bytes(to, words, strlen(words)); }

static void add_quoted(struct buffer* to, const char* data, unsigned long length) {
    if (!data) {
        add_bytes(to, "NULL", 4);
        return;
    }
    reserve(to, 2 * length + 3);
    to->data[to->length++] = '\'';
    to->length += mysql_real_escape_string(connection, to->data + to->length, data, length);
    to->data[to->length++] = '\'';
}

static void add_value(struct buffer* to, struct value value) {
    add_bytes(to, ",", 1);
    add_quoted(to, value.data, value.length);
}

/* Begins a row of a multi-row INSERT, or the statement itself. */
static void begin_row(struct buffer* to, const char* head) {
    if (to->length == 0) add(to, head);
    else add_bytes(to, ",", 1);
    add_bytes(to, "(", 1);
}

/* ---- statements ---- */

static void run(const char* sql, size_t length) {
    if (mysql_real_query(connection, sql, length) != 0) fail("statement failed");
}

static void run_text(const char* sql) { run(sql, strlen(sql)); }

static void run_and_clear(struct buffer* sql, const char* tail) {
    if (sql->length == 0) return;
    add(sql, tail);
    run(sql->data, sql->length);
    sql->length = 0;
}

static MYSQL_RES* query(const char* sql, size_t length) {
    run(sql, length);
    MYSQL_RES* const result = mysql_store_result(connection);
    if (!result) fail("no result");
    return result;
}

/* "before (1,2,3) after" */
static MYSQL_RES* query_orders(const char* before, const struct buffer* ids, const char* after) {
    static struct buffer sql;
    sql.length = 0;
    add(&sql, before);
    add_bytes(&sql, ids->data, ids->length);
    add(&sql, after);
    return query(sql.data, sql.length);
}

static struct value value_of(MYSQL_ROW row, const unsigned long* lengths, unsigned column) {
    const struct value value = {row[column], row[column] ? lengths[column] : 0};
    return value;
}

/* ---- posts -> HPOS ---- */

static int compare_keys(const void* a, const void* b) {
    return strcmp(fields[*(const unsigned char*)a].key, fields[*(const unsigned char*)b].key);
}

static unsigned char fields_by_key[field_count];

/* The field of a meta key, or -1. */
static int find_field(const char* key) {
    int first = 0, end = field_count;
    while (first < end) {
        const int middle = (first + end) / 2;
        const int order = strcmp(key, fields[fields_by_key[middle]].key);
        if (order == 0) return fields_by_key[middle];
        if (order < 0) end = middle;
        else first = middle + 1;
    }
    return -1;
}

static void add_column(struct buffer* to, const struct field* field, struct value value) {
    if (!value.data || (field->kind == unix_time && value.length == 0)) {
        add_bytes(to, ",NULL", 5);
        return;
    }
    switch (field->kind) {
        case text: add_value(to, value); break;
        case amount:
            if (value.length == 0) add_bytes(to, ",0", 2);
            else add_value(to, value);
            break;
        case flag_yes: case flag_true:
            add(to, strcasecmp(value.data, "yes") == 0 || strcasecmp(value.data, "true") == 0 || strcmp(value.data, "1") == 0 ? ",1" : ",0");
            break;
        case unix_time: {
            char date[32];
            struct tm utc;
            const time_t time = (time_t)strtoll(value.data, NULL, 10);
            gmtime_r(&time, &utc);
            add_bytes(to, date, strftime(date, sizeof date, ",'%Y-%m-%d %H:%M:%S'", &utc));
            break;
        }
    }
}

static void add_columns(struct buffer* to, enum row row, const struct value* values) {
    for (int i = 0; i < field_count; ++i)
        if (fields[i].row == row) add_column(to, &fields[i], values[i]);
}

/* "INSERT INTO table (first, column, column) VALUES " */
static void make_head(struct buffer* head, const char* table, const char* first, enum row row) {
    add(head, "INSERT INTO ");
    add(head, table);
    add(head, " (");
    add(head, first);
    for (int i = 0; i < field_count; ++i) {
        if (fields[i].row != row) continue;
        add(head, ",");
        add(head, fields[i].column);
    }
    add(head, ") VALUES ");
    add_bytes(head, "", 1);
}

static unsigned long migrate(void) {
    struct buffer order_head = {0}, address_head = {0}, operational_head = {0};
    make_head(&order_head, "wp_wc_orders", "id,type,status,date_created_gmt,date_updated_gmt,parent_order_id,customer_note", order_row);
    make_head(&address_head, "wp_wc_order_addresses", "order_id,address_type", billing_row);
    make_head(&operational_head, "wp_wc_order_operational_data", "order_id", operational_row);
    for (unsigned char i = 0; i < field_count; ++i) fields_by_key[i] = i;
    qsort(fields_by_key, field_count, 1, compare_keys);

    struct buffer ids = {0}, orders = {0}, addresses = {0}, operational = {0}, meta = {0};
    unsigned long moved = 0;
    char last[32] = "0";
    for (;;) {
        char sql[400];
        const int length = snprintf(sql, sizeof sql,
            "SELECT ID,post_type,post_status,post_date_gmt,post_modified_gmt,post_parent,post_excerpt FROM wp_posts "
            "WHERE ID > %s AND post_type IN ('shop_order','shop_order_refund') AND post_status <> 'auto-draft' ORDER BY ID LIMIT %d", last, batch_orders);
        MYSQL_RES* const posts = query(sql, (size_t)length);
        if (mysql_num_rows(posts) == 0) {
            mysql_free_result(posts);
            return moved;
        }
        ids.length = 0;
        MYSQL_ROW post;
        while ((post = mysql_fetch_row(posts)) != NULL) {
            add(&ids, ids.length ? "," : "(");
            add(&ids, post[0]);
            snprintf(last, sizeof last, "%s", post[0]);
        }
        add(&ids, ")");
        MYSQL_RES* const postmeta = query_orders("SELECT post_id,meta_key,meta_value FROM wp_postmeta WHERE post_id IN ", &ids, " ORDER BY post_id,meta_id");

        mysql_data_seek(posts, 0);
        MYSQL_ROW row = mysql_fetch_row(postmeta);
        while ((post = mysql_fetch_row(posts)) != NULL) {
            const unsigned long* const post_lengths = mysql_fetch_lengths(posts);
            const char* const id = post[0];
            struct value values[field_count] = {{NULL, 0}};
            for (; row && strcmp(row[0], id) == 0; row = mysql_fetch_row(postmeta)) {
                const unsigned long* const lengths = mysql_fetch_lengths(postmeta);
                const int field = row[1] && row[1][0] ? find_field(row[1]) : -1;
                if (field >= 0) {
                    if (!values[field].data) values[field] = value_of(row, lengths, 2);
                    continue;
                }
                begin_row(&meta, "INSERT INTO wp_wc_orders_meta (order_id,meta_key,meta_value) VALUES ");
                add(&meta, id);
                add_value(&meta, value_of(row, lengths, 1));
                add_value(&meta, value_of(row, lengths, 2));
                add(&meta, ")");
            }
            values[billing_email_again] = values[billing_email];

            begin_row(&orders, order_head.data);
            add(&orders, id);
            for (unsigned column = 1; column <= 6; ++column) add_value(&orders, value_of(post, post_lengths, column));
            add_columns(&orders, order_row, values);
            add(&orders, ")");
            begin_row(&addresses, address_head.data);
            add(&addresses, id);
            add(&addresses, ",'billing'");
            add_columns(&addresses, billing_row, values);
            add(&addresses, "),(");
            add(&addresses, id);
            add(&addresses, ",'shipping'");
            add_columns(&addresses, shipping_row, values);
            add(&addresses, ")");
            begin_row(&operational, operational_head.data);
            add(&operational, id);
            add_columns(&operational, operational_row, values);
            add(&operational, ")");
            ++moved;
        }
        run_text("START TRANSACTION");
        run_and_clear(&orders, "");
        run_and_clear(&addresses, "");
        run_and_clear(&operational, "");
        run_and_clear(&meta, "");
        run_text("COMMIT");
        mysql_free_result(postmeta);
        mysql_free_result(posts);
    }
}

/* ---- HPOS -> posts ---- */

static int number_at(const char* date, int at, int digits) {
    int number = 0;
    for (int i = 0; i < digits; ++i) number = number * 10 + (date[at + i] - '0');
    return number;
}

static time_t parse_date(const char* date) {
    struct tm utc = {.tm_year = number_at(date, 0, 4) - 1900, .tm_mon = number_at(date, 5, 2) - 1, .tm_mday = number_at(date, 8, 2),
                     .tm_hour = number_at(date, 11, 2), .tm_min = number_at(date, 14, 2), .tm_sec = number_at(date, 17, 2)};
    return timegm(&utc);
}

/* A date of the site's zone, quoted, behind a comma. */
static void add_local(struct buffer* to, const char* date, const char* format) {
    char words[80];
    struct tm local;
    const time_t time = parse_date(date);
    localtime_r(&time, &local);
    add_bytes(to, words, strftime(words, sizeof words, format, &local));
}

static void add_meta_value(struct buffer* to, const struct field* field, struct value value) {
    switch (field->kind) {
        case text: add_value(to, value); break;
        case amount: /* the column's 8 decimals without the zeros at their end */
            while (value.length > 0 && value.data[value.length - 1] == '0') --value.length;
            if (value.length > 0 && value.data[value.length - 1] == '.') --value.length;
            add_value(to, value);
            break;
        case flag_yes: add(to, value.data[0] == '1' ? ",'yes'" : ",'no'"); break;
        case flag_true: add(to, value.data[0] == '1' ? ",'true'" : ",'false'"); break;
        case unix_time: {
            char words[40];
            add_bytes(to, words, (size_t)snprintf(words, sizeof words, ",'%lld'", (long long)parse_date(value.data)));
            break;
        }
    }
}

static void take_fields(MYSQL_ROW row, const unsigned long* lengths, unsigned column, enum row kind, struct value* values) {
    for (int i = 0; i < field_count; ++i)
        if (fields[i].row == kind) values[i] = value_of(row, lengths, column++);
}

/* "SELECT first, column, column FROM table WHERE key IN " */
static void make_select(struct buffer* select, const char* table, const char* first, enum row row) {
    add(select, "SELECT ");
    add(select, first);
    for (int i = 0; i < field_count; ++i) {
        if (fields[i].row != row) continue;
        add(select, ",");
        add(select, fields[i].column);
    }
    add(select, " FROM ");
    add(select, table);
}

static unsigned long back(void) {
    struct buffer order_select = {0}, address_select = {0}, operational_select = {0};
    make_select(&order_select, "wp_wc_orders WHERE status <> 'auto-draft' AND id > ", "id,type,status,date_created_gmt,date_updated_gmt,parent_order_id,customer_note", order_row);
    make_select(&address_select, "wp_wc_order_addresses WHERE order_id IN ", "order_id,address_type", billing_row);
    make_select(&operational_select, "wp_wc_order_operational_data WHERE order_id IN ", "order_id", operational_row);
    add_bytes(&address_select, "", 1);
    add_bytes(&operational_select, "", 1);

    struct buffer sql = {0}, ids = {0}, posts = {0}, postmeta = {0};
    unsigned long moved = 0;
    char last[32] = "0";
    for (;;) {
        char tail[80];
        sql.length = 0;
        add_bytes(&sql, order_select.data, order_select.length);
        add_bytes(&sql, tail, (size_t)snprintf(tail, sizeof tail, "%s ORDER BY id LIMIT %d", last, batch_orders));
        MYSQL_RES* const orders = query(sql.data, sql.length);
        if (mysql_num_rows(orders) == 0) {
            mysql_free_result(orders);
            return moved;
        }
        ids.length = 0;
        MYSQL_ROW order;
        while ((order = mysql_fetch_row(orders)) != NULL) {
            add(&ids, ids.length ? "," : "(");
            add(&ids, order[0]);
            snprintf(last, sizeof last, "%s", order[0]);
        }
        add(&ids, ")");
        MYSQL_RES* const addresses = query_orders(address_select.data, &ids, " ORDER BY order_id");
        MYSQL_RES* const operational = query_orders(operational_select.data, &ids, " ORDER BY order_id");
        MYSQL_RES* const meta = query_orders("SELECT order_id,meta_key,meta_value FROM wp_wc_orders_meta WHERE order_id IN ", &ids, " ORDER BY order_id,id");

        mysql_data_seek(orders, 0);
        MYSQL_ROW address = mysql_fetch_row(addresses), operation = mysql_fetch_row(operational), row = mysql_fetch_row(meta);
        while ((order = mysql_fetch_row(orders)) != NULL) {
            const unsigned long* const lengths = mysql_fetch_lengths(orders);
            const char* const id = order[0];
            struct value values[field_count] = {{NULL, 0}};
            take_fields(order, lengths, 7, order_row, values);
            for (; address && strcmp(address[0], id) == 0; address = mysql_fetch_row(addresses))
                take_fields(address, mysql_fetch_lengths(addresses), 2, strcmp(address[1], "billing") == 0 ? billing_row : shipping_row, values);
            for (; operation && strcmp(operation[0], id) == 0; operation = mysql_fetch_row(operational))
                take_fields(operation, mysql_fetch_lengths(operational), 1, operational_row, values);
            values[billing_email_again].data = NULL;

            begin_row(&posts, "INSERT INTO wp_posts (ID,post_type,post_status,post_date_gmt,post_modified_gmt,post_parent,post_excerpt,"
                              "post_date,post_modified,post_title,comment_status,ping_status,post_content,to_ping,pinged,post_content_filtered) VALUES ");
            add(&posts, id);
            for (unsigned column = 1; column <= 6; ++column) add_value(&posts, value_of(order, lengths, column));
            add_local(&posts, order[3], ",'%Y-%m-%d %H:%M:%S'");
            add_local(&posts, order[4], ",'%Y-%m-%d %H:%M:%S'");
            add_local(&posts, order[3], strcmp(order[1], "shop_order_refund") == 0 ? ",'Refund &ndash; %b %d, %Y @ %I:%M %p'" : ",'Order &ndash; %B %-d, %Y @ %I:%M %p'");
            add(&posts, ",'closed','closed','','','','')");

            static const char head[] = "INSERT INTO wp_postmeta (post_id,meta_key,meta_value) VALUES ";
            for (int i = 0; i < field_count; ++i) {
                if (!values[i].data) continue;
                begin_row(&postmeta, head);
                add(&postmeta, id);
                add(&postmeta, ",'");
                add(&postmeta, fields[i].key);
                add(&postmeta, "'");
                add_meta_value(&postmeta, &fields[i], values[i]);
                add(&postmeta, ")");
            }
            for (; row && strcmp(row[0], id) == 0; row = mysql_fetch_row(meta)) {
                const unsigned long* const meta_lengths = mysql_fetch_lengths(meta);
                begin_row(&postmeta, head);
                add(&postmeta, id);
                add_value(&postmeta, value_of(row, meta_lengths, 1));
                add_value(&postmeta, value_of(row, meta_lengths, 2));
                add(&postmeta, ")");
            }
            ++moved;
        }
        run_text("START TRANSACTION");
        /* The posts are there: this updates all of them in one statement. */
        run_and_clear(&posts, " ON DUPLICATE KEY UPDATE post_type=VALUES(post_type),post_status=VALUES(post_status),post_date_gmt=VALUES(post_date_gmt),"
                              "post_modified_gmt=VALUES(post_modified_gmt),post_parent=VALUES(post_parent),post_excerpt=VALUES(post_excerpt),"
                              "post_date=VALUES(post_date),post_modified=VALUES(post_modified),post_title=VALUES(post_title),"
                              "comment_status=VALUES(comment_status),ping_status=VALUES(ping_status)");
        run_and_clear(&postmeta, "");
        run_text("COMMIT");
        mysql_free_result(meta);
        mysql_free_result(operational);
        mysql_free_result(addresses);
        mysql_free_result(orders);
    }
}

/* ---- saves as they were sent ---- */

static bool begins(const char* sql, const char* with) { return strncmp(sql, with, strlen(with)) == 0; }

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void replay(void) {
    static const char select[] = "SELECT statement FROM recorded ORDER BY id";
    MYSQL_RES* const recorded = query(select, sizeof select - 1);
    run_text("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
    double began = now();
    unsigned long transactions = 0;
    bool in_snapshot = false, open = false;
    MYSQL_ROW row;
    while ((row = mysql_fetch_row(recorded)) != NULL) {
        const char* const sql = row[0];
        if (strcmp(sql, "SELECT 'bench begins'") == 0) {
            began = now();
            transactions = 0;
        }
        if (begins(sql, "START TRANSACTION")) {
            in_snapshot = begins(sql, "START TRANSACTION WITH");
            continue;
        }
        if (begins(sql, "COMMIT")) {
            if (!in_snapshot && open) {
                run_text(sql);
                ++transactions;
                open = false;
            }
            in_snapshot = false;
            continue;
        }
        if (begins(sql, "SET ") || begins(sql, "SAVEPOINT") || begins(sql, "RELEASE") || begins(sql, "SELECT 'bench ") || strstr(sql, "information_schema")) continue;
        if (!open) run_text("START TRANSACTION");
        open = true;
        run(sql, mysql_fetch_lengths(recorded)[0]);
        MYSQL_RES* const result = mysql_store_result(connection);
        if (result) mysql_free_result(result);
    }
    printf("%lu %.6f\n", transactions, now() - began);
    mysql_free_result(recorded);
}

/* As WordPress: local dates are the site's. */
static void take_site_zone(void) {
    static const char sql[] = "SELECT option_value FROM wp_options WHERE option_name = 'timezone_string'";
    MYSQL_RES* const result = query(sql, sizeof sql - 1);
    const MYSQL_ROW row = mysql_fetch_row(result);
    setenv("TZ", row && row[0] && row[0][0] ? row[0] : "UTC", 1);
    tzset();
    mysql_free_result(result);
}

int main(int argc, char** argv) {
    const char* const job = argc == 4 ? argv[1] : "";
    if (strcmp(job, "migrate") != 0 && strcmp(job, "back") != 0 && strcmp(job, "replay") != 0) {
        fprintf(stderr, "usage: bench_client migrate|back|replay SOCKET DATABASE\n");
        return 2;
    }
    connection = mysql_init(NULL);
    if (!connection) abort();
    mysql_options(connection, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (!mysql_real_connect(connection, "localhost", "root", NULL, argv[3], 0, argv[2], 0)) fail("cannot connect");
    if (strcmp(job, "replay") == 0) {
        replay();
    } else {
        take_site_zone();
        printf("%lu\n", strcmp(job, "migrate") == 0 ? migrate() : back());
    }
    mysql_close(connection);
    return 0;
}
