/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-portrait-error.h"
#include "mien-portrait-query.h"
#include "mien-publisher.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <portrait-export.h>
#include <xep/xmpp-xep.h>
#include <xmpp-error.h>

#define JPEG_QUALITY 90
#define MAX_ANSWER (64 * 1024)
#define PEP_SECONDS 60

struct _MienPublisher
{
  GObject parent_instance;

  MienSession *session;
  SoupSession *http;
};

G_DEFINE_FINAL_TYPE (MienPublisher, mien_publisher, G_TYPE_OBJECT)

/* One publication on its way: encode → slot → PUT → data node → metadata node. Each arrow is a callback below, in order. */
typedef struct
{
  cairo_surface_t *portrait;
  MienProgress progress;
  gpointer progress_data;

  guint n_encoding;            /* threads at work on the two pictures */
  GError *encode_error;        /* the first one */
  GBytes *inband;              /* PNG, small */
  char *inband_sha1;
  int inband_side;
  GBytes *hosted;              /* PNG or JPEG, large */
  char *hosted_sha256, *hosted_sha1;
  PortraitFormat hosted_format;
  int hosted_side;

  char *url;                   /* once it is hosted */
  gint64 updated;              /* microseconds */
  const char *node;            /* being published */
  gboolean too_late;           /* to cancel: friends may see it */
  gboolean configured;         /* precondition-not-met was met with a new configuration */
  int plainness;               /* which options the server knows: 0: all; 1: without max_items (ejabberd 23); 2: none */
} Publication;

static void
publication_free (gpointer data)
{
  Publication *p = data;

  g_clear_pointer (&p->portrait, cairo_surface_destroy);
  g_clear_pointer (&p->inband, g_bytes_unref);
  g_clear_pointer (&p->hosted, g_bytes_unref);
  g_clear_error (&p->encode_error);
  g_free (p->inband_sha1);
  g_free (p->hosted_sha256);
  g_free (p->hosted_sha1);
  g_free (p->url);
  g_free (p);
}

/* A portrait server that is not there, or not now: of the IM server's errors (RFC 6120 section 8.3.3) and of HTTP's. */
static gboolean
is_away (const GError *error)
{
  static const char * const conditions[] = { "service-unavailable", "remote-server-not-found", "remote-server-timeout",
                                             "recipient-unavailable", "internal-server-error", NULL };
  const char *condition = xmpp_error_get_condition (error);
  guint status = error->domain == MIEN_HTTP_ERROR ? mien_http_error_get_status (error) : 0;

  return (condition != NULL && g_strv_contains (conditions, condition)) || (status >= 502 && status <= 504);
}

/* Ends @task with @error in our domain: what the person can do is another thing after a refusal than after a loss. */
static void
fail (GTask  *task,
      GError *error)
{
  g_autoptr(GError) owned = error;
  gboolean lost = g_error_matches (error, XMPP_ERROR, XMPP_ERROR_TIMEOUT) || g_error_matches (error, XMPP_ERROR, XMPP_ERROR_CLOSED) ||
                  g_error_matches (error, MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_UNREACHABLE) ||
                  g_error_matches (error, MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_TIMEOUT) ||
                  g_error_matches (error, MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_TRUNCATED) ||
                  is_away (error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || error->domain == MIEN_PORTRAIT_ERROR)
    g_task_return_error (task, g_steal_pointer (&owned));
  else if (lost)
    {
      g_debug ("Publishing: %s", error->message);
      g_task_return_new_error (task, MIEN_PORTRAIT_ERROR, MIEN_PORTRAIT_ERROR_INTERRUPTED,
                               _("The connection was lost while publishing. Your draft is kept; try again."));
    }
  else
    g_task_return_new_error (task, MIEN_PORTRAIT_ERROR, MIEN_PORTRAIT_ERROR_REFUSED, "%s", error->message);
  g_object_unref (task);
}

