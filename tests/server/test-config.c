/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>

#include "folder.h"
#include "mien-listen.h"
#include "mien-server-config.h"

typedef struct
{
  const char *name;
  const char *text;
  const char *in_error;   /* what the message must name; NULL: right */
} Case;

static const Case cases[] = {
  { "least", "[server]\ndata-directory=d\n", NULL },
  { "im", "[server]\ndata-directory=d\n[im]\ndomain=example.org\ncomponent.x.example.org=s\n", NULL },
  { "no-data", "[im]\ndomain=example.org\n", "data-directory" },
  { "no-domain", "[server]\ndata-directory=d\n[im]\nlisten=127.0.0.1:0\n", "[im] domain" },
  { "section", "[server]\ndata-directory=d\n[imm]\n", "[imm]" },
  { "section-list", "[server]\ndata-directory=d\n[imm]\n", "[portrait]" },
  { "key", "[server]\ndata-directory=d\n[im]\ndomain=a\nlissen=1\n", "lissen" },
  { "key-list", "[server]\ndata-directory=d\n[im]\ndomain=a\nlissen=1\n", "registration" },
  { "family", "[server]\ndata-directory=d\n[im]\ndomain=a\ncomponent.=x\n", "component." },
  { "choice", "[server]\ndata-directory=d\n[im]\ndomain=a\nregistration=maybe\n", "closed open" },
  { "number", "[server]\ndata-directory=d\n[im]\ndomain=a\n[portrait]\nmax-bytes=many\n", "max-bytes" },
  { "range", "[server]\ndata-directory=d\n[im]\ndomain=a\n[portrait]\nmax-bytes=1\n", "65536" },
  { "url", "[server]\ndata-directory=d\n[http]\npublic-url=example.org\n", "public-url" },
  { "url-query", "[server]\ndata-directory=d\n[http]\npublic-url=https://example.org/?a\n", "public-url" },
  { "empty", "[server]\ndata-directory=\n", "data-directory" },
  { "half-tls", "[server]\ndata-directory=d\n[http]\ncertificate=a.pem\n", "[http] certificate= and key=" },
  { "lonely-portrait", "[server]\ndata-directory=d\n[portrait]\n", "component-host" },
  { "bad-escape", "[server]\ndata-directory=d\\\n", "" },
  { "not-a-key-file", "data-directory=d\n", "" },
};

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MienServerConfig) config = mien_server_config_parse (test->text, "/srv", &error);

  if (test->in_error == NULL)
    {
      g_assert_no_error (error);
      g_assert_nonnull (config);
      return;
    }
  g_assert_null (config);
  g_assert_nonnull (error);
  g_assert_cmpint (error->code, !=, 0);
  g_assert_nonnull (strstr (error->message, test->in_error));
}

static void
test_values (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienServerConfig) config = NULL;
  g_autofree char *certificate = NULL;
  g_autofree char *described = NULL;
  g_auto (GStrv) components = NULL;

  config = mien_server_config_parse (
      "[server]\ndata-directory=data\n"
      "[im]\ndomain= example.org \ncertificate=tls/c.pem\nkey=/k.pem\ncomponent.a.b=s1\ncomponent.c.d=s2\n",
      "/srv/mien", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (mien_server_config_get_data_directory (config), ==, "/srv/mien/data");
  g_assert_cmpstr (mien_server_config_get (config, "im", "domain"), ==, "example.org");
  g_assert_cmpstr (mien_server_config_get (config, "im", "registration"), ==, "closed");
  g_assert_cmpint (mien_server_config_get_int (config, "portrait", "max-bytes"), ==, 2097152);
  certificate = mien_server_config_get_path (config, "im", "certificate");
  g_assert_cmpstr (certificate, ==, "/srv/mien/tls/c.pem");
  components = mien_server_config_list (config, "im", "component.");
  g_assert_cmpuint (g_strv_length (components), ==, 2);
  g_assert_cmpstr (mien_server_config_get_portrait_domain (config), ==, "portrait.example.org");

  g_assert_null (mien_server_config_get_bound (config, "im"));
  mien_server_config_set_bound (config, "im", "127.0.0.1:1");
  mien_server_config_set_bound (config, "http", "http://127.0.0.1:2");
  mien_server_config_set_bound (config, "im", "127.0.0.1:3");
  g_assert_cmpstr (mien_server_config_get_bound (config, "im"), ==, "127.0.0.1:3");
  described = mien_server_config_describe_bound (config);
  g_assert_cmpstr (described, ==, "http=http://127.0.0.1:2 im=127.0.0.1:3");
}

static void
test_secret (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *directory = test_folder_new ("config");
  g_autofree char *path = g_build_filename (directory, "secret", NULL);
  g_autofree char *secret = NULL, *own = NULL, *own_again = NULL;
  g_autoptr (MienServerConfig) config = NULL;

  config = mien_server_config_parse ("[server]\ndata-directory=d\n[im]\ndomain=a\ncomponent.x.a=secret\n[portrait]\n",
                                     directory, &error);
  g_assert_no_error (error);
  g_assert_null (mien_server_config_read_secret (config, "im", "component.x.a", &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_clear_error (&error);

  g_assert_true (g_file_set_contents_full (path, "open sesame\n", -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
  g_chmod (path, 0644);
  g_assert_null (mien_server_config_read_secret (config, "im", "component.x.a", &error));
  g_assert_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_SECRET);
  g_clear_error (&error);

  g_chmod (path, 0600);
  secret = mien_server_config_read_secret (config, "im", "component.x.a", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (secret, ==, "open sesame");

  own = mien_server_config_read_secret (config, "portrait", "component-secret-file", &error);
  own_again = mien_server_config_read_secret (config, "portrait", "component-secret-file", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (own), ==, 64);
  g_assert_cmpstr (own, ==, own_again);

  g_assert_true (g_file_set_contents (path, "\n", -1, NULL));
  g_chmod (path, 0600);
  g_assert_null (mien_server_config_read_secret (config, "im", "component.x.a", &error));
  g_assert_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_SECRET);
  g_unlink (path);
  g_rmdir (directory);
}

static void
test_listen (void)
{
  static const struct { const char *text; guint count; } good[] = {
    { "127.0.0.1:5222", 1 }, { "[::1]:1", 1 }, { "localhost:0", 1 }, { "127.0.0.1:1; [::]:2", 2 }, { "*:80", 1 },
  };
  static const char *const bad[] = {
    "",
    "5222",
    "127.0.0.1",
    "127.0.0.1:",
    "127.0.0.1:65536",
    "127.0.0.1:-1",
    "::1:5222",
    "example.org:5222",
    "127.0.0.1:1;",
    "[127.0.0.1:1",
    "127.0.0.1:5222x",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) addresses = mien_listen_parse (good[i].text, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (addresses->len, ==, good[i].count);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("“%s”", bad[i]);
      g_assert_null (mien_listen_parse (bad[i], &error));
      g_assert_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_CONFIG);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/server/config/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/server/config-values", test_values);
  g_test_add_func ("/server/config-secret", test_secret);
  g_test_add_func ("/server/listen", test_listen);
  return g_test_run ();
}
