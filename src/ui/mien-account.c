/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-account.h"
#include "mien-settings.h"

struct _MienAccount
{
  GObject parent_instance;

  /* Owned */
  GSettings *settings;
  SoupSession *http;
  MienSession *session;
  MienGallery *gallery;
  MienWardrobe *wardrobe;
  MienDraft *draft;
  MienPublisher *publisher;
  GCancellable *cancellable;

  gboolean draft_loaded;
  gboolean is_syncing;
  gboolean       wardrobe_loaded;        /* or tried */
  gboolean sync_again;
};

enum { PROP_0, PROP_DRAFT_LOADED, N_PROPS };
static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (MienAccount, mien_account, G_TYPE_OBJECT)

static void sync_catalogue (MienAccount *self);

static void
on_synced (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr (MienAccount) self = MIEN_ACCOUNT (data);
  g_autoptr (GError) error = NULL;

  self->is_syncing = FALSE;
  /* The ring goes on with the catalogue it has; the editor says so when somebody looks at it. */
  if (!mien_wardrobe_sync_finish (MIEN_WARDROBE (source), result, NULL, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_message ("The avatar catalogue was not brought up to date: %s", error->message);

  if (self->sync_again && !g_cancellable_is_cancelled (self->cancellable))
    sync_catalogue (self);
}

/* S3081-S3083: the address comes from the preferences, else from the account's server. */
static void
sync_catalogue (MienAccount *self)
{
  g_autofree char *chosen = g_settings_get_string (self->settings, MIEN_SETTING_AVATAR_SERVER);
  const char *uri = *chosen != '\0' ? chosen : mien_session_get_avatar_catalogue_uri (self->session);

  self->sync_again = self->is_syncing;
  if (uri == NULL || self->is_syncing || !self->wardrobe_loaded)
    return;

  self->is_syncing = TRUE;
  mien_wardrobe_sync_async (self->wardrobe, uri, NULL, NULL, self->cancellable, on_synced, g_object_ref (self));
}

static void
on_wardrobe_loaded (GObject      *source,
                    GAsyncResult *result,
                    gpointer      data)
{
  g_autoptr (MienAccount) self = MIEN_ACCOUNT (data);
  g_autoptr (GError) error = NULL;

  if (!mien_wardrobe_load_finish (MIEN_WARDROBE (source), result, &error))
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
      /* What the server has may yet replace what cannot be read here. */
      g_message ("The avatars cannot be read: %s", error->message);
    }
  self->wardrobe_loaded = TRUE;
  sync_catalogue (self);
}

static void
on_draft_loaded (GObject      *source,
                 GAsyncResult *result,
                 gpointer      data)
{
  g_autoptr (MienAccount) self = MIEN_ACCOUNT (data);
  g_autoptr (GError) error = NULL;

  if (!mien_draft_load_finish (MIEN_DRAFT (source), result, &error))
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
      g_message ("The portrait begun last time cannot be read: %s", error->message);
    }
  self->draft_loaded = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DRAFT_LOADED]);
}

static void
mien_account_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  if (prop_id == PROP_DRAFT_LOADED)
    g_value_set_boolean (value, MIEN_ACCOUNT (object)->draft_loaded);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
mien_account_dispose (GObject *object)
{
  MienAccount *self = MIEN_ACCOUNT (object);

  g_cancellable_cancel (self->cancellable);
  if (self->settings != NULL)
    g_signal_handlers_disconnect_by_data (self->settings, self);
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->publisher);
  g_clear_object (&self->draft);
  g_clear_object (&self->wardrobe);
  g_clear_object (&self->gallery);
  g_clear_object (&self->session);
  g_clear_object (&self->http);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (mien_account_parent_class)->dispose (object);
}

static void
mien_account_finalize (GObject *object)
{
  g_clear_object (&MIEN_ACCOUNT (object)->cancellable);

  G_OBJECT_CLASS (mien_account_parent_class)->finalize (object);
}

static void
mien_account_class_init (MienAccountClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mien_account_get_property;
  object_class->dispose = mien_account_dispose;
  object_class->finalize = mien_account_finalize;
  properties[PROP_DRAFT_LOADED] = g_param_spec_boolean ("draft-loaded", NULL, NULL, FALSE,
                                                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
mien_account_init (MienAccount *self)
{
  self->cancellable = g_cancellable_new ();
}

/* Everything of an account lies in one folder, which its owner alone may read. */
static char *
make_folder (const char *data_directory,
             const char *bare_jid,
             const char *part)
{
  g_autofree char *account = g_uri_escape_string (bare_jid, "@", FALSE);
  char *folder = g_build_filename (data_directory, "accounts", account, part, NULL);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    g_message ("%s cannot be made", folder);

  return folder;
}

MienAccount *
mien_account_new (XmppJid    *jid,
                  const char *data_directory,
                  const char *pack_directory,
                  GSettings  *settings)
{
  MienAccount *self;
  const char *bare = xmpp_jid_get_bare (jid);
  g_autofree char *session_folder = make_folder (data_directory, bare, "session");
  g_autofree char *gallery_folder = make_folder (data_directory, bare, "portraits");
  g_autofree char *wardrobe_folder = make_folder (data_directory, bare, "avatars");
  g_autofree char *draft_folder = make_folder (data_directory, bare, "draft");

  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);

  self = g_object_new (MIEN_TYPE_ACCOUNT, NULL);
  self->settings = g_object_ref (settings);
  self->http = mien_http_session_new ();
  self->session = mien_session_new (jid, session_folder);
  self->gallery = mien_gallery_new (self->session, gallery_folder, self->http);
  self->wardrobe = mien_wardrobe_new (wardrobe_folder, pack_directory, self->http);
  self->draft = mien_draft_new (draft_folder);
  self->publisher = mien_publisher_new (self->session, self->http);

  g_signal_connect_swapped (self->session, "services-found", G_CALLBACK (sync_catalogue), self);
  g_signal_connect_swapped (settings, "changed::" MIEN_SETTING_AVATAR_SERVER, G_CALLBACK (sync_catalogue), self);
  mien_wardrobe_load_async (self->wardrobe, self->cancellable, on_wardrobe_loaded, g_object_ref (self));
  mien_draft_load_async (self->draft, self->cancellable, on_draft_loaded, g_object_ref (self));

  return self;
}

MienSession *
mien_account_get_session (MienAccount *self)
{
  return self->session;
}

MienGallery *
mien_account_get_gallery (MienAccount *self)
{
  return self->gallery;
}

MienWardrobe *
mien_account_get_wardrobe (MienAccount *self)
{
  return self->wardrobe;
}

MienDraft *
mien_account_get_draft (MienAccount *self)
{
  return self->draft;
}

MienPublisher *
mien_account_get_publisher (MienAccount *self)
{
  return self->publisher;
}

gboolean
mien_account_is_draft_loaded (MienAccount *self)
{
  return self->draft_loaded;
}

void
mien_account_flush (MienAccount *self)
{
  if (self->draft_loaded)
    mien_draft_flush (self->draft);
  mien_roster_store_now (mien_session_get_roster (self->session));
}