static XmppPorter *
get_porter (GTask *task)
{
  MienPublisher *self = g_task_get_source_object (task);

  return mien_session_get_porter (self->session);
}

/* Until somebody may see the portrait it can be cancelled; after that the rest is done whatever happens, and what was published can only be
 * taken back. */
static GCancellable *
get_cancellable (GTask *task)
{
  Publication *p = g_task_get_task_data (task);

  return p != NULL && p->too_late ? NULL : g_task_get_cancellable (task);
}

static void
begin_the_end (GTask *task)
{
  Publication *p = g_task_get_task_data (task);

  p->too_late = TRUE;
  g_task_set_check_cancellable (task, FALSE);
}

/* ---- encoding, in two threads ---- */

static gboolean
encode_hosted (Publication *p,
               GError     **error)
{
  p->hosted_side = cairo_image_surface_get_width (p->portrait);
  p->hosted = portrait_export (p->portrait, PORTRAIT_FORMAT_PNG, 0, error);
  if (p->hosted != NULL && g_bytes_get_size (p->hosted) > MIEN_PUBLISH_HOSTED_MAX)
    {
      g_bytes_unref (p->hosted);
      p->hosted_format = PORTRAIT_FORMAT_JPEG;
      p->hosted = portrait_export (p->portrait, PORTRAIT_FORMAT_JPEG, JPEG_QUALITY, error);
    }
  if (p->hosted == NULL)
    return FALSE;

  p->hosted_sha1 = xmpp_avatar_hash (p->hosted);
  p->hosted_sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, p->hosted);
  return TRUE;
}

/* As small as other programs like it, or else as small as servers must let it pass. */
static gboolean
encode_inband (Publication *p,
               GError     **error)
{
  p->inband = portrait_export_inband (p->portrait, MIEN_PUBLISH_INBAND_SIZE, MIEN_PUBLISH_INBAND_AIM, &p->inband_side, NULL);
  if (p->inband == NULL)
    p->inband = portrait_export_inband (p->portrait, MIEN_PUBLISH_INBAND_SIZE, MIEN_PUBLISH_INBAND_MAX, &p->inband_side, error);
  if (p->inband == NULL)
    return FALSE;

  p->inband_sha1 = xmpp_avatar_hash (p->inband);
  return TRUE;
}

static void
encode_hosted_thread (GTask        *work,
                      gpointer      source,
                      gpointer      task,
                      GCancellable *cancellable)
{
  GError *error = NULL;

  if (encode_hosted (g_task_get_task_data (task), &error))
    g_task_return_boolean (work, TRUE);
  else
    g_task_return_error (work, error);
}

static void
encode_inband_thread (GTask        *work,
                      gpointer      source,
                      gpointer      task,
                      GCancellable *cancellable)
{
  GError *error = NULL;

  if (encode_inband (g_task_get_task_data (task), &error))
    g_task_return_boolean (work, TRUE);
  else
    g_task_return_error (work, error);
}

static void request_slot (GTask *task, const char *service);
static void publish_node (GTask *task, const char *node);

static void
on_encoded (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  GTask *task = user_data;
  MienPublisher *self = MIEN_PUBLISHER (source);
  Publication *p = g_task_get_task_data (task);
  const char *service;
  g_autoptr(GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error) && p->encode_error == NULL)
    p->encode_error = g_steal_pointer (&error);
  p->n_encoding--;
  if (p->n_encoding > 0)
    return;

  if (p->encode_error != NULL)
    {
      fail (task, g_steal_pointer (&p->encode_error));
      return;
    }
  service = mien_session_get_portrait_service (self->session);
  if (service != NULL)
    request_slot (task, service);
  else
    publish_node (task, XMPP_NS_AVATAR_DATA);
}

static void
start_encoding (GTask          *task,
                GTaskThreadFunc thread)
{
  Publication *p = g_task_get_task_data (task);
  g_autoptr(GTask) work = g_task_new (g_task_get_source_object (task), g_task_get_cancellable (task), on_encoded, task);

  p->n_encoding++;
  g_task_set_task_data (work, g_object_ref (task), g_object_unref);
  g_task_run_in_thread (work, thread);
}

