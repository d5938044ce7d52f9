#ifndef ZL_LIBZMQ_SHIM_H
#define ZL_LIBZMQ_SHIM_H

#include <zmq.h>

#endif
