/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-portrait-component.h"
#include "mien-portrait-http.h"
#include "mien-portrait-query.h"

#include <portrait-export.h>
#include <xep/xmpp-xep.h>

/**
 * The portrait server in this process: its manager and both its sides, with the IM server played by the test.
 * Everything waits for its outcome by turning the main loop. The table is SQLite's or, when MIEN_TEST_POSTGRES is an
 * address (tests/server-portrait/with-postgres sets it up), PostgreSQL's.
 */
typedef struct
{
  char *directory;
  MienHttpListener *listener;
  MienPortraitManager *manager;
  XmppPorter *porter;
  MienPortraitComponent *component;
  XmppNode *answer;            /* what the component sent last */
  SoupSession *http;
} Fixture;

/* Of an HTTP request. */
typedef struct
{
  guint status;
  GBytes *body;
  SoupMessageHeaders *headers;
} Answer;

void answer_clear (Answer *self);
/* The answer of a refusal tells a person what to do: its text has @word. */
void answer_assert_refused (const Answer *self, guint status, const char *word);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

typedef void (*FixtureFunc) (Fixture *fixture, gconstpointer data);

/* For main(): before any test is added; then each test with a server of its own. */
void fixture_init (int *argc, char ***argv);
void fixture_add (const char *path, FixtureFunc func);

/* On the same data and another port. */
void fixture_start (Fixture *self);
void fixture_stop (Fixture *self);
/* The server's clock, @seconds before the real one; 0 at the end of a test. */
void fixture_move_clock (gint64 seconds);

/* Gives the component @stanza, which it takes, as its IM server would. Returns the answer, borrowed. */
XmppNode *fixture_ask (Fixture *self, const char *from, XmppNode *stanza);
/* The same; the answer must be a result, or the error @condition. */
void fixture_ask_result (Fixture *self, const char *from, XmppNode *stanza);
void fixture_ask_error (Fixture *self, const char *from, XmppNode *stanza, const char *condition);
/* A request without following redirects; @header and @body may be NULL. */
void fixture_http (Fixture *self, const char *method, const char *url, const char *header, const char *value,
                   GBytes *body, Answer *answer);
void fixture_put (Fixture *self, const char *url, GBytes *body, Answer *answer);
void fixture_get (Fixture *self, const char *url, Answer *answer);

XmppUploadSlot *fixture_slot (Fixture *self, const char *account, const char *filename, guint64 size, const char *type);
/* Slot and PUT of a PNG; returns the URL to get it from. (transfer full) */
char *fixture_publish (Fixture *self, const char *account, GBytes *bytes);
/* What @asker is told of @account, of which it has @sha1 and @updated; NULL: nothing. (transfer full) */
MienPortraitItem *fixture_query (Fixture *self, const char *asker, const char *account, const char *sha1,
                                 gint64 updated);

/* A square of coloured bars, another one for each @seed. */
GBytes *test_picture (int side, int seed, PortraitFormat format);
/* "<sha256>.<suffix>" */
char *test_picture_name (GBytes *bytes, const char *suffix);

#define fixture_wait_for(condition) \
  G_STMT_START { \
    guint fixture_deadline = fixture_deadline_new (); \
    while (!(condition)) \
      g_main_context_iteration (NULL, TRUE); \
    g_source_remove (fixture_deadline); \
  } G_STMT_END
guint fixture_deadline_new (void);