/* ---- slot and PUT (S3242) ---- */

static void
on_progress (guint64  done,
             guint64  total,
             gpointer user_data)
{
  Publication *p = user_data;

  if (p->progress != NULL)
    p->progress (done, total, p->progress_data);
}

/* {"account", "sha256", "updated", "url"} */
static gboolean
read_answer (Publication *p,
             GBytes      *body,
             GError     **error)
{
  g_autoptr(JsonParser) parser = json_parser_new ();
  JsonNode *root;
  JsonObject *object;
  const char *url = NULL, *updated = NULL;

  if (json_parser_load_from_data (parser, g_bytes_get_data (body, NULL), (gssize) g_bytes_get_size (body), NULL))
    {
      root = json_parser_get_root (parser);
      object = root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
      url = object != NULL ? json_object_get_string_member_with_default (object, "url", NULL) : NULL;
      updated = object != NULL ? json_object_get_string_member_with_default (object, "updated", NULL) : NULL;
    }
  /* Another upload service with the purpose "profile" answers with nothing: the slot's address is its word. */
  if (url != NULL)
    {
      g_free (p->url);
      p->url = g_strdup (url);
    }
  p->updated = updated != NULL ? xmpp_datetime_parse (updated) : g_get_real_time ();
  if (p->updated < 0)
    p->updated = g_get_real_time ();
  if (g_uri_is_valid (p->url, G_URI_FLAGS_NONE, error))
    return TRUE;
  g_prefix_error (error, "%s ", _("The portrait server gave an address that is none."));
  return FALSE;
}

static void
on_put (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  GTask *task = user_data;
  Publication *p = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr(GBytes) body = mien_http_send_finish (SOUP_SESSION (source), result, NULL, &error);

  if (body == NULL || !read_answer (p, body, &error))
    {
      fail (task, error);
      return;
    }
  begin_the_end (task);
  publish_node (task, XMPP_NS_AVATAR_DATA);
}

static void
on_slot (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  GTask *task = user_data;
  MienPublisher *self = g_task_get_source_object (task);
  Publication *p = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr(XmppNode) answer = xmpp_porter_iq_finish (XMPP_PORTER (source), result, &error);
  g_autoptr(XmppUploadSlot) slot = answer != NULL ? xmpp_upload_slot_parse (answer) : NULL;

  if (slot == NULL)
    {
      if (error == NULL)
        g_set_error_literal (&error, MIEN_PORTRAIT_ERROR, MIEN_PORTRAIT_ERROR_REFUSED, _("The portrait server gave no upload address."));
      fail (task, error);
      return;
    }
  p->url = g_strdup (slot->get_url);
  if (slot->headers->len == 0 || slot->headers->pdata[slot->headers->len - 1] != NULL)
    g_ptr_array_add (slot->headers, NULL);
  mien_http_send_async (self->http, "PUT", slot->put_url, portrait_format_get_mime_type (p->hosted_format), p->hosted,
                        (const char * const *) slot->headers->pdata, MAX_ANSWER, on_progress, NULL, p,
                        get_cancellable (task), on_put, task);
}

static void
request_slot (GTask      *task,
              const char *service)
{
  Publication *p = g_task_get_task_data (task);
  g_autofree char *name = g_strdup_printf ("%s.%s", p->hosted_sha256, portrait_format_get_suffix (p->hosted_format));
  XmppNode *iq = xmpp_upload_request (service, name, g_bytes_get_size (p->hosted), portrait_format_get_mime_type (p->hosted_format),
                                      XMPP_UPLOAD_PURPOSE_PROFILE);
  XmppNode *request = xmpp_node_child (iq, "request", XMPP_NS_UPLOAD);

  /* So that the component can say by hash who has this portrait already. */
  xmpp_node_set (xmpp_node_add (request, "inband", MIEN_NS_PORTRAIT), "id", p->inband_sha1);
  xmpp_porter_iq_async (get_porter (task), iq, 0, get_cancellable (task), on_slot, task);
}

