/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-jid.h"

#include <gio/gio.h>
#include <idn2.h>
#include <string.h>

#include "xmpp-error.h"
#include "xmpp-precis.h"

/* One allocation a JID: the strings lie behind the struct as "full\0bare\0local\0" (bare only when it differs). */
struct _XmppJid
{
  gatomicrefcount ref_count;
  const char *local;      /* NULL when there is none */
  const char *domain;
  const char *resource;   /* NULL when bare */
  const char *bare;
  char full[];
};

G_DEFINE_BOXED_TYPE (XmppJid, xmpp_jid, xmpp_jid_ref, xmpp_jid_unref)

/* RFC 7622 section 3.3.1: characters that the local part must not have although the identifier class allows them. */
#define LOCAL_FORBIDDEN "\"&'/:<>@"

static XmppJid *
jid_build (const char *local,
           const char *domain,
           const char *resource)
{
  gsize local_len = local != NULL ? strlen (local) : 0;
  gsize domain_len = strlen (domain);
  gsize resource_len = resource != NULL ? strlen (resource) : 0;
  gsize bare_len = (local != NULL ? local_len + 1 : 0) + domain_len;
  gsize full_len = bare_len + (resource != NULL ? resource_len + 1 : 0);
  gsize total = full_len + 1 + (resource != NULL ? bare_len + 1 : 0) + (local != NULL ? local_len + 1 : 0);
  XmppJid *self = g_malloc (sizeof (XmppJid) + total);
  char *p = self->full;

  g_atomic_ref_count_init (&self->ref_count);
  if (local != NULL)
    {
      memcpy (p, local, local_len);
      p += local_len;
      *p++ = '@';
    }
  self->domain = p;
  memcpy (p, domain, domain_len);
  p += domain_len;
  if (resource != NULL)
    {
      *p++ = '/';
      self->resource = p;
      memcpy (p, resource, resource_len);
      p += resource_len;
      *p++ = '\0';
      self->bare = p;
      memcpy (p, self->full, bare_len);
      self->domain = p + (self->domain - self->full);
      p += bare_len;
      *p++ = '\0';
    }
  else
    {
      self->resource = NULL;
      self->bare = self->full;
      *p++ = '\0';
    }
  self->local = NULL;
  if (local != NULL)
    {
      memcpy (p, local, local_len);
      p[local_len] = '\0';
      self->local = p;
    }
  return self;
}

static gboolean
check_length (const char  *part,
              const char  *what,
              GError     **error)
{
  gsize len = strlen (part);

  if (len == 0)
    {
      xmpp_set_error (error, XMPP_ERROR_BAD_JID, "jid-malformed", "The %s of the address is empty.", what);
      return FALSE;
    }
  if (len > XMPP_JID_MAX_PART)
    {
      xmpp_set_error (error, XMPP_ERROR_BAD_JID, "jid-malformed", "The %s of the address is longer than %d bytes.",
                      what, XMPP_JID_MAX_PART);
      return FALSE;
    }
  return TRUE;
}

static char *
prepare_local (const char  *text,
               GError     **error)
{
  g_autofree char *ready = NULL;

  if (!check_length (text, "part before the @", error))
    return NULL;
  ready = xmpp_precis_username_case_mapped (text);
  if (ready == NULL || strpbrk (ready, LOCAL_FORBIDDEN) != NULL)
    {
      xmpp_set_error (error, XMPP_ERROR_BAD_JID, "jid-malformed",
                      "“%s” has characters that an account name cannot have.", text);
      return NULL;
    }
  if (!check_length (ready, "part before the @", error))
    return NULL;
  return g_steal_pointer (&ready);
}

static char *
prepare_resource (const char  *text,
                  GError     **error)
{
  g_autofree char *ready = NULL;

  if (!check_length (text, "part after the /", error))
    return NULL;
  ready = xmpp_precis_opaque_string (text);
  if (ready == NULL)
    {
      xmpp_set_error (error, XMPP_ERROR_BAD_JID, "jid-malformed",
                      "The part after the / of the address has characters that it cannot have.");
      return NULL;
    }
  if (!check_length (ready, "part after the /", error))
    return NULL;
  return g_steal_pointer (&ready);
}

/* Labels of letters, digits, hyphens and underscores (the last are no host names, but are in use inside companies). */
static gboolean
is_ascii_host (const char *text)
{
  gsize label = 0;

  for (const char *p = text; ; p++)
    {
      if (*p == '.' || *p == '\0')
        {
          /* RFC 1034: 1 to 63 bytes a label, no hyphen at either end */
          if (label == 0 || label > 63 || p[-1] == '-')
            return FALSE;
          if (*p == '\0')
            return TRUE;
          label = 0;
          continue;
        }
      if (!g_ascii_isalnum (*p) && *p != '_' && (*p != '-' || label == 0))
        return FALSE;
      label++;
    }
}

