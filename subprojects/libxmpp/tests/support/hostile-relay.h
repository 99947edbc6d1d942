/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HostileRelay: a TCP relay on loopback that treats what goes through it badly: in pieces of a few bytes, not at all
 * for a while, or cut off in the middle. It sits between any two ends, with TLS or without.
 */
typedef struct _HostileRelay HostileRelay;

HostileRelay *hostile_relay_new (guint16 target_port);
void          hostile_relay_free (HostileRelay *self);
guint16       hostile_relay_get_port (HostileRelay *self);

void  hostile_relay_set_piece (HostileRelay *self, gsize bytes);        /* most bytes of one write; default 65536 */
void  hostile_relay_set_stalled (HostileRelay *self, gboolean stalled); /* connections stay, nothing goes through */
void  hostile_relay_set_refusing (HostileRelay *self, gboolean refuse); /* new connections are closed at once */
/* what the target answers comes no further until FALSE; the number of connections that have such an answer */
void  hostile_relay_set_holding (HostileRelay *self, gboolean holding);
guint hostile_relay_get_held (HostileRelay *self);
/* all are cut when so many more bytes went through, both ways counted */
void  hostile_relay_cut_after (HostileRelay *self, gsize bytes);
void  hostile_relay_cut (HostileRelay *self);                           /* all connections, at once */
guint hostile_relay_get_accepted (HostileRelay *self);                  /* connections so far */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HostileRelay, hostile_relay_free)

/* Two connected ends. */
void test_socket_pair (GIOStream **a, GIOStream **b);

/* Runs the default main context until @condition is TRUE; the test fails after 20 seconds. */
#define test_wait_for(condition)                                                                 \
  G_STMT_START                                                                                   \
  {                                                                                              \
    gint64 _deadline = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;                            \
    guint _tick = g_timeout_add (50, test_tick, NULL);                                           \
    while (!(condition))                                                                         \
      {                                                                                          \
        if (g_get_monotonic_time () > _deadline)                                                 \
          g_error ("%s:%d: never came true: %s", __FILE__, __LINE__, #condition);                \
        g_main_context_iteration (NULL, TRUE);                                                   \
      }                                                                                          \
    g_source_remove (_tick);                                                                     \
  }                                                                                              \
  G_STMT_END

gboolean test_tick (gpointer unused);

/* Stores the result of an asynchronous call: pass &result, where GAsyncResult *result = NULL, as user data. */
void test_keep_result (GObject *source, GAsyncResult *result, gpointer user_data);

G_END_DECLS
