/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-im-role.h"
#include "xmpp-node.h"
#include "xmpp-stream.h"

/**
 * A client for tests of the IM server: everything it does waits for its outcome by turning the main loop, in which the
 * server runs too. What comes is kept in order until a test asks for it.
 */
typedef struct
{
  XmppStream *stream;
  GQueue      inbox;          /* XmppNode */
  char       *user;
  char       *jid;            /* full, once bound */
  gboolean    closed;
  GError     *error;
  XmppNode   *features;
  guint64     next_id;
  guint       acks_asked;     /* <r/> that came */
  guint       handled;        /* stanzas since XEP-0198 was enabled: the `h` to acknowledge all */
} ImClient;

typedef struct
{
  char             *directory;
  MienServerConfig *config;
  MienRole         *role;
} ImServer;

#define IM_TEST_DOMAIN "example.org"

/* Accounts alice, bob, carol, dave with their names as passwords; @more: lines for [im], or NULL. */
ImServer *im_server_start (const char *more);
void      im_server_stop (ImServer *self);
void      im_server_restart (ImServer *self);       /* on the same data */
guint16   im_server_get_port (ImServer *self);
char     *im_server_get_component_address (ImServer *self);

ImClient *im_client_new (ImServer *server, const char *user, const char *resource);     /* signed in and bound */
/* Up to the features after sign-in; NULL password: the user's name. FALSE: it was refused. */
ImClient *im_client_connect (ImServer *server);                                         /* in TLS, before SASL */
gboolean  im_client_authenticate (ImClient *self, const char *user, const char *password);
void      im_client_bind (ImClient *self, const char *resource);
void      im_client_drop (ImClient *self);          /* the connection breaks without a word */
void      im_client_free (ImClient *self);          /* closes the stream in order */

void      im_client_send (ImClient *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* The first stanza in the inbox with this name, type and child (each may be NULL); waits for it. */
XmppNode *im_client_wait (ImClient *self, const char *name, const char *type, const char *child, const char *ns);
XmppNode *im_client_wait_from (ImClient *self, const char *name, const char *type, const char *from);
/* Sends an IQ of @type with @payload and waits for its answer; @to may be NULL. */
XmppNode *im_client_ask (ImClient *self, const char *type, const char *to, const char *payload);
void      im_client_ask_ok (ImClient *self, const char *type, const char *to, const char *payload);
void im_client_ask_error (ImClient *self, const char *type, const char *to, const char *payload, const char *condition);
/* Asserts that no such stanza is there after all that was sent has gone through the server. */
void      im_client_none (ImClient *self, const char *name, const char *type, const char *child, const char *ns);
void      im_client_sync (ImClient *self);
void      im_client_clear (ImClient *self);         /* forgets the inbox */
void      im_client_wait_closed (ImClient *self);

/* Initial presence, with the roster asked for; the inbox is cleared. */
void      im_client_appear (ImClient *self);
/* Makes @a and @b see each other. */
void      im_befriend (ImClient *a, ImClient *b);

#define im_turn_until(condition) \
  G_STMT_START { \
    gint64 im_deadline = g_get_monotonic_time () + 20 * G_USEC_PER_SEC; \
    while (!(condition)) \
      { \
        if (g_get_monotonic_time () > im_deadline) \
          g_error ("%s:%d: gave up waiting for %s", __FILE__, __LINE__, #condition); \
        g_main_context_iteration (NULL, FALSE) ? (void) 0 : g_usleep (200); \
      } \
  } G_STMT_END