/* ---- XEP-0084 ---- */

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
build_metadata (Publication *p,
                const char  *jid)
{
  g_autoptr(XmppAvatarMetadata) metadata = xmpp_avatar_metadata_new ();

  g_ptr_array_add (metadata->infos, xmpp_avatar_info_new (p->inband_sha1, "image/png", NULL, g_bytes_get_size (p->inband),
                                                          (guint) p->inband_side, (guint) p->inband_side));
  if (p->url != NULL)
    {
      g_ptr_array_add (metadata->infos, xmpp_avatar_info_new (p->hosted_sha1, portrait_format_get_mime_type (p->hosted_format), p->url,
                                                              g_bytes_get_size (p->hosted), (guint) p->hosted_side, (guint) p->hosted_side));
      metadata->pointer = mien_portrait_pointer_new (jid, p->updated, p->hosted_sha256);
    }
  return xmpp_avatar_metadata_to_node (metadata);
}

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
  Publication *p = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr(XmppNode) answer = xmpp_porter_iq_finish (XMPP_PORTER (source), result, &error);

  if (answer == NULL)
    {
      fail (task, error);
      return;
    }
  publish_node (task, p->node);
}

/* The node exists with another configuration: make it ours, then try again, once. */
static void
configure_node (GTask *task)
{
  Publication *p = g_task_get_task_data (task);
  XmppForm *form = xmpp_pubsub_node_config_new ();

  p->configured = TRUE;
  add_options (form, p->plainness);
  xmpp_porter_iq_async (get_porter (task), xmpp_pubsub_configure (NULL, p->node, form), PEP_SECONDS, get_cancellable (task),
                        on_configured, task);
}

static gboolean
is_condition (const GError *error,
              const char   *condition)
{
  return g_strcmp0 (xmpp_error_get_condition (error), condition) == 0;
}

/* A server without PEP. With a portrait server the portrait is published all the same: Mien's friends see it. */
static void
end_without_pep (GTask *task)
{
  Publication *p = g_task_get_task_data (task);

  if (p->url != NULL)
    finish (task);
  else
    {
      g_task_return_new_error (task, MIEN_PORTRAIT_ERROR, MIEN_PORTRAIT_ERROR_NO_SERVICE,
                               _("Your server keeps no portraits: it has neither a portrait server nor personal eventing (PEP). Ask its administrator, "
                                 "or sign in with an account elsewhere."));
      g_object_unref (task);
    }
}

static void
on_published (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  GTask *task = user_data;
  Publication *p = g_task_get_task_data (task);
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
      else if (xmpp_error_get_condition (error) != NULL && !is_condition (error, "service-unavailable") &&
               !is_condition (error, "feature-not-implemented") && p->plainness < 2)
        {
          p->plainness++;
          g_error_free (error);
          publish_node (task, p->node);
        }
      else if (is_condition (error, "service-unavailable") || is_condition (error, "feature-not-implemented"))
        {
          g_error_free (error);
          end_without_pep (task);
        }
      else
        fail (task, error);
      return;
    }
  /* Data before metadata: whoever is told of the new picture can fetch it. */
  if (g_str_equal (p->node, XMPP_NS_AVATAR_DATA))
    {
      p->configured = FALSE;
      begin_the_end (task);
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
  Publication *p = g_task_get_task_data (task);
  XmppForm *options = p->plainness < 2 ? xmpp_pubsub_publish_options_new () : NULL;
  XmppNode *payload = g_str_equal (node, XMPP_NS_AVATAR_DATA) ? xmpp_avatar_data_to_node (p->inband)
                                                              : build_metadata (p, mien_session_get_jid (self->session));

  p->node = node;
  if (options != NULL)
    add_options (options, p->plainness);
  xmpp_porter_iq_async (get_porter (task), xmpp_pubsub_publish (NULL, node, p->inband_sha1, payload, options), PEP_SECONDS,
                        get_cancellable (task), on_published, task);
}

