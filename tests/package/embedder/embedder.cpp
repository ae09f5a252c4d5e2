/// Opens a kernel on the database that is its argument, and prints how many plugins started.
#include <cstdio>

#include <ordo/kernel.hpp>

int main(int, char* argv[]) {
    ordo::KernelOptions options;
    options.database_url = argv[1];
    try {
        ordo::Kernel kernel(options);
        kernel.init_database();
        fmt::print("{}\n", kernel.plugins().size());
    } catch (const ordo::Error& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 1;
    }
}
