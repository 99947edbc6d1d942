/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mien-im-block-match.h"

#include <string.h>

char **
mien_im_block_patterns (const char *jid)
{
  const char *slash = strchr (jid, '/');
  g_autofree char *bare = slash != NULL ? g_strndup (jid, slash - jid) : g_strdup (jid);
  const char *at = strchr (bare, '@');
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_add (builder, jid);
  if (slash != NULL)
    g_strv_builder_add (builder, bare);
  if (slash != NULL && at != NULL)
    {
      g_autofree char *domain_resource = g_strconcat (at + 1, slash, NULL);

      g_strv_builder_add (builder, domain_resource);
    }
  if (at != NULL)
    g_strv_builder_add (builder, at + 1);
  return g_strv_builder_end (builder);
}
