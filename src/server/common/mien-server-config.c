/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-server"

#include "mien-server-config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <inttypes.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mien-config.h"

G_DEFINE_QUARK (mien-server-error-quark, mien_server_error)

typedef enum
{
  KIND_TEXT,
  KIND_PATH,
  KIND_SECRET,       /* the path of a file that only the server may read */
  KIND_NUMBER,
  KIND_CHOICE,       /* one of the words of `check` */
  KIND_URL,
} Kind;

typedef struct
{
  const char *section;
  const char *key;         /* ends with '.': a family of keys, "component.<domain>" */
  Kind        kind;
  const char *fallback;
  const char *check;       /* KIND_CHOICE: the words; KIND_NUMBER: "least most" */
} Key;

/* Every key there is. data/server/mien-server.conf explains each. */
static const Key keys[] = {
  { "server", "data-directory", KIND_PATH, NULL, NULL },
  { "im", "domain", KIND_TEXT, NULL, NULL },
  { "im", "listen", KIND_TEXT, "127.0.0.1:5222", NULL },
  { "im", "certificate", KIND_PATH, NULL, NULL },
  { "im", "key", KIND_PATH, NULL, NULL },
  { "im", "registration", KIND_CHOICE, "closed", "closed open" },
  { "im", "component-listen", KIND_TEXT, "127.0.0.1:5347", NULL },
  { "im", "component.", KIND_SECRET, NULL, NULL },
  { "http", "listen", KIND_TEXT, "127.0.0.1:8080", NULL },
  { "http", "public-url", KIND_URL, NULL, NULL },
  { "http", "certificate", KIND_PATH, NULL, NULL },
  { "http", "key", KIND_PATH, NULL, NULL },
  { "avatar", "pack-directory", KIND_PATH, NULL, NULL },
  { "portrait", "component-domain", KIND_TEXT, NULL, NULL },
  { "portrait", "component-host", KIND_TEXT, NULL, NULL },
  { "portrait", "component-secret-file", KIND_SECRET, NULL, NULL },
  { "portrait", "database", KIND_TEXT, "sqlite", NULL },
  { "portrait", "max-bytes", KIND_NUMBER, "2097152", "65536 33554432" },
  { "portrait", "max-pixels", KIND_NUMBER, "4194304", "65536 67108864" },
  { "portrait", "im-domain", KIND_TEXT, NULL, NULL },
  { "portrait", "avatar-catalogue", KIND_URL, NULL, NULL },
  { "web", "directory", KIND_PATH, NULL, NULL },
};

struct _MienServerConfig
{
  gatomicrefcount ref_count;
  GKeyFile       *file;
  char           *directory;         /* the file's folder, absolute */
  char           *data_directory;
  char           *portrait_domain;   /* (nullable) */
  char           *own_secret;        /* made at random, for roles of one process */
  GHashTable     *strings;           /* "section/key" → value; what get() returns lives as long as self */
  GPtrArray      *bound;             /* "name=value" in the order of arrival */
};

static gboolean
is_family (const Key *key)
{
  return g_str_has_suffix (key->key, ".");
}

static const Key *
find_key (const char *section, const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      if (!g_str_equal (keys[i].section, section))
        continue;
      if (is_family (&keys[i]) ? g_str_has_prefix (name, keys[i].key) && name[strlen (keys[i].key)] != '\0'
                               : g_str_equal (name, keys[i].key))
        return &keys[i];
    }
  return NULL;
}

/* What there is, for an error message: the sections, or the keys of @section. */
static char *
list_known (const char *section)
{
  GString *text = g_string_new (NULL);
  const char *last = "";

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      if (section == NULL && g_str_equal (keys[i].section, last))
        continue;
      if (section != NULL && !g_str_equal (keys[i].section, section))
        continue;
      last = keys[i].section;
      if (text->len > 0)
        g_string_append (text, ", ");
      if (section == NULL)
        g_string_append_printf (text, "[%s]", keys[i].section);
      else
        g_string_append_printf (text, "%s%s", keys[i].key, is_family (&keys[i]) ? "<domain>" : "");
    }
  return g_string_free (text, FALSE);
}

static gboolean
is_word_of (const char *words, const char *word)
{
  g_auto (GStrv) all = g_strsplit (words, " ", -1);

  return g_strv_contains ((const char *const *) all, word);
}

