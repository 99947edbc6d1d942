/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-portrait-component.h"
#include "mien-portrait-http.h"
#include "mien-portrait-role.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <xmpp-component.h>

#define DEFAULT_COMPONENT_PORT 5347
#define CATALOGUE_PATH "/avatars/catalogue.json"

struct _MienPortraitRole
{
  GObject parent_instance;

  MienServerConfig *config;
  MienHttpListener *listener;
  MienPortraitManager *manager;
  XmppComponent *connection;
  MienPortraitComponent *component;
};

static void role_iface_init (MienRoleInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MienPortraitRole, mien_portrait_role, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MIEN_TYPE_ROLE, role_iface_init))

static const char *
get_name (MienRole *role)
{
  return "portrait";
}

static void
on_connected (XmppComponent *connection,
              gpointer       user_data)
{
  g_message ("the portrait server is connected to the IM server");
}

static void
on_failed (XmppComponent *connection,
           const GError  *error,
           gpointer       user_data)
{
  g_warning (
      "the IM server does not take the portrait server: %s. Check [portrait] component-domain, component-host and "
      "component-secret-file; trying again.",
      error->message);
}

/* The IM server's domain: said, or that of the IM role beside us, or the component's without its first label. */
static char *
get_im_domain (MienPortraitRole *self,
               const char       *domain)
{
  const char *said = mien_server_config_get (self->config, "portrait", "im-domain");
  const char *point = strchr (domain, '.');

  if (said != NULL)
    return g_strdup (said);
  if (mien_server_config_has (self->config, "im"))
    return g_strdup (mien_server_config_get (self->config, "im", "domain"));
  return g_strdup (point != NULL ? point + 1 : domain);
}

static gboolean
start_component (MienPortraitRole *self,
                 const char       *domain,
                 GError          **error)
{
  const char *said = mien_server_config_get (self->config, "portrait", "component-host");
  const char *host = said != NULL ? said : mien_server_config_get_bound (self->config, "component");
  g_autoptr(GSocketConnectable) address = NULL;
  g_autofree char *secret = NULL;
  g_autofree char *im_domain = get_im_domain (self, domain);
  g_autofree char *catalogue = NULL;

  address = g_network_address_parse (host != NULL ? host : "127.0.0.1", DEFAULT_COMPONENT_PORT, error);
  if (address == NULL)
    {
      g_prefix_error (error, "[portrait] component-host: ");
      return FALSE;
    }
  secret = mien_server_config_read_secret (self->config, "portrait", "component-secret-file", error);
  if (secret == NULL)
    return FALSE;

  self->connection = xmpp_component_new (domain, g_network_address_get_hostname (G_NETWORK_ADDRESS (address)),
                                         g_network_address_get_port (G_NETWORK_ADDRESS (address)), secret);
  explicit_bzero (secret, strlen (secret));
  g_signal_connect (self->connection, "connected", G_CALLBACK (on_connected), self);
  g_signal_connect (self->connection, "failed", G_CALLBACK (on_failed), self);
  if (mien_server_config_has (self->config, "avatar"))
    catalogue = g_strconcat (mien_http_listener_get_public_url (self->listener), CATALOGUE_PATH, NULL);
  self->component =
      mien_portrait_component_new (xmpp_component_get_porter (self->connection), self->manager, domain, im_domain,
                                   mien_server_config_get (self->config, "portrait", "avatar-catalogue") != NULL
                                       ? mien_server_config_get (self->config, "portrait", "avatar-catalogue")
                                       : catalogue);
  xmpp_component_start (self->connection);
  return TRUE;
}

static gboolean
start (MienRole *role,
       GError  **error)
{
  MienPortraitRole *self = MIEN_PORTRAIT_ROLE (role);
  g_autofree char *directory = mien_server_config_make_directory (self->config, "portrait", error);
  const char *domain = mien_server_config_get_portrait_domain (self->config);
  MienPortraitSettings settings = { 0 };

  if (directory == NULL)
    return FALSE;
  settings.directory = directory;
  settings.database = mien_server_config_get (self->config, "portrait", "database");
  settings.public_url = mien_http_listener_get_public_url (self->listener);
  settings.max_bytes = (guint64) mien_server_config_get_int (self->config, "portrait", "max-bytes");
  settings.max_pixels = (guint64) mien_server_config_get_int (self->config, "portrait", "max-pixels");
  self->manager = mien_portrait_manager_new (&settings, error);
  if (self->manager == NULL)
    return FALSE;
  mien_portrait_http_add (self->listener, self->manager);
  return start_component (self, domain, error);
}

static void
stop (MienRole *role)
{
  MienPortraitRole *self = MIEN_PORTRAIT_ROLE (role);

  if (self->connection != NULL)
    xmpp_component_stop (self->connection);
  g_clear_object (&self->component);
  g_clear_object (&self->connection);
  if (self->manager != NULL)
    {
      mien_portrait_http_remove (self->listener);
      mien_portrait_manager_stop (self->manager);
    }
  g_clear_object (&self->manager);
}

static void
role_iface_init (MienRoleInterface *iface)
{
  iface->get_name = get_name;
  iface->start = start;
  iface->stop = stop;
}

static void
mien_portrait_role_dispose (GObject *object)
{
  MienPortraitRole *self = MIEN_PORTRAIT_ROLE (object);

  stop (MIEN_ROLE (self));
  g_clear_object (&self->listener);
  g_clear_pointer (&self->config, mien_server_config_unref);
  G_OBJECT_CLASS (mien_portrait_role_parent_class)->dispose (object);
}

static void
mien_portrait_role_class_init (MienPortraitRoleClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mien_portrait_role_dispose;
}

static void
mien_portrait_role_init (MienPortraitRole *self)
{
}

MienRole *
mien_portrait_role_new (MienServerConfig *config,
                        MienHttpListener *listener)
{
  MienPortraitRole *self = g_object_new (MIEN_TYPE_PORTRAIT_ROLE, NULL);

  self->config = mien_server_config_ref (config);
  self->listener = g_object_ref (listener);
  return MIEN_ROLE (self);
}
