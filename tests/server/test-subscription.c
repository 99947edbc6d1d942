/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mien-im-private.h"

/* The tables of RFC 6121 appendix A, written out as they stand there: state before, whether the stanza is passed on,
 * state after. */

#define NONE 0
#define OUT MIEN_ROSTER_PENDING_OUT
#define IN MIEN_ROSTER_PENDING_IN
#define TO MIEN_ROSTER_TO
#define FROM MIEN_ROSTER_FROM
#define BOTH (TO | FROM)

/* The nine states of A.1 in the order of its tables. */
static const guint states[] = { NONE, OUT, IN, OUT | IN, TO, TO | IN, FROM, FROM | OUT, BOTH };

typedef struct
{
  const char          *name;
  gboolean             outbound;
  MienSubscriptionKind kind;
  const char          *passed;      /* one letter a state: y, n */
  guint                after[9];
} Table;

static const Table tables[] = {
  { "A.2.1-outbound-subscribe", TRUE, MIEN_SUBSCRIBE, "yyyyyyyyy",
    { OUT, OUT, OUT | IN, OUT | IN, TO, TO | IN, FROM | OUT, FROM | OUT, BOTH } },
  { "A.2.2-outbound-unsubscribe", TRUE, MIEN_UNSUBSCRIBE, "yyyyyyyyy",
    { NONE, NONE, IN, IN, NONE, IN, FROM, FROM, FROM } },
  { "A.2.3-outbound-subscribed", TRUE, MIEN_SUBSCRIBED, "nnyynynnn",
    { NONE, OUT, FROM, FROM | OUT, TO, BOTH, FROM, FROM | OUT, BOTH } },
  { "A.2.4-outbound-unsubscribed", TRUE, MIEN_UNSUBSCRIBED, "nnyynyyyy",
    { NONE, OUT, NONE, OUT, TO, TO, NONE, OUT, TO } },
  { "A.3.1-inbound-subscribe", FALSE, MIEN_SUBSCRIBE, "yynnynnnn",
    { IN, OUT | IN, IN, OUT | IN, TO | IN, TO | IN, FROM, FROM | OUT, BOTH } },
  { "A.3.2-inbound-unsubscribe", FALSE, MIEN_UNSUBSCRIBE, "nnyynyyyy",
    { NONE, OUT, NONE, OUT, TO, TO, NONE, OUT, TO } },
  { "A.3.3-inbound-subscribed", FALSE, MIEN_SUBSCRIBED, "nynynnnyn",
    { NONE, TO, IN, TO | IN, TO, TO | IN, FROM, BOTH, BOTH } },
  { "A.3.4-inbound-unsubscribed", FALSE, MIEN_UNSUBSCRIBED, "nynyyynyy",
    { NONE, NONE, IN, IN, NONE, IN, FROM, FROM, FROM } },
};

static void
test_table (gconstpointer data)
{
  const Table *table = data;

  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    {
      MienSubscriptionOutcome outcome;
      guint after = table->outbound ? mien_subscription_outbound (states[i], table->kind, &outcome)
                                    : mien_subscription_inbound (states[i], table->kind, &outcome);

      g_test_message ("state %" G_GSIZE_FORMAT, i);
      g_assert_cmpuint (after, ==, table->after[i]);
      g_assert_cmpint (outcome.route, ==, table->passed[i] == 'y');
      g_assert_cmpint (outcome.changed, ==, after != states[i]);
      /* A.3.1, note: who is subscribed already is told so by the server. */
      g_assert_cmpint (outcome.approve, ==,
                       !table->outbound && table->kind == MIEN_SUBSCRIBE && (states[i] & FROM) != 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autofree char *path = g_strconcat ("/im/subscription/", tables[i].name, NULL);

      g_test_add_data_func (path, &tables[i], test_table);
    }
  return g_test_run ();
}
