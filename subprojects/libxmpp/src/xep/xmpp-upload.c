/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-upload.h"
#include "xmpp-delay.h"

XmppNode *
xmpp_upload_request (const char *to, const char *filename, guint64 size, const char *content_type, const char *purpose)
{
  g_autofree char *size_text = g_strdup_printf ("%" G_GUINT64_FORMAT, size);
  XmppNode *request;
  XmppNode *iq;

  g_return_val_if_fail (to != NULL && filename != NULL && size > 0, NULL);

  iq = xmpp_iq_new ("get", to, "request", XMPP_NS_UPLOAD, &request);
  xmpp_node_set (request, "filename", filename);
  xmpp_node_set (request, "size", size_text);
  xmpp_node_set (request, "content-type", content_type);
  if (purpose != NULL)
    xmpp_node_add (request, purpose, XMPP_NS_UPLOAD_PURPOSE);
  return iq;
}

XmppUploadRequest *
xmpp_upload_request_parse (const XmppNode *iq)
{
  XmppUploadRequest *self;
  XmppNode *request;
  const char *filename;
  const char *purpose = XMPP_UPLOAD_PURPOSE_MESSAGE;
  gint64 size;

  g_return_val_if_fail (iq != NULL, NULL);

  request = xmpp_node_child (iq, "request", XMPP_NS_UPLOAD);
  if (request == NULL || g_strcmp0 (xmpp_node_get (iq, "type"), "get") != 0)
    return NULL;
  filename = xmpp_node_get (request, "filename");
  size = xmpp_node_get_int (request, "size", 1, G_MAXINT64, 0);
  if (filename == NULL || *filename == '\0' || strlen (filename) > XMPP_UPLOAD_MAX_FILENAME || size == 0)
    return NULL;
  XMPP_NODE_FOREACH (request, child)
    {
      if (strcmp (xmpp_node_get_ns (child), XMPP_NS_UPLOAD_PURPOSE) == 0)
        purpose = xmpp_node_get_name (child);
    }

  self = g_new0 (XmppUploadRequest, 1);
  self->filename = g_strdup (filename);
  self->size = (guint64) size;
  self->content_type = g_strdup (xmpp_node_get (request, "content-type"));
  self->purpose = g_strdup (purpose);
  return self;
}

void
xmpp_upload_request_free (XmppUploadRequest *self)
{
  if (self == NULL)
    return;
  g_free (self->filename);
  g_free (self->content_type);
  g_free (self->purpose);
  g_free (self);
}

XmppUploadSlot *
xmpp_upload_slot_new (const char *put_url, const char *get_url)
{
  XmppUploadSlot *self;

  g_return_val_if_fail (put_url != NULL && get_url != NULL, NULL);

  self = g_new0 (XmppUploadSlot, 1);
  self->put_url = g_strdup (put_url);
  self->get_url = g_strdup (get_url);
  self->headers = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
xmpp_upload_slot_free (XmppUploadSlot *self)
{
  if (self == NULL)
    return;
  g_free (self->put_url);
  g_free (self->get_url);
  g_ptr_array_unref (self->headers);
  g_free (self);
}

/* Section "Requesting a slot": other names are ignored, and line ends stripped, or the service could write headers of
 * its own choosing into the client's request. */
void
xmpp_upload_slot_add_header (XmppUploadSlot *self, const char *name, const char *value)
{
  static const char * const allowed[] = { "Authorization", "Cookie", "Expires" };

  g_return_if_fail (self != NULL && name != NULL && value != NULL);

  if (self->headers->len >= 2 * XMPP_UPLOAD_MAX_HEADERS || strlen (value) > XMPP_UPLOAD_MAX_HEADER)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (allowed); i++)
    {
      g_autoptr (GString) clean = NULL;

      if (g_ascii_strcasecmp (name, allowed[i]) != 0)
        continue;
      clean = g_string_new (NULL);
      for (const char *p = value; *p != '\0'; p++)
        {
          if (*p != '\r' && *p != '\n')
            g_string_append_c (clean, *p);
        }
      g_ptr_array_add (self->headers, g_strdup (allowed[i]));
      g_ptr_array_add (self->headers, g_string_free (g_steal_pointer (&clean), FALSE));
      return;
    }
}

XmppNode *
xmpp_upload_slot_result (const XmppNode *request, const XmppUploadSlot *slot)
{
  XmppNode *iq;
  XmppNode *node;
  XmppNode *put;

  g_return_val_if_fail (request != NULL && slot != NULL, NULL);

  iq = xmpp_iq_result_for (request);
  node = xmpp_node_add (iq, "slot", XMPP_NS_UPLOAD);
  put = xmpp_node_add (node, "put", NULL);
  xmpp_node_set (put, "url", slot->put_url);
  for (guint i = 0; i + 1 < slot->headers->len; i += 2)
    {
      XmppNode *header = xmpp_node_add_text_child (put, "header", NULL, g_ptr_array_index (slot->headers, i + 1));

      xmpp_node_set (header, "name", g_ptr_array_index (slot->headers, i));
    }
  xmpp_node_set (xmpp_node_add (node, "get", NULL), "url", slot->get_url);
  return iq;
}