static gboolean
check_number (const Key *key, const char *name, const char *value, GError **error)
{
  gint64 least, most;
  char *end;

  least = g_ascii_strtoll (key->check, &end, 10);
  most = g_ascii_strtoll (end, NULL, 10);
  if (g_ascii_string_to_signed (value, 10, least, most, NULL, NULL))
    return TRUE;
  g_set_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_CONFIG,
               _("[%s] %s=%s: a whole number from %" PRId64 " to %" PRId64 " is needed"),
                   key->section,
               name, value, least, most);
  return FALSE;
}

static gboolean
check_value (const Key *key, const char *name, const char *value, GError **error)
{
  if (*value == '\0')
    {
      g_set_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_CONFIG,
                   _("[%s] %s has no value: give it one or remove the line"), key->section, name);
      return FALSE;
    }
  if (key->kind == KIND_NUMBER)
    return check_number (key, name, value, error);
  if (key->kind == KIND_CHOICE && !is_word_of (key->check, value))
    {
      g_set_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_CONFIG, _("[%s] %s=%s: it must be one of these: %s"),
                   key->section, name, value, key->check);
      return FALSE;
    }
  if (key->kind == KIND_URL)
    {
      g_autoptr (GUri) uri = g_uri_parse (value, G_URI_FLAGS_NONE, NULL);

      if (uri == NULL || g_uri_get_host (uri) == NULL || g_uri_get_query (uri) != NULL
          || !(g_str_equal (g_uri_get_scheme (uri), "https") || g_str_equal (g_uri_get_scheme (uri), "http")))
        {
          g_set_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_CONFIG,
                       _("[%s] %s=%s: an address such as https://portraits.example.org is needed"), key->section, name,
                       value);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
check_section (MienServerConfig *self, const char *section, GError **error)
{
  g_auto (GStrv) names = g_key_file_get_keys (self->file, section, NULL, NULL);
  g_autofree char *known = list_known (section);

  if (*known == '\0')
    {
      g_autofree char *sections = list_known (NULL);

      g_set_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_CONFIG,
                   _("There is no section [%s]. The sections are: %s"), section, sections);
      return FALSE;
    }
  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    {
      const Key *key = find_key (section, names[i]);
      g_autoptr (GError) local_error = NULL;
      char *value;

      if (key == NULL)
        {
          g_set_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_CONFIG,
                       _("[%s] has no key “%s”. Its keys are: %s"), section, names[i], known);
          return FALSE;
        }
      /* A bad escape gives an error and a value. */
      value = g_key_file_get_string (self->file, section, names[i], &local_error);
      if (local_error != NULL)
        {
          g_free (value);
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      g_hash_table_insert (self->strings, g_strdup_printf ("%s/%s", section, names[i]), g_strstrip (value));
      if (!check_value (key, names[i], value, error))
        return FALSE;
    }
  return TRUE;
}

/* The rules that tie keys to each other. */
static gboolean
check_whole (MienServerConfig *self, GError **error)
{
  static const char *const with_tls[] = { "im", "http" };

  if (mien_server_config_get (self, "server", "data-directory") == NULL)
    {
      g_set_error_literal (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_CONFIG,
                           _("[server] data-directory= is missing: name the folder where the server keeps its data"));
      return FALSE;
    }
  if (mien_server_config_has (self, "im") && mien_server_config_get (self, "im", "domain") == NULL)
    {
      g_set_error_literal (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_CONFIG,
                           _("[im] domain= is missing: name the domain of the accounts, such as example.org"));
      return FALSE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (with_tls); i++)
    if ((mien_server_config_get (self, with_tls[i], "certificate") == NULL)
        != (mien_server_config_get (self, with_tls[i], "key") == NULL))
      {
        g_set_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_CONFIG,
                     _("[%s] certificate= and key= belong together: set both or none"), with_tls[i]);
        return FALSE;
      }
  if (mien_server_config_has (self, "portrait") && !mien_server_config_has (self, "im")
      && (mien_server_config_get (self, "portrait", "component-domain") == NULL
          || mien_server_config_get (self, "portrait", "component-host") == NULL
          || mien_server_config_get (self, "portrait", "component-secret-file") == NULL))
    {
      g_set_error_literal (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_CONFIG,
                           _("[portrait] without [im] in the same file needs component-domain=, component-host= and "
                             "component-secret-file= of the IM server it belongs to"));
      return FALSE;
    }
  return TRUE;
}

static char *
make_absolute (MienServerConfig *self, const char *path)
{
  return g_canonicalize_filename (path, self->directory);
}

