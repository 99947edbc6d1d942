/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-srv.h"

#include <string.h>

void
xmpp_srv_target_free (XmppSrvTarget *self)
{
  g_free (self->host);
  g_free (self);
}

gboolean
xmpp_srv_parse (GList     *records,
                gboolean   direct_tls,
                GPtrArray *targets)
{
  guint before = targets->len;

  for (GList *l = records; l != NULL; l = l->next)
    {
      guint16 priority, weight, port;
      const char *host;
      XmppSrvTarget *target;

      if (!g_variant_is_of_type (l->data, G_VARIANT_TYPE ("(qqqs)")))
        continue;
      g_variant_get (l->data, "(qqq&s)", &priority, &weight, &port, &host);
      if (*host == '\0' || strcmp (host, ".") == 0)
        continue;
      target = g_new0 (XmppSrvTarget, 1);
      *target = (XmppSrvTarget) { g_strdup (host), port, priority, weight, direct_tls };
      g_ptr_array_add (targets, target);
    }
  return records != NULL && targets->len == before;
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  const XmppSrvTarget *one = *(XmppSrvTarget * const *) a, *two = *(XmppSrvTarget * const *) b;

  if (one->priority != two->priority)
    return one->priority < two->priority ? -1 : 1;
  return (one->weight != 0) - (two->weight != 0);   /* those without weight stand first, where the chance is smallest */
}

/* The next of those from @first up to (not with) @end: RFC 2782, "Weight". */
static guint
choose (GPtrArray *targets,
        guint      first,
        guint      end,
        GRand     *rand)
{
  guint32 sum = 0, running = 0, limit;

  for (guint i = first; i < end; i++)
    sum += ((XmppSrvTarget *) targets->pdata[i])->weight;
  limit = sum > 0 ? (guint32) g_rand_int_range (rand, 0, (gint32) sum + 1) : 0;
  for (guint i = first; i < end; i++)
    {
      running += ((XmppSrvTarget *) targets->pdata[i])->weight;
      if (running >= limit)
        return i;
    }
  return first;
}

void
xmpp_srv_order (GPtrArray *targets,
                GRand     *rand)
{
  g_ptr_array_sort (targets, compare);
  for (guint i = 0; i < targets->len; i++)
    {
      guint end = i + 1, chosen;
      gpointer target;

      while (end < targets->len
             && ((XmppSrvTarget *) targets->pdata[end])->priority == ((XmppSrvTarget *) targets->pdata[i])->priority)
        end++;
      chosen = choose (targets, i, end, rand);
      /* The others stay in their order. */
      target = targets->pdata[chosen];
      memmove (targets->pdata + i + 1, targets->pdata + i, (chosen - i) * sizeof (gpointer));
      targets->pdata[i] = target;
    }
}
