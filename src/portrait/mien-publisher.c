/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-portrait-error.h"
#include "mien-portrait-query.h"
#include "mien-publisher-private.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <xep/xmpp-xep.h>
#include <xmpp-error.h>

#define JPEG_QUALITY 90
#define MAX_ANSWER (64 * 1024)
#define LOOK_SECONDS 5           /* for the portrait server to say what it has */

G_DEFINE_FINAL_TYPE (MienPublisher, mien_publisher, G_TYPE_OBJECT)

static void
publication_free (gpointer data)
{
  MienPublication *p = data;

  g_clear_pointer (&p->portrait, cairo_surface_destroy);
  g_clear_pointer (&p->inband, g_bytes_unref);
  g_clear_pointer (&p->hosted, g_bytes_unref);
  g_clear_error (&p->encode_error);
  g_clear_error (&p->put_error);
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

/* Nobody has refused anything; whether it was done is not known. */
static gboolean
is_lost (const GError *error)
{
  return g_error_matches (error, XMPP_ERROR, XMPP_ERROR_TIMEOUT) ||
         g_error_matches (error, XMPP_ERROR, XMPP_ERROR_CLOSED) ||
         g_error_matches (error, MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_UNREACHABLE) ||
         g_error_matches (error, MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_TIMEOUT) ||
         g_error_matches (error, MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_TRUNCATED) || is_away (error);
}

void
mien_publisher_fail (GTask  *task,
                     GError *error)
{
  g_autoptr(GError) owned = error;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || error->domain == MIEN_PORTRAIT_ERROR)
    g_task_return_error (task, g_steal_pointer (&owned));
  else if (is_lost (error))
    {
      g_debug ("Publishing: %s", error->message);
      g_task_return_new_error (task, MIEN_PORTRAIT_ERROR, MIEN_PORTRAIT_ERROR_INTERRUPTED,
                               _("The connection was lost while publishing. Your draft is kept; try again."));
    }
  else
    g_task_return_new_error (task, MIEN_PORTRAIT_ERROR, MIEN_PORTRAIT_ERROR_REFUSED, "%s", error->message);
  g_object_unref (task);
}

XmppPorter *
mien_publisher_get_porter (GTask *task)
{
  MienPublisher *self = g_task_get_source_object (task);

  return mien_session_get_porter (self->session);
}

GCancellable *
mien_publisher_get_cancellable (GTask *task)
{
  MienPublication *p = g_task_get_task_data (task);

  return p != NULL && p->too_late ? NULL : g_task_get_cancellable (task);
}

void
mien_publisher_begin_the_end (GTask *task)
{
  MienPublication *p = g_task_get_task_data (task);

  p->too_late = TRUE;
  g_task_set_check_cancellable (task, FALSE);
}

/* ---- encoding, in two threads ---- */

