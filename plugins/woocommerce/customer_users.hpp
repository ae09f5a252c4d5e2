/// Customers as WordPress stores them: rows of `wp_users`. Only reads. Keeps no state between calls; any thread.
#pragma once

#include <string>

#include <ordo/host.hpp>

namespace woocommerce {

class CustomerUsers final : public ordo::OrderCustomers {
public:
    explicit CustomerUsers(const ordo::Host& host) : users_(host.table("users")) {}

    std::map<std::uint64_t, std::string> find_emails(ordo::Read& read, std::span<const std::uint64_t> customers) override {
        std::map<std::uint64_t, std::string> emails;
        if (customers.empty() || !read.table_exists(users_)) return emails;
        read.query("SELECT ID, user_email FROM " + users_ + " WHERE ID IN " + ordo::number_list(customers),
                   [&](const ordo::Row& row) { emails.emplace(row.number(0), row.text(1)); });
        return emails;
    }

private:
    std::string users_;
};

}  // namespace woocommerce
