#ifndef ZL_LIBCRYPTO_SHIM_H
#define ZL_LIBCRYPTO_SHIM_H

#include <openssl/evp.h>
#include <openssl/hmac.h>

#endif
