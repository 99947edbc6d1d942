/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-keyring.h"

#include <glib/gi18n.h>
#include <libsecret/secret.h>

#include "mien-config.h"

static const SecretSchema *
get_schema (void)
{
  static const SecretSchema schema = {
    MIEN_APP_ID, SECRET_SCHEMA_NONE,
    { { "account", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } },
  };

  return &schema;
}

typedef struct
{
  GTask *task;                             /* NULL once it has been answered */
  GCancellable *cancellable;               /* of the call to the keyring */
  guint timeout;
} Lookup;

static void
finish_lookup (Lookup *lookup,
               char   *password)
{
  g_autoptr (GTask) task = g_steal_pointer (&lookup->task);

  g_clear_handle_id (&lookup->timeout, g_source_remove);
  if (task != NULL)
    g_task_return_pointer (task, password, (GDestroyNotify) secret_password_free);
  else
    secret_password_free (password);
}

static gboolean
on_lookup_timeout (gpointer data)
{
  Lookup *lookup = data;

  lookup->timeout = 0;
  g_cancellable_cancel (lookup->cancellable);
  finish_lookup (lookup, NULL);

  return G_SOURCE_REMOVE;
}

static void
on_looked_up (GObject      *source,
              GAsyncResult *result,
              gpointer      data)
{
  Lookup *lookup = data;
  g_autoptr (GError) error = NULL;
  char *password = secret_password_lookup_finish (result, &error);

  if (error != NULL)
    g_debug ("The keyring does not answer: %s", error->message);
  finish_lookup (lookup, password);
  g_object_unref (lookup->cancellable);
  g_free (lookup);
}

void
mien_keyring_lookup_async (const char          *bare_jid,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  Lookup *lookup;

  g_return_if_fail (bare_jid != NULL);

  lookup = g_new0 (Lookup, 1);
  lookup->task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (lookup->task, mien_keyring_lookup_async);
  lookup->cancellable = g_cancellable_new ();
  lookup->timeout = g_timeout_add (MIEN_KEYRING_TIMEOUT_MS, on_lookup_timeout, lookup);
  secret_password_lookup (get_schema (), lookup->cancellable, on_looked_up, lookup, "account", bare_jid, NULL);
}

char *
mien_keyring_lookup_finish (GAsyncResult  *result,
                            GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
mien_keyring_free_password (char *password)
{
  secret_password_free (password);
}

static void
on_stored (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr (GError) error = NULL;

  if (!secret_password_store_finish (result, &error))
    g_debug ("The password is not kept: %s", error->message);
}

void
mien_keyring_store (const char *bare_jid,
                    const char *password)
{
  /* Translators: the name of a password in the keyring; %s is an address */
  g_autofree char *label = g_strdup_printf (_("Mien: %s"), bare_jid);

  secret_password_store (get_schema (), SECRET_COLLECTION_DEFAULT, label, password, NULL, on_stored, NULL,
                         "account", bare_jid, NULL);
}

static void
on_cleared (GObject      *source,
            GAsyncResult *result,
            gpointer      data)
{
  g_autoptr (GError) error = NULL;

  if (!secret_password_clear_finish (result, &error) && error != NULL)
    g_debug ("The password is not forgotten: %s", error->message);
}

void
mien_keyring_forget (const char *bare_jid)
{
  secret_password_clear (get_schema (), NULL, on_cleared, NULL, "account", bare_jid, NULL);
}
