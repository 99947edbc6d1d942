/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-portrait-error.h"
#include "mien-portrait-query.h"
#include "mien-publisher-private.h"

#include <glib/gi18n-lib.h>
#include <xep/xmpp-xep.h>
#include <xmpp-error.h>

#define PEP_SECONDS 60

/* Asks the IM server, for the account itself. */
static void
ask (GTask              *task,
     XmppNode           *iq,
     GCancellable       *cancellable,
     GAsyncReadyCallback callback)
{
  xmpp_porter_iq_async (mien_publisher_get_porter (task), iq, PEP_SECONDS, cancellable, callback, task);
}

/* ---- publishing ---- */

/* The same on both nodes: who may see that there is a portrait may see it. */
static void
add_options (XmppForm *form,
             int       plainness)
{
  xmpp_form_add (form, "pubsub#persist_items", NULL, "true");
  if (plainness == 0)
    xmpp_form_add (form, "pubsub#max_items", NULL, "1");
  xmpp_form_add (form, "pubsub#access_model", NULL, "presence");
}

/* In band first and without a url, the hosted one after it, then the pointer; no attribute beside the XEP's own. */
static XmppNode *
build_metadata (MienPublication *p,
                const char  *jid)
{
  g_autoptr(XmppAvatarMetadata) metadata = xmpp_avatar_metadata_new ();

  g_ptr_array_add (metadata->infos,
                   xmpp_avatar_info_new (p->inband_sha1, "image/png", NULL, g_bytes_get_size (p->inband),
                                         (guint) p->inband_side, (guint) p->inband_side));
  if (p->url != NULL)
    {
      g_ptr_array_add (metadata->infos,
                       xmpp_avatar_info_new (p->hosted_sha1, portrait_format_get_mime_type (p->hosted_format), p->url,
                                             g_bytes_get_size (p->hosted), (guint) p->hosted_side,
                                             (guint) p->hosted_side));
      metadata->pointer = mien_portrait_pointer_new (jid, p->updated, p->hosted_sha256);
    }
  return xmpp_avatar_metadata_to_node (metadata);
}

static void publish_node (GTask *task, const char *node);

