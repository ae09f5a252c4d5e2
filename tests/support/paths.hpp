/// Where things stand that tests need. Functions of one file: were the paths in every test's command line, a compiler cache
/// would know nothing of another checkout.
#pragma once

namespace ordo::test::paths {

const char* data();             ///< tests/data
const char* builtin_plugins();  ///< the plugins just built
const char* museum();           ///< tests/bad_plugins, built
const char* program();          ///< `ordo`
const char* server();           ///< the script that starts and stops a server

}  // namespace ordo::test::paths
