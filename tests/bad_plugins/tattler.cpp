/// Writes the file that $ORDO_TATTLE names as soon as any of its code runs: proof that somebody opened the library.
#include <cstdlib>
#include <fstream>

#include <ordo/plugin.hpp>

struct Tattle {
    Tattle() {
        if (const char* const file = std::getenv("ORDO_TATTLE")) std::ofstream(file) << "somebody opened me\n";
    }
};
static const Tattle tattle;

class Tattler final : public ordo::Plugin {
    void start(ordo::Host&) override {}
};
ORDO_PLUGIN(Tattler)
