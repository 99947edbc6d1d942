/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-comm"

#include "mien-session-private.h"

#include "mien-portrait-query.h"

/* The services of the server: its items, then what each of them is (XEP-0030). All questions go out at once; the one
 * round trip a service is not waited for by anything. */

static void
one_less (MienSession *self)
{
  if (--self->services_open == 0)
    g_signal_emit_by_name (self, "services-found");
}

static void
take_portrait_service (MienSession *self, const char *jid, const XmppDiscoInfo *info)
{
  const XmppForm *form = xmpp_disco_info_get_form (info, MIEN_PORTRAIT_FORM_TYPE);
  const char *uri = form != NULL ? xmpp_form_get (form, MIEN_PORTRAIT_FIELD_CATALOGUE) : NULL;

  g_free (self->portrait_service);
  self->portrait_service = g_strdup (jid);
  g_clear_pointer (&self->catalogue_uri, g_free);
  if (uri != NULL && (g_str_has_prefix (uri, "https://") || g_str_has_prefix (uri, "http://")))
    self->catalogue_uri = g_strdup (uri);
  g_object_notify (G_OBJECT (self), "portrait-service");
}

static void
on_info (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienSession) self = data;
  g_autoptr (XmppNode) iq = xmpp_porter_iq_finish (XMPP_PORTER (source), result, NULL);
  g_autoptr (XmppDiscoInfo) info = iq != NULL ? xmpp_disco_info_parse (iq) : NULL;

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (info != NULL && xmpp_disco_info_has_feature (info, MIEN_NS_PORTRAIT) && xmpp_node_get (iq, "from") != NULL)
    take_portrait_service (self, xmpp_node_get (iq, "from"), info);
  one_less (self);
}

static void
on_items (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienSession) self = data;
  g_autoptr (XmppNode) iq = xmpp_porter_iq_finish (XMPP_PORTER (source), result, NULL);
  g_autoptr (GPtrArray) items = iq != NULL ? xmpp_disco_items_parse (iq) : NULL;
  guint asked = 0;

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  for (guint i = 0; items != NULL && i < items->len && asked < MIEN_SESSION_MAX_SERVICES; i++)
    {
      const XmppDiscoItem *item = g_ptr_array_index (items, i);

      if (item->node != NULL)
        continue;
      asked++;
      self->services_open++;
      xmpp_porter_iq_async (self->porter, xmpp_disco_info_request (item->jid, NULL), XMPP_IQ_TIMEOUT_DEFAULT,
                            self->cancellable, on_info, g_object_ref (self));
    }
  one_less (self);
}

void
mien_session_services_look (MienSession *self)
{
  self->services_open++;
  xmpp_porter_iq_async (self->porter, xmpp_disco_items_request (self->domain, NULL), XMPP_IQ_TIMEOUT_DEFAULT,
                        self->cancellable, on_items, g_object_ref (self));
}
