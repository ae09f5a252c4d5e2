/// See paths.hpp.
#include "tests/support/paths.hpp"

namespace ordo::test::paths {

const char* data() { return ORDO_TEST_DATA; }
const char* builtin_plugins() { return ORDO_BUILTIN_PLUGINS; }
const char* museum() { return ORDO_BAD_PLUGINS; }
const char* program() { return ORDO_PROGRAM; }
const char* server() { return ORDO_TEST_SERVER; }

}  // namespace ordo::test::paths
