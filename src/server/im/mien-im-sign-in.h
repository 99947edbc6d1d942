/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-im-private.h"

G_BEGIN_DECLS

/* Accepted connections on their way to a session; "incoming" of the GSocketService. */
gboolean mien_im_sign_in_incoming (GSocketService *service, GSocketConnection *connection, GObject *source,
                                   MienImRole *role);

G_END_DECLS
