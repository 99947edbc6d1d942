/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mien-im-private.h"

/*
 * The tables of RFC 6121 appendix A, on bits: a state such as "None + Pending Out+In" is the set of what holds. Each
 * row
 * of the tables then follows from one rule a stanza; tests/server/test-subscription.c has the tables as the RFC
 * prints them and compares.
 */

guint
mien_subscription_outbound (guint bits, MienSubscriptionKind kind, MienSubscriptionOutcome *out)
{
  guint before = bits;

  *out = (MienSubscriptionOutcome) { .route = TRUE };
  switch (kind)
    {
    case MIEN_SUBSCRIBE:      /* A.2.1: always routed; waits unless it holds already */
      if ((bits & MIEN_ROSTER_TO) == 0)
        bits |= MIEN_ROSTER_PENDING_OUT;
      break;
    case MIEN_UNSUBSCRIBE:    /* A.2.2: always routed */
      bits &= ~(guint) (MIEN_ROSTER_TO | MIEN_ROSTER_PENDING_OUT);
      break;
    case MIEN_SUBSCRIBED:     /* A.2.3: routed only as an answer to a request (no pre-approval) */
      out->route = (bits & MIEN_ROSTER_PENDING_IN) != 0;
      if (out->route)
        bits = (bits & ~(guint) MIEN_ROSTER_PENDING_IN) | MIEN_ROSTER_FROM;
      break;
    case MIEN_UNSUBSCRIBED:   /* A.2.4: routed when it denies or cancels something */
      out->route = (bits & (MIEN_ROSTER_PENDING_IN | MIEN_ROSTER_FROM)) != 0;
      bits &= ~(guint) (MIEN_ROSTER_PENDING_IN | MIEN_ROSTER_FROM);
      break;
    default:
      g_assert_not_reached ();
    }
  out->changed = bits != before;
  return bits;
}

guint
mien_subscription_inbound (guint bits, MienSubscriptionKind kind, MienSubscriptionOutcome *out)
{
  guint before = bits;

  *out = (MienSubscriptionOutcome) { 0 };
  switch (kind)
    {
    case MIEN_SUBSCRIBE:      /* A.3.1: who is subscribed already is told so; a request that waits is not repeated */
      out->approve = (bits & MIEN_ROSTER_FROM) != 0;
      if (!out->approve)
        bits |= MIEN_ROSTER_PENDING_IN;
      break;
    case MIEN_UNSUBSCRIBE:    /* A.3.2 */
      bits &= ~(guint) (MIEN_ROSTER_FROM | MIEN_ROSTER_PENDING_IN);
      break;
    case MIEN_SUBSCRIBED:     /* A.3.3: only what was asked for */
      if ((bits & MIEN_ROSTER_PENDING_OUT) != 0)
        bits = (bits & ~(guint) MIEN_ROSTER_PENDING_OUT) | MIEN_ROSTER_TO;
      break;
    case MIEN_UNSUBSCRIBED:   /* A.3.4 */
      bits &= ~(guint) (MIEN_ROSTER_TO | MIEN_ROSTER_PENDING_OUT);
      break;
    default:
      g_assert_not_reached ();
    }
  out->changed = bits != before;
  out->route = out->changed;
  return bits;
}
