/// Holds two stores against each other, page by page in constant memory. See `ordo::OrderVerifier`.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <ordo/order_verifier.hpp>

#include "kernel/orders/store_access.hpp"

namespace ordo::sync {

/// `direction`: from the authoritative store to the other one.
std::unique_ptr<OrderVerifier> make_verifier(Database& database, const orders::StoreAccess& stores, const std::string& table_prefix,
                                             std::function<Direction()> direction);

}  // namespace ordo::sync