static const char *
get_url (const XmppNode *slot, const char *name)
{
  XmppNode *node = xmpp_node_child (slot, name, XMPP_NS_UPLOAD);
  const char *url = node != NULL ? xmpp_node_get (node, "url") : NULL;

  if (url == NULL || strlen (url) > XMPP_UPLOAD_MAX_URL)
    return NULL;
  if (!g_str_has_prefix (url, "https://") && !g_str_has_prefix (url, "http://"))
    return NULL;
  return g_uri_is_valid (url, G_URI_FLAGS_NONE, NULL) ? url : NULL;
}

XmppUploadSlot *
xmpp_upload_slot_parse (const XmppNode *result)
{
  XmppUploadSlot *self;
  XmppNode *slot;
  const char *put;
  const char *get;

  g_return_val_if_fail (result != NULL, NULL);

  slot = xmpp_node_child (result, "slot", XMPP_NS_UPLOAD);
  if (slot == NULL)
    return NULL;
  put = get_url (slot, "put");
  get = get_url (slot, "get");
  if (put == NULL || get == NULL)
    return NULL;

  self = xmpp_upload_slot_new (put, get);
  XMPP_NODE_FOREACH (xmpp_node_child (slot, "put", XMPP_NS_UPLOAD), child)
    {
      const char *name = xmpp_node_get (child, "name");

      if (xmpp_node_is (child, "header", XMPP_NS_UPLOAD) && name != NULL)
        xmpp_upload_slot_add_header (self, name, xmpp_node_get_text (child));
    }
  return self;
}

XmppNode *
xmpp_upload_error_too_large (const XmppNode *request, guint64 max_bytes)
{
  g_autofree char *size = g_strdup_printf ("%" G_GUINT64_FORMAT, max_bytes);
  g_autofree char *text = g_strdup_printf ("The file is too large. At most %s bytes are taken.", size);
  XmppNode *stanza = xmpp_stanza_error_for (request, "modify", "not-acceptable", text);
  XmppNode *error = xmpp_node_child (stanza, "error", NULL);

  xmpp_node_add_text_child (xmpp_node_add (error, "file-too-large", XMPP_NS_UPLOAD), "max-file-size", NULL, size);
  return stanza;
}

XmppNode *
xmpp_upload_error_retry (const XmppNode *request, gint64 when, const char *text)
{
  g_autofree char *stamp = xmpp_datetime_format (when * G_USEC_PER_SEC, 0);
  XmppNode *stanza = xmpp_stanza_error_for (request, "wait", "resource-constraint", text);
  XmppNode *error = xmpp_node_child (stanza, "error", NULL);

  xmpp_node_set (xmpp_node_add (error, "retry", XMPP_NS_UPLOAD), "stamp", stamp);
  return stanza;
}

static XmppNode *
error_child (const XmppNode *stanza, const char *name)
{
  XmppNode *error = xmpp_node_child (stanza, "error", NULL);

  return error != NULL ? xmpp_node_child (error, name, XMPP_NS_UPLOAD) : NULL;
}

guint64
xmpp_upload_error_get_max (const XmppNode *error)
{
  XmppNode *node;
  const char *text;
  guint64 value;

  g_return_val_if_fail (error != NULL, 0);

  node = error_child (error, "file-too-large");
  text = node != NULL ? xmpp_node_child_text (node, "max-file-size", XMPP_NS_UPLOAD) : NULL;
  return text != NULL && g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT64, &value, NULL) ? value : 0;
}

gint64
xmpp_upload_error_get_retry (const XmppNode *error)
{
  XmppNode *node;
  const char *stamp;
  gint64 when;

  g_return_val_if_fail (error != NULL, 0);

  node = error_child (error, "retry");
  stamp = node != NULL ? xmpp_node_get (node, "stamp") : NULL;
  when = stamp != NULL ? xmpp_datetime_parse (stamp) : -1;
  return when > 0 ? when / G_USEC_PER_SEC : 0;
}

guint64
xmpp_upload_get_max_size (const XmppDiscoInfo *info)
{
  const XmppForm *form = xmpp_disco_info_get_form (info, XMPP_NS_UPLOAD);

  return form != NULL ? (guint64) xmpp_form_get_int (form, "max-file-size", 1, G_MAXINT64, 0) : 0;
}
