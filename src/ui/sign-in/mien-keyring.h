/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Passwords in the desktop's keyring. Without one, or when it does not answer in time, a lookup finds nothing and
 * storing fails quietly: signing in never waits for it. */

#define MIEN_KEYRING_TIMEOUT_MS 3000

void     mien_keyring_lookup_async (const char *bare_jid, GCancellable *cancellable, GAsyncReadyCallback callback,
                                    gpointer user_data);
/* (transfer full), free with mien_keyring_free_password(); NULL without error: none */
char    *mien_keyring_lookup_finish (GAsyncResult *result, GError **error);
void     mien_keyring_free_password (char *password);                /* wipes it */
void     mien_keyring_store (const char *bare_jid, const char *password);
void     mien_keyring_forget (const char *bare_jid);

G_END_DECLS