static void
finish (GTask *task)
{
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
on_configured (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  GTask *task = user_data;
  MienPublication *p = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr(XmppNode) answer = xmpp_porter_iq_finish (XMPP_PORTER (source), result, &error);

  if (answer == NULL)
    {
      mien_publisher_fail (task, error);
      return;
    }
  publish_node (task, p->node);
}

/* The node exists with another configuration: make it ours, then try again, once. */
static void
configure_node (GTask *task)
{
  MienPublication *p = g_task_get_task_data (task);
  XmppForm *form = xmpp_pubsub_node_config_new ();

  p->configured = TRUE;
  add_options (form, p->plainness);
  ask (task, xmpp_pubsub_configure (NULL, p->node, form), mien_publisher_get_cancellable (task), on_configured);
}

static gboolean
is_condition (const GError *error,
              const char   *condition)
{
  return g_strcmp0 (xmpp_error_get_condition (error), condition) == 0;
}

static gboolean
is_without_pep (const GError *error)
{
  return is_condition (error, "service-unavailable") || is_condition (error, "feature-not-implemented");
}

/* A server without PEP. With a portrait server the portrait is published all the same: Mien's friends see it. */
static void
end_without_pep (GTask *task)
{
  MienPublication *p = g_task_get_task_data (task);

  if (p->url != NULL)
    finish (task);
  else
    {
      g_task_return_new_error (task, MIEN_PORTRAIT_ERROR, MIEN_PORTRAIT_ERROR_NO_SERVICE,
                               _("Your server keeps no portraits: it has neither a portrait server nor personal "
                                 "eventing (PEP). Ask its administrator, or sign in with an account elsewhere."));
      g_object_unref (task);
    }
}

static void
on_published (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  GTask *task = user_data;
  MienPublication *p = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr(XmppNode) answer = xmpp_porter_iq_finish (XMPP_PORTER (source), result, &error);

  if (answer == NULL)
    {
      g_debug ("%s was not published: %s (%s)", p->node, error->message, xmpp_error_get_condition (error));
      if (is_condition (error, "conflict") && !p->configured)
        {
          g_error_free (error);
          configure_node (task);
        }
      else if (xmpp_error_get_condition (error) != NULL && !is_without_pep (error) && p->plainness < 2)
        {
          p->plainness++;
          g_error_free (error);
          publish_node (task, p->node);
        }
      else if (is_without_pep (error))
        {
          g_error_free (error);
          end_without_pep (task);
        }
      else
        mien_publisher_fail (task, error);
      return;
    }
  /* Data before metadata: whoever is told of the new picture can fetch it. */
  if (g_str_equal (p->node, XMPP_NS_AVATAR_DATA))
    {
      p->configured = FALSE;
      mien_publisher_begin_the_end (task);
      publish_node (task, XMPP_NS_AVATAR_METADATA);
    }
  else
    finish (task);
}

static void
publish_node (GTask      *task,
              const char *node)
{
  MienPublisher *self = g_task_get_source_object (task);
  MienPublication *p = g_task_get_task_data (task);
  XmppForm *options = p->plainness < 2 ? xmpp_pubsub_publish_options_new () : NULL;
  XmppNode *payload;

  if (g_str_equal (node, XMPP_NS_AVATAR_DATA))
    payload = xmpp_avatar_data_to_node (p->inband);
  else
    payload = build_metadata (p, mien_session_get_jid (self->session));
  p->node = node;
  if (options != NULL)
    add_options (options, p->plainness);
  ask (task, xmpp_pubsub_publish (NULL, node, p->inband_sha1, payload, options),
       mien_publisher_get_cancellable (task), on_published);
}

void
mien_publisher_publish_nodes (GTask *task)
{
  publish_node (task, XMPP_NS_AVATAR_DATA);
}

/* ---- taking back ---- */

static void
on_retracted (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  GTask *task = user_data;
  GError *error = NULL;
  g_autoptr(XmppNode) answer = xmpp_porter_iq_finish (XMPP_PORTER (source), result, &error);

  if (answer == NULL)
    mien_publisher_fail (task, error);
  else
    finish (task);
}

/* The picture itself was readable by its hash. A server that keeps the node is no reason to call the portrait not taken
 * back. */
static void
on_data_deleted (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  GTask *task = user_data;
  MienPublisher *self = g_task_get_source_object (task);
  const char *service = mien_session_get_portrait_service (self->session);
  g_autoptr(GError) error = NULL;
  g_autoptr(XmppNode) answer = xmpp_porter_iq_finish (XMPP_PORTER (source), result, &error);

  if (answer == NULL)
    g_debug ("the data node was not deleted: %s", error->message);
  if (service != NULL)
    xmpp_porter_iq_async (mien_publisher_get_porter (task), mien_portrait_retract_request (service), 0,
                          g_task_get_cancellable (task), on_retracted, task);
  else
    finish (task);
}

static void
on_emptied (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  GTask *task = user_data;
  MienPublisher *self = g_task_get_source_object (task);
  const char *service = mien_session_get_portrait_service (self->session);
  GError *error = NULL;
  g_autoptr(XmppNode) answer = xmpp_porter_iq_finish (XMPP_PORTER (source), result, &error);

  if (answer == NULL && (service == NULL || !is_without_pep (error)))
    {
      mien_publisher_fail (task, error);
      return;
    }
  g_clear_error (&error);
  ask (task, xmpp_pubsub_delete_node (NULL, XMPP_NS_AVATAR_DATA), g_task_get_cancellable (task), on_data_deleted);
}

void
mien_publisher_retract_async (MienPublisher      *self,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  g_autoptr(XmppAvatarMetadata) nothing = xmpp_avatar_metadata_new ();
  GTask *task;

  g_return_if_fail (MIEN_IS_PUBLISHER (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mien_publisher_retract_async);
  ask (task, xmpp_pubsub_publish (NULL, XMPP_NS_AVATAR_METADATA, NULL, xmpp_avatar_metadata_to_node (nothing), NULL),
       cancellable, on_emptied);
}

gboolean
mien_publisher_retract_finish (MienPublisher *self,
                               GAsyncResult  *result,
                               GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
