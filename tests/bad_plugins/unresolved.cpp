/// Needs a function that no library has. Opened lazily it would seem to work until the first call.
#include <ordo/plugin.hpp>

extern "C" void ordo_museum_function_that_nobody_wrote();

class Unresolved final : public ordo::Plugin {
    void start(ordo::Host&) override { ordo_museum_function_that_nobody_wrote(); }
};
ORDO_PLUGIN(Unresolved)