static char *
make_own_secret (void)
{
  guint8 bytes[32];
  GString *text = g_string_new (NULL);

  if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes)
    g_error ("The system gives no random bytes");
  for (gsize i = 0; i < sizeof bytes; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  return g_string_free (text, FALSE);
}

/**
 * mien_server_config_parse:
 * @text: the configuration
 * @directory: what relative paths in it are relative to
 *
 * Returns: (transfer full): the configuration, checked as a whole, or NULL with MIEN_SERVER_ERROR or G_KEY_FILE_ERROR
 */
MienServerConfig *
mien_server_config_parse (const char *text, const char *directory, GError **error)
{
  g_autoptr (MienServerConfig) self = g_new0 (MienServerConfig, 1);
  g_auto (GStrv) sections = NULL;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (directory != NULL, NULL);

  g_atomic_ref_count_init (&self->ref_count);
  self->file = g_key_file_new ();
  self->directory = g_canonicalize_filename (directory, NULL);
  self->strings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->bound = g_ptr_array_new_with_free_func (g_free);
  self->own_secret = make_own_secret ();

  if (!g_key_file_load_from_data (self->file, text, strlen (text), G_KEY_FILE_NONE, error))
    return NULL;
  sections = g_key_file_get_groups (self->file, NULL);
  for (gsize i = 0; sections[i] != NULL; i++)
    if (!check_section (self, sections[i], error))
      return NULL;
  if (!check_whole (self, error))
    return NULL;

  self->data_directory = mien_server_config_get_path (self, "server", "data-directory");
  if (mien_server_config_get (self, "portrait", "component-domain") != NULL)
    self->portrait_domain = g_strdup (mien_server_config_get (self, "portrait", "component-domain"));
  else if (mien_server_config_has (self, "im"))
    self->portrait_domain = g_strconcat ("portrait.", mien_server_config_get (self, "im", "domain"), NULL);
  return g_steal_pointer (&self);
}

/* Reads at most @max bytes of the file; @private_only refuses one that group or others can read. */
static char *
read_file (const char *path, gsize max, gboolean private_only, GError **error)
{
  g_autofree char *text = NULL;
  struct stat info;
  gsize length = 0;
  gssize got = 0;
  int fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);

  if (fd < 0 || fstat (fd, &info) != 0)
    {
      int code = errno;

      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), _("%s cannot be read: %s"), path,
                   g_strerror (code));
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  if (!S_ISREG (info.st_mode) || (private_only && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0))
    {
      close (fd);
      g_set_error (error, MIEN_SERVER_ERROR, private_only ? MIEN_SERVER_ERROR_SECRET : MIEN_SERVER_ERROR_CONFIG,
                   private_only ? _("%s must be a file that only its owner can read (chmod 600)")
                                : _("%s is not a regular file"), path);
      return NULL;
    }
  text = g_malloc (max + 1);
  while (length < max && (got = read (fd, text + length, max - length)) > 0)
    length += got;
  close (fd);
  text[length] = '\0';
  if (got < 0 || length == max || strlen (text) != length)
    {
      g_set_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_CONFIG, _("%s is too long or is not text"), path);
      return NULL;
    }
  return g_steal_pointer (&text);
}

/**
 * mien_server_config_load:
 * @path: the configuration file
 *
 * Returns: (transfer full): the configuration, or NULL with an error that names the file
 */
MienServerConfig *
mien_server_config_load (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autofree char *directory = NULL;
  MienServerConfig *self;

  g_return_val_if_fail (path != NULL, NULL);

  text = read_file (path, MIEN_SERVER_CONFIG_MAX_BYTES, FALSE, error);
  if (text == NULL)
    return NULL;
  directory = g_path_get_dirname (path);
  self = mien_server_config_parse (text, directory, error);
  if (self == NULL)
    g_prefix_error (error, "%s: ", path);
  return self;
}

MienServerConfig *
mien_server_config_ref (MienServerConfig *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
mien_server_config_unref (MienServerConfig *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_key_file_unref (self->file);
  g_hash_table_unref (self->strings);
  g_ptr_array_unref (self->bound);
  explicit_bzero (self->own_secret, strlen (self->own_secret));
  g_free (self->own_secret);
  g_free (self->directory);
  g_free (self->data_directory);
  g_free (self->portrait_domain);
  g_free (self);
}

gboolean
mien_server_config_has (MienServerConfig *self, const char *section)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return g_key_file_has_group (self->file, section);
}