/* RFC 7622 section 3.2: IPv6 in brackets, or U-labels by IDNA2008; a trailing dot is dropped (section 3.2). */
static char *
prepare_domain (const char  *text,
                GError     **error)
{
  g_autofree char *trimmed = g_strdup (text);
  g_autofree char *lower = NULL;
  gsize len = strlen (trimmed);
  uint8_t *ascii = NULL;
  char *unicode = NULL;
  char *result;
  int flags = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL;

  if (len > 1 && trimmed[len - 1] == '.')
    trimmed[--len] = '\0';
  if (!check_length (trimmed, "domain", error))
    return NULL;

  lower = g_ascii_strdown (trimmed, -1);
  if (lower[0] == '[' && lower[len - 1] == ']')
    {
      g_autofree char *inner = g_strndup (lower + 1, len - 2);

      if (strchr (inner, ':') != NULL && g_hostname_is_ip_address (inner) && strchr (inner, '%') == NULL)
        return g_steal_pointer (&lower);
    }
  else if (g_str_is_ascii (lower) && strstr (lower, "xn--") == NULL)
    {
      if (is_ascii_host (lower))
        return g_steal_pointer (&lower);
    }
  else if (idn2_lookup_u8 ((const uint8_t *) lower, &ascii, flags) == IDN2_OK
           && is_ascii_host ((const char *) ascii)
           && idn2_to_unicode_8z8z ((const char *) ascii, &unicode, 0) == IDN2_OK
           && g_utf8_validate (unicode, -1, NULL)
           && strlen (unicode) <= XMPP_JID_MAX_PART)
    {
      result = g_strdup (unicode);
      idn2_free (ascii);
      idn2_free (unicode);
      return result;
    }
  idn2_free (ascii);
  idn2_free (unicode);
  xmpp_set_error (error, XMPP_ERROR_BAD_JID, "jid-malformed", "“%s” is not the name of a server.", text);
  return NULL;
}

XmppJid *
xmpp_jid_new_from_parts (const char  *local,
                         const char  *domain,
                         const char  *resource,
                         GError     **error)
{
  g_autofree char *ready_local = NULL;
  g_autofree char *ready_domain = NULL;
  g_autofree char *ready_resource = NULL;

  g_return_val_if_fail (domain != NULL, NULL);

  if ((local != NULL && !g_utf8_validate (local, -1, NULL)) || !g_utf8_validate (domain, -1, NULL)
      || (resource != NULL && !g_utf8_validate (resource, -1, NULL)))
    {
      xmpp_set_error (error, XMPP_ERROR_BAD_JID, "jid-malformed", "The address is not valid UTF-8.");
      return NULL;
    }
  if ((ready_domain = prepare_domain (domain, error)) == NULL)
    return NULL;
  if (local != NULL && (ready_local = prepare_local (local, error)) == NULL)
    return NULL;
  if (resource != NULL && (ready_resource = prepare_resource (resource, error)) == NULL)
    return NULL;
  return jid_build (ready_local, ready_domain, ready_resource);
}

/**
 * xmpp_jid_new:
 * @text: `[local@]domain[/resource]`
 *
 * RFC 7622 section 3.1: the first "/" ends the bare part, and the first "@" before it ends the local part.
 */
XmppJid *
xmpp_jid_new (const char  *text,
              GError     **error)
{
  g_autofree char *copy = NULL;
  char *domain;
  char *local = NULL;
  char *resource;
  char *at;

  g_return_val_if_fail (text != NULL, NULL);

  if (strlen (text) > 3 * XMPP_JID_MAX_PART + 2)
    {
      xmpp_set_error (error, XMPP_ERROR_BAD_JID, "jid-malformed", "The address is too long.");
      return NULL;
    }
  copy = g_strdup (text);
  domain = copy;
  resource = strchr (copy, '/');
  if (resource != NULL)
    *resource++ = '\0';
  at = strchr (copy, '@');
  if (at != NULL)
    {
      *at = '\0';
      local = copy;
      domain = at + 1;
    }
  return xmpp_jid_new_from_parts (local, domain, resource, error);
}

XmppJid *
xmpp_jid_ref (XmppJid *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
xmpp_jid_unref (XmppJid *self)
{
  g_return_if_fail (self != NULL);
  if (g_atomic_ref_count_dec (&self->ref_count))
    g_free (self);
}

const char *
xmpp_jid_get_local (const XmppJid *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->local;
}

const char *
xmpp_jid_get_domain (const XmppJid *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->domain;
}

const char *
xmpp_jid_get_resource (const XmppJid *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->resource;
}

const char *
xmpp_jid_get_bare (const XmppJid *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->bare;
}

const char *
xmpp_jid_get_full (const XmppJid *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->full;
}

gboolean
xmpp_jid_is_bare (const XmppJid *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return self->resource == NULL;
}

XmppJid *
xmpp_jid_to_bare (XmppJid *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  if (self->resource == NULL)
    return xmpp_jid_ref (self);
  return jid_build (self->local, self->domain, NULL);
}

XmppJid *
xmpp_jid_with_resource (XmppJid     *self,
                        const char  *resource,
                        GError     **error)
{
  g_autofree char *ready = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  if (resource == NULL)
    return xmpp_jid_to_bare (self);
  if (!g_utf8_validate (resource, -1, NULL))
    {
      xmpp_set_error (error, XMPP_ERROR_BAD_JID, "jid-malformed", "The address is not valid UTF-8.");
      return NULL;
    }
  if ((ready = prepare_resource (resource, error)) == NULL)
    return NULL;
  return jid_build (self->local, self->domain, ready);
}

guint
xmpp_jid_hash (gconstpointer self)
{
  return g_str_hash (((const XmppJid *) self)->full);
}

gboolean
xmpp_jid_equal (gconstpointer a,
                gconstpointer b)
{
  return a == b || g_str_equal (((const XmppJid *) a)->full, ((const XmppJid *) b)->full);
}

gboolean
xmpp_jid_bare_equal (const XmppJid *a,
                     const XmppJid *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);
  return a == b || g_str_equal (a->bare, b->bare);
}
