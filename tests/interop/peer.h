/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <hostile-relay.h>

G_BEGIN_DECLS

/**
 * The servers of one run: an IM server of the kind that the command line names (the in-tree one, Debian's Prosody or
 * Debian's ejabberd) for the domain PEER_DOMAIN, and the avatar and portrait servers, always ours, as its component.
 * Ours run in this process; everything listens on loopback, in a temporary folder, and ends with peer_stop().
 */
typedef enum
{
  PEER_MIEN,
  PEER_PROSODY,
  PEER_EJABBERD,
} PeerKind;

#define PEER_DOMAIN  "localhost"
#define PEER_SERVICE "portrait." PEER_DOMAIN

gboolean      peer_start (const char *name);      /* "mien", "prosody" or "ejabberd"; FALSE: it is not installed */
void          peer_stop (void);
PeerKind      peer_get_kind (void);
guint16       peer_get_port (void);
GTlsDatabase *peer_get_trust (void);              /* trusts the IM server's certificate; (transfer none) */
char         *peer_dup_certificate_path (void);   /* PEM; not of ejabberd; (transfer full) */
HostileRelay *peer_get_http (void);               /* what the clients' HTTP goes through; (transfer none) */
void          peer_print_log (void);

/* Turns the main loop until @condition; on failure the IM server's log is printed. */
#define PEER_WAIT_SECONDS 40
#define peer_wait(condition) \
  G_STMT_START { \
    gint64 peer_deadline = g_get_monotonic_time () + PEER_WAIT_SECONDS * G_USEC_PER_SEC; \
    guint peer_tick = g_timeout_add (20, peer_on_tick, NULL); \
    while (!(condition) && g_get_monotonic_time () < peer_deadline) \
      g_main_context_iteration (NULL, TRUE); \
    g_source_remove (peer_tick); \
    if (!(condition)) \
      { \
        peer_print_log (); \
        g_error ("%s:%d: never came true: %s", __FILE__, __LINE__, #condition); \
      } \
  } G_STMT_END

gboolean peer_on_tick (gpointer unused);

/* The GAsyncReadyCallback of peer_await(). */
void          peer_keep_result (GObject *source, GAsyncResult *result, gpointer user_data);
/* Waits for *result, which an asynchronous call with peer_keep_result() fills. */
#define peer_await(result) peer_wait ((result) != NULL)

G_END_DECLS