/* ---- public ---- */

void
mien_publisher_publish_async (MienPublisher      *self,
                              cairo_surface_t    *portrait,
                              MienProgress        progress,
                              gpointer            progress_data,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  Publication *p;
  GTask *task;

  g_return_if_fail (MIEN_IS_PUBLISHER (self));
  g_return_if_fail (portrait != NULL && cairo_surface_get_type (portrait) == CAIRO_SURFACE_TYPE_IMAGE);

  cairo_surface_flush (portrait);
  p = g_new0 (Publication, 1);
  p->portrait = cairo_surface_reference (portrait);
  p->progress = progress;
  p->progress_data = progress_data;
  p->updated = g_get_real_time () / 1000 * 1000;   /* S3241; the portrait server's answer replaces it */
  p->hosted_format = PORTRAIT_FORMAT_PNG;
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mien_publisher_publish_async);
  g_task_set_task_data (task, p, publication_free);

  start_encoding (task, encode_hosted_thread);
  start_encoding (task, encode_inband_thread);
}

gboolean
mien_publisher_publish_finish (MienPublisher *self,
                               GAsyncResult  *result,
                               gint64        *out_updated,
                               char         **out_sha256,
                               GError       **error)
{
  Publication *p;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  p = g_task_get_task_data (G_TASK (result));
  if (out_updated != NULL)
    *out_updated = p->updated / G_USEC_PER_SEC;
  if (out_sha256 != NULL)
    *out_sha256 = p->url != NULL ? g_strdup (p->hosted_sha256) : NULL;
  return g_task_propagate_boolean (G_TASK (result), error);
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
    fail (task, error);
  else
    finish (task);
}

/* The picture itself was readable by its hash. A server that keeps the node is no reason to call the portrait not taken back. */
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
    xmpp_porter_iq_async (get_porter (task), mien_portrait_retract_request (service), 0, g_task_get_cancellable (task), on_retracted, task);
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

  if (answer == NULL && !(service != NULL && (is_condition (error, "service-unavailable") || is_condition (error, "feature-not-implemented"))))
    {
      fail (task, error);
      return;
    }
  g_clear_error (&error);
  xmpp_porter_iq_async (get_porter (task), xmpp_pubsub_delete_node (NULL, XMPP_NS_AVATAR_DATA), PEP_SECONDS, g_task_get_cancellable (task),
                        on_data_deleted, task);
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
  xmpp_porter_iq_async (get_porter (task), xmpp_pubsub_publish (NULL, XMPP_NS_AVATAR_METADATA, NULL, xmpp_avatar_metadata_to_node (nothing), NULL),
                        PEP_SECONDS, cancellable, on_emptied, task);
}

gboolean
mien_publisher_retract_finish (MienPublisher *self,
                               GAsyncResult  *result,
                               GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
mien_publisher_dispose (GObject *object)
{
  MienPublisher *self = MIEN_PUBLISHER (object);

  g_clear_object (&self->session);
  g_clear_object (&self->http);
  G_OBJECT_CLASS (mien_publisher_parent_class)->dispose (object);
}

static void
mien_publisher_class_init (MienPublisherClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mien_publisher_dispose;
}

static void
mien_publisher_init (MienPublisher *self)
{
}

MienPublisher *
mien_publisher_new (MienSession *session,
                    SoupSession *http)
{
  MienPublisher *self;

  g_return_val_if_fail (MIEN_IS_SESSION (session), NULL);
  g_return_val_if_fail (SOUP_IS_SESSION (http), NULL);

  self = g_object_new (MIEN_TYPE_PUBLISHER, NULL);
  self->session = g_object_ref (session);
  self->http = g_object_ref (http);
  return self;
}