static gboolean
encode_hosted (MienPublication *p,
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
encode_inband (MienPublication *p,
               GError     **error)
{
  p->inband = portrait_export_inband (p->portrait, MIEN_PUBLISH_INBAND_SIZE, MIEN_PUBLISH_INBAND_AIM,
                                      &p->inband_side, NULL);
  if (p->inband == NULL)
    p->inband = portrait_export_inband (p->portrait, MIEN_PUBLISH_INBAND_SIZE, MIEN_PUBLISH_INBAND_MAX,
                                        &p->inband_side, error);
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

static void
on_encoded (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  GTask *task = user_data;
  MienPublisher *self = MIEN_PUBLISHER (source);
  MienPublication *p = g_task_get_task_data (task);
  const char *service;
  g_autoptr(GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error) && p->encode_error == NULL)
    p->encode_error = g_steal_pointer (&error);
  p->n_encoding--;
  if (p->n_encoding > 0)
    return;

  if (p->encode_error != NULL)
    {
      mien_publisher_fail (task, g_steal_pointer (&p->encode_error));
      return;
    }
  service = mien_session_get_portrait_service (self->session);
  if (service != NULL)
    request_slot (task, service);
  else
    mien_publisher_publish_nodes (task);
}

static void
start_encoding (GTask          *task,
                GTaskThreadFunc thread)
{
  MienPublication *p = g_task_get_task_data (task);
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
  MienPublication *p = user_data;

  if (p->progress != NULL)
    p->progress (done, total, p->progress_data);
}

/* {"account", "sha256", "updated", "url"} */
static gboolean
read_answer (MienPublication *p,
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

/* The portrait server has the picture, and friends may see it. */
static void
publish_hosted (GTask *task)
{
  mien_publisher_begin_the_end (task);
  mien_publisher_publish_nodes (task);
}

static void
on_looked (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GTask *task = user_data;
  MienPublication *p = g_task_get_task_data (task);
  g_autoptr(XmppNode) answer = xmpp_porter_iq_finish (XMPP_PORTER (source), result, NULL);
  g_autoptr(GPtrArray) items = answer != NULL ? mien_portrait_query_parse (answer) : NULL;
  const MienPortraitItem *item = items != NULL && items->len == 1 ? items->pdata[0] : NULL;

  if (item == NULL || item->url == NULL || g_strcmp0 (item->sha256, p->hosted_sha256) != 0)
    {
      mien_publisher_fail (task, g_steal_pointer (&p->put_error));
      return;
    }
  g_free (p->url);
  p->url = g_strdup (item->url);
  p->updated = item->updated;
  publish_hosted (task);
}

/* A PUT without an answer, cut off or cancelled, may have been taken all the same: the portrait server knows. */
static void
look_whether_hosted (GTask  *task,
                     GError *put_error)
{
  MienPublisher *self = g_task_get_source_object (task);
  MienPublication *p = g_task_get_task_data (task);
  const char *service = mien_session_get_portrait_service (self->session);
  g_autoptr(GPtrArray) items = NULL;

  if (service == NULL)
    {
      mien_publisher_fail (task, put_error);
      return;
    }
  p->put_error = put_error;
  items = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_portrait_item_free);
  g_ptr_array_add (items, mien_portrait_item_new (mien_session_get_jid (self->session)));
  xmpp_porter_iq_async (mien_publisher_get_porter (task), mien_portrait_query_request (service, items, 0),
                        LOOK_SECONDS, NULL, on_looked, task);
}

static void
on_put (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  GTask *task = user_data;
  MienPublication *p = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr(GBytes) body = mien_http_send_finish (SOUP_SESSION (source), result, NULL, &error);

  if (body != NULL && read_answer (p, body, &error))
    publish_hosted (task);
  else if (body == NULL && (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || is_lost (error)))
    look_whether_hosted (task, error);
  else
    mien_publisher_fail (task, error);
}

static void
on_slot (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  GTask *task = user_data;
  MienPublisher *self = g_task_get_source_object (task);
  MienPublication *p = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr(XmppNode) answer = xmpp_porter_iq_finish (XMPP_PORTER (source), result, &error);
  g_autoptr(XmppUploadSlot) slot = answer != NULL ? xmpp_upload_slot_parse (answer) : NULL;

  if (slot == NULL)
    {
      if (error == NULL)
        g_set_error_literal (&error, MIEN_PORTRAIT_ERROR, MIEN_PORTRAIT_ERROR_REFUSED,
                             _("The portrait server gave no upload address."));
      mien_publisher_fail (task, error);
      return;
    }
  p->url = g_strdup (slot->get_url);
  if (slot->headers->len == 0 || slot->headers->pdata[slot->headers->len - 1] != NULL)
    g_ptr_array_add (slot->headers, NULL);
  mien_http_send_async (self->http, "PUT", slot->put_url, portrait_format_get_mime_type (p->hosted_format), p->hosted,
                        (const char * const *) slot->headers->pdata, MAX_ANSWER, on_progress, NULL, p,
                        mien_publisher_get_cancellable (task), on_put, task);
}

static void
request_slot (GTask      *task,
              const char *service)
{
  MienPublication *p = g_task_get_task_data (task);
  g_autofree char *name = g_strdup_printf ("%s.%s", p->hosted_sha256, portrait_format_get_suffix (p->hosted_format));
  XmppNode *iq = xmpp_upload_request (service, name, g_bytes_get_size (p->hosted),
                                      portrait_format_get_mime_type (p->hosted_format), XMPP_UPLOAD_PURPOSE_PROFILE);
  XmppNode *request = xmpp_node_child (iq, "request", XMPP_NS_UPLOAD);

  /* So that the component can say by hash who has this portrait already. */
  xmpp_node_set (xmpp_node_add (request, "inband", MIEN_NS_PORTRAIT), "id", p->inband_sha1);
  xmpp_porter_iq_async (mien_publisher_get_porter (task), iq, 0, mien_publisher_get_cancellable (task), on_slot, task);
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
  MienPublication *p;
  GTask *task;

  g_return_if_fail (MIEN_IS_PUBLISHER (self));
  g_return_if_fail (portrait != NULL && cairo_surface_get_type (portrait) == CAIRO_SURFACE_TYPE_IMAGE);

  cairo_surface_flush (portrait);
  p = g_new0 (MienPublication, 1);
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
  MienPublication *p;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  p = g_task_get_task_data (G_TASK (result));
  if (out_updated != NULL)
    *out_updated = p->updated / G_USEC_PER_SEC;
  if (out_sha256 != NULL)
    *out_sha256 = p->url != NULL ? g_strdup (p->hosted_sha256) : NULL;
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