const char *
mien_server_config_get (MienServerConfig *self, const char *section, const char *key)
{
  g_autofree char *name = NULL;
  const char *value;
  const Key *known;

  g_return_val_if_fail (self != NULL, NULL);

  known = find_key (section, key);
  g_return_val_if_fail (known != NULL, NULL);
  name = g_strdup_printf ("%s/%s", section, key);
  value = g_hash_table_lookup (self->strings, name);
  return value != NULL ? value : known->fallback;
}

gint64
mien_server_config_get_int (MienServerConfig *self, const char *section, const char *key)
{
  const char *value = mien_server_config_get (self, section, key);

  return value != NULL ? g_ascii_strtoll (value, NULL, 10) : 0;
}

char *
mien_server_config_get_path (MienServerConfig *self, const char *section, const char *key)
{
  const char *value = mien_server_config_get (self, section, key);

  return value != NULL ? make_absolute (self, value) : NULL;
}

char *
mien_server_config_read_secret (MienServerConfig *self, const char *section, const char *key, GError **error)
{
  g_autofree char *path = NULL;
  char *secret;

  g_return_val_if_fail (self != NULL, NULL);

  path = mien_server_config_get_path (self, section, key);
  if (path == NULL && g_str_equal (section, "portrait") && mien_server_config_has (self, "im"))
    return g_strdup (self->own_secret);
  if (path == NULL)
    {
      g_set_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_SECRET, _("[%s] %s= is missing"), section, key);
      return NULL;
    }
  secret = read_file (path, MIEN_SERVER_CONFIG_MAX_SECRET, TRUE, error);
  if (secret == NULL)
    {
      g_prefix_error (error, "[%s] %s: ", section, key);
      return NULL;
    }
  g_strchomp (secret);
  if (*secret == '\0')
    {
      g_set_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_SECRET, _("[%s] %s: the file %s is empty"), section, key,
                   path);
      g_free (secret);
      return NULL;
    }
  return secret;
}

const char *
mien_server_config_get_data_directory (MienServerConfig *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->data_directory;
}

char *
mien_server_config_make_directory (MienServerConfig *self, const char *name, GError **error)
{
  g_autofree char *path = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  path = g_build_filename (self->data_directory, name, NULL);
  if (g_mkdir_with_parents (path, 0700) != 0)
    {
      int code = errno;

      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code),
                   _("The folder %s cannot be made (%s). Check [server] data-directory="), path, g_strerror (code));
      return NULL;
    }
  return g_steal_pointer (&path);
}

char **
mien_server_config_list (MienServerConfig *self, const char *section, const char *prefix)
{
  g_auto (GStrv) names = NULL;
  GPtrArray *found = g_ptr_array_new ();

  g_return_val_if_fail (self != NULL, NULL);

  names = g_key_file_get_keys (self->file, section, NULL, NULL);
  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    if (g_str_has_prefix (names[i], prefix))
      g_ptr_array_add (found, g_strdup (names[i]));
  g_ptr_array_add (found, NULL);
  return (char **) g_ptr_array_free (found, FALSE);
}

const char *
mien_server_config_get_portrait_domain (MienServerConfig *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->portrait_domain;
}

void
mien_server_config_set_bound (MienServerConfig *self, const char *name, const char *value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL && value != NULL);

  for (guint i = 0; i < self->bound->len; i++)
    {
      const char *entry = g_ptr_array_index (self->bound, i);

      if (g_str_has_prefix (entry, name) && entry[strlen (name)] == '=')
        {
          g_ptr_array_remove_index (self->bound, i);
          break;
        }
    }
  g_ptr_array_add (self->bound, g_strdup_printf ("%s=%s", name, value));
}

const char *
mien_server_config_get_bound (MienServerConfig *self, const char *name)
{
  gsize length;

  g_return_val_if_fail (self != NULL, NULL);

  length = strlen (name);
  for (guint i = 0; i < self->bound->len; i++)
    {
      const char *entry = g_ptr_array_index (self->bound, i);

      if (g_str_has_prefix (entry, name) && entry[length] == '=')
        return entry + length + 1;
    }
  return NULL;
}

char *
mien_server_config_describe_bound (MienServerConfig *self)
{
  GString *text = g_string_new (NULL);

  g_return_val_if_fail (self != NULL, NULL);

  for (guint i = 0; i < self->bound->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", (const char *) g_ptr_array_index (self->bound, i));
  return g_string_free (text, FALSE);
}
