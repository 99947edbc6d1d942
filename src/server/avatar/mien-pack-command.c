/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-server-avatar"

#include "mien-config.h"
#include "mien-pack-command.h"

#include <glib/gi18n-lib.h>

#include "mien-browser-check.h"
#include "mien-pack-check.h"

static guint
print_problems (GPtrArray *problems)
{
  for (guint i = 0; i < problems->len; i++)
    g_print ("%s\n", (const char *) g_ptr_array_index (problems, i));
  return problems->len;
}

/* FALSE: the comparison could not be made. */
static gboolean
check_in_browser (MienPack *pack,
                  guint    *n_problems)
{
  g_autofree char *browser = mien_browser_check_find ();
  g_autoptr(GPtrArray) problems = NULL;
  g_autoptr(GError) error = NULL;
  double worst;

  if (browser == NULL)
    {
      g_printerr (
          "%s\n",
          _("Chromium is not installed: the drawings cannot be compared. Install it, or leave --browser out."));
      return FALSE;
    }
  problems = mien_browser_check_run (browser, pack, &worst, &error);
  if (problems == NULL)
    {
      g_printerr ("%s\n", error->message);
      return FALSE;
    }
  *n_problems += print_problems (problems);
  g_print (_("In the browser: at least %.1f dB\n"), worst);
  return TRUE;
}

static int
check (const char *directory,
       gboolean    in_browser)
{
  g_autoptr(MienPackCheck) pack_check = mien_pack_check_new ();
  g_autoptr(GPtrArray) problems = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(MienPack) pack = mien_pack_load (directory, MIEN_PACK_LOAD_CONTENT, NULL, &error);
  MienCatalogue *catalogue;
  guint n_problems;

  if (pack == NULL)
    {
      g_print ("%s\n", error->message);
      return 1;
    }
  problems = mien_pack_check_run (pack_check, pack, NULL);
  n_problems = print_problems (problems);
  if (in_browser && !check_in_browser (pack, &n_problems))
    return 2;
  catalogue = mien_pack_get_catalogue (pack);
  g_print (ngettext ("%u avatar, %u headshots: ", "%u avatars, %u headshots: ",
                     g_list_model_get_n_items (G_LIST_MODEL (catalogue))),
           g_list_model_get_n_items (G_LIST_MODEL (catalogue)), mien_catalogue_get_n_headshots (catalogue));
  if (n_problems == 0)
    g_print ("%s\n", _("good."));
  else
    g_print (ngettext ("%u problem.\n", "%u problems.\n", n_problems), n_problems);
  return n_problems == 0 ? 0 : 1;
}

int
mien_pack_command_run (MienServerConfig  *config,
                       char             **arguments)
{
  const char *directory = NULL;
  gboolean in_browser = FALSE;
  gboolean good = arguments[0] != NULL && g_str_equal (arguments[0], "check");

  for (guint i = 1; good && arguments[i] != NULL; i++)
    {
      if (g_str_equal (arguments[i], "--browser"))
        in_browser = TRUE;
      else if (directory == NULL && arguments[i][0] != '-')
        directory = arguments[i];
      else
        good = FALSE;
    }
  if (!good || directory == NULL)
    {
      g_printerr ("%s\n", _("Usage: mien-server pack check DIR [--browser]"));
      return 2;
    }
  return check (directory, in_browser);
}
