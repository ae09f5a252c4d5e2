/// The digest of an SDK that never was: what is built with this folder first in its include path is a stranger.
#pragma once
#define ORDO_SDK_DIGEST 0ddba11c0ffee
#define ORDO_SDK_VERSION "9.9.9"
