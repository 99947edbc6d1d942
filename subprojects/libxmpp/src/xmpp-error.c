/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xmpp-error.h"

G_DEFINE_QUARK (xmpp-error-quark, xmpp_error)
