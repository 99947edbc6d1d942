/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One host that SRV records name (RFC 2782). */
typedef struct
{
  char *host;
  guint16 port, priority, weight;
  gboolean direct_tls;
} XmppSrvTarget;

void xmpp_srv_target_free (XmppSrvTarget *self);
/* Adds the targets of @records (GVariant of g_resolver_lookup_records()) to @targets. TRUE: the only one is ".", which
 * says that there is decidedly no such service. */
gboolean xmpp_srv_parse (GList *records, gboolean direct_tls, GPtrArray *targets);
/* Into the order in which they are to be tried: by priority, within one by weighted chance. */
void xmpp_srv_order (GPtrArray *targets, GRand *rand);

G_END_DECLS
