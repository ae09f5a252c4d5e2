/// A good shared library that forgot ORDO_PLUGIN.
extern "C" __attribute__((visibility("default"))) int museum_of_forgetfulness();
extern "C" int museum_of_forgetfulness() { return 1; }
