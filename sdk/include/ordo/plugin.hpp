/// What a plugin is: a class with `start`, built into a shared library that exports one function. The function's name
/// carries a fingerprint of everything that must match (SDK headers, C++ runtime, ABI switches), so that the kernel
/// knows a stranger before any of its code runs.
#pragma once

#include <string_view>

#include <ordo/host.hpp>
#include <ordo/sdk_digest.hpp>

namespace ordo {

/// `start` is called once, on the thread that opens the kernel, after the plugins this one requires have started; a throw
/// stops the start of the kernel. `stop` is called once, when no slot of the plugin is connected any more; then the
/// plugin is destroyed. Whatever it registered must live until then.
class Plugin {
public:
    Plugin() = default;
    Plugin(const Plugin&) = delete;
    Plugin& operator=(const Plugin&) = delete;
    virtual ~Plugin() = default;
    virtual void start(Host& host) = 0;
    virtual void stop() noexcept {}
};

}  // namespace ordo

#if defined(__GLIBCXX__)
#define ORDO_FINGERPRINT_RUNTIME _GLIBCXX_RELEASE
#define ORDO_FINGERPRINT_CXX11 _GLIBCXX_USE_CXX11_ABI
#else
#error "Ordo plugins are built with libstdc++"
#endif
#if defined(_GLIBCXX_DEBUG)
#define ORDO_FINGERPRINT_DEBUG 1
#else
#define ORDO_FINGERPRINT_DEBUG 0
#endif
#if defined(__SANITIZE_ADDRESS__)
#define ORDO_FINGERPRINT_ASAN 1
#else
#define ORDO_FINGERPRINT_ASAN 0
#endif
#if defined(__SANITIZE_THREAD__)
#define ORDO_FINGERPRINT_TSAN 1
#else
#define ORDO_FINGERPRINT_TSAN 0
#endif

#define ORDO_FINGERPRINT_JOIN_(sdk, runtime, cxx11, debug, asan, tsan) \
    ordo_plugin_sdk_##sdk##_libstdcxx_##runtime##_cxx11abi_##cxx11##_debug_##debug##_asan_##asan##_tsan_##tsan
#define ORDO_FINGERPRINT_JOIN(sdk, runtime, cxx11, debug, asan, tsan) \
    ORDO_FINGERPRINT_JOIN_(sdk, runtime, cxx11, debug, asan, tsan)
/// The name of the one function a plugin exports.
#define ORDO_FINGERPRINT                                                                                            \
    ORDO_FINGERPRINT_JOIN(ORDO_SDK_DIGEST, ORDO_FINGERPRINT_RUNTIME, ORDO_FINGERPRINT_CXX11, ORDO_FINGERPRINT_DEBUG, \
                          ORDO_FINGERPRINT_ASAN, ORDO_FINGERPRINT_TSAN)
#define ORDO_STRING_(text) #text
#define ORDO_STRING(text) ORDO_STRING_(text)

namespace ordo {
/// The fingerprint of the program or library this header is compiled into.
inline constexpr std::string_view fingerprint = ORDO_STRING(ORDO_FINGERPRINT);
/// What every plugin's exported function begins with, whatever it was built for.
inline constexpr std::string_view fingerprint_prefix = "ordo_plugin_sdk_";
}  // namespace ordo

/// Makes a class the plugin of its library. Write it once, outside any namespace.
#define ORDO_PLUGIN(Class)                                                                   \
    extern "C" __attribute__((visibility("default"))) ::ordo::Plugin* ORDO_FINGERPRINT();    \
    extern "C" ::ordo::Plugin* ORDO_FINGERPRINT() { return new Class(); }
