/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-test"

#include "mien-config.h"

#include <glib/gstdio.h>
#include <gtk/gtk.h>
#include <libintl.h>
#include <locale.h>
#include <math.h>
#include <xmpp-error.h>

#include "folder.h"
#include "mien-certificate-page.h"
#include "mien-colour.h"
#include "mien-error.h"
#include "mien-preferences-window.h"
#include "mien-settings.h"
#include "mien-text.h"
#include "mien-time.h"

static void
test_links (void)
{
  static const struct { const char *text, *markup; } cases[] = {
    { "no link, a < b & c", NULL },
    { "http://", NULL },
    { "xhttp://example.org", NULL },
    { "javascript:alert(1) file:///etc/passwd", NULL },
    { "https://example.org", "<a href=\"https://example.org\">https://example.org</a>" },
    { "See https://example.org/a?b=1&c=2.", "See <a href=\"https://example.org/a?b=1&amp;c=2\">"
      "https://example.org/a?b=1&amp;c=2</a>." },
    { "(http://example.org/x_(y))!", "(<a href=\"http://example.org/x_(y)\">http://example.org/x_(y)</a>)!" },
    { "看https://example.org/帽子，好", "看<a href=\"https://example.org/帽子\">https://example.org/帽子</a>，好" },
    { "<b>HTTP://example.org</b>", "&lt;b&gt;<a href=\"HTTP://example.org\">HTTP://example.org</a>&lt;/b&gt;" },
    { "“https://a.org” https://b.org", "“<a href=\"https://a.org\">https://a.org</a>” "
      "<a href=\"https://b.org\">https://b.org</a>" },
    { "https://a.org/\xe2\x80\xaegpj.exe", "<a href=\"https://a.org/\">https://a.org/</a>\xe2\x80\xaegpj.exe" },
    { "https://a.org\" onclick=\"x", "<a href=\"https://a.org\">https://a.org</a>&quot; onclick=&quot;x" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *markup = mien_text_to_markup (cases[i].text);

      g_assert_cmpstr (markup, ==, cases[i].markup);
    }
}

/* The test vectors of XEP-0392 section 13. */
static void
test_colour_of_text (void)
{
  static const struct { const char *text; double hue, red, green, blue; } cases[] = {
    { "Romeo", 327.255249, 0.865, 0.000, 0.686 }, { "juliet@capulet.lit", 209.410400, 0.000, 0.515, 0.573 },
    { "\xf0\x9f\x98\xba", 331.199341, 0.872, 0.000, 0.659 }, { "council", 359.994507, 0.918, 0.000, 0.394 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GdkRGBA colour;

      g_assert_cmpfloat_with_epsilon (mien_colour_get_hue (cases[i].text), cases[i].hue, 1e-5);
      mien_colour_from_hsluv (cases[i].hue, 100, 50, &colour);
      g_assert_cmpfloat_with_epsilon (colour.red, cases[i].red, 0.002);
      g_assert_cmpfloat_with_epsilon (colour.green, cases[i].green, 0.002);
      g_assert_cmpfloat_with_epsilon (colour.blue, cases[i].blue, 0.002);
    }
}

static double
get_luminance (const GdkRGBA *colour)
{
  double channels[3] = { colour->red, colour->green, colour->blue };

  for (int i = 0; i < 3; i++)
    channels[i] = channels[i] <= 0.04045 ? channels[i] / 12.92 : pow ((channels[i] + 0.055) / 1.055, 2.4);

  return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2];
}

static void
test_colour_is_dark_enough (void)
{
  for (int i = 0; i < 500; i++)
    {
      g_autofree char *address = g_strdup_printf ("friend%d@example.org", i);
      GdkRGBA colour;

      mien_colour_for_address (address, &colour);
      g_assert_cmpfloat (1.05 / (get_luminance (&colour) + 0.05), >=, 4.5);
    }
}

static void
test_colour_at_the_ends (void)
{
  GdkRGBA colour;

  mien_colour_from_hsluv (123, 100, 0, &colour);
  g_assert_cmpfloat (colour.red + colour.green + colour.blue, ==, 0);
  mien_colour_from_hsluv (123, 100, 100, &colour);
  g_assert_cmpfloat (colour.red + colour.green + colour.blue, ==, 3);
  mien_colour_from_hsluv (123, 0, 50, &colour);
  g_assert_cmpfloat_with_epsilon (colour.red, colour.green, 0.001);
  g_assert_cmpfloat_with_epsilon (colour.green, colour.blue, 0.001);
}

static void
test_initials (void)
{
  static const struct { const char *name, *initials; } cases[] = {
    { "Bob Chen", "BC" }, { "bob", "B" }, { "bob.chen", "BC" }, { "Anna Maria von Trapp", "AT" }, { "戴永", "戴永" },
    { "欧阳娜娜", "娜" }, { "欧阳小明", "小明" }, { "戴", "戴" }, { "Bob 陈", "陈" }, { "  élodie  ", "É" }, { "", "" },
    { "!?", "" }, { "7 of 9", "79" }, { "Ägir-Öland", "ÄÖ" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *initials = mien_colour_get_initials (cases[i].name);

      g_assert_cmpstr (initials, ==, cases[i].initials);
    }
}

static gint64
at (int year, int month, int day, int hour, int minute)
{
  g_autoptr (GDateTime) date = g_date_time_new_local (year, month, day, hour, minute, 0);

  return g_date_time_to_unix (date);
}

static void
test_days (void)
{
  gint64 now = at (2025, 3, 12, 0, 5);    /* a Wednesday, just after midnight */
  const struct { gint64 time; const char *day; } cases[] = {
    { at (2025, 3, 12, 0, 1), "Today" }, { at (2025, 3, 11, 23, 59), "Yesterday" },
    { at (2025, 3, 10, 12, 0), "Monday" }, { at (2025, 3, 6, 12, 0), "Thursday" },
    { at (2025, 3, 5, 12, 0), "5 March" }, { at (2024, 3, 12, 12, 0), "12 March 2024" },
    { at (2025, 3, 13, 12, 0), "13 March" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *day = mien_time_format_day (cases[i].time, now);

      g_assert_cmpstr (day, ==, cases[i].day);
    }

  g_assert_true (mien_time_same_day (at (2025, 3, 12, 0, 0), at (2025, 3, 12, 23, 59)));
  g_assert_false (mien_time_same_day (at (2025, 3, 11, 23, 59), at (2025, 3, 12, 0, 0)));
}

/* Weekdays follow the language of the interface, whether or not the system has its locale. */
static void
test_chinese (void)
{
  gint64 now = at (2025, 3, 12, 12, 0);
  g_autofree char *language = g_strdup (g_getenv ("LANGUAGE"));

  g_setenv ("LANGUAGE", "zh_CN", TRUE);
  bindtextdomain (GETTEXT_PACKAGE, MIEN_TEST_LOCALES);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_autofree char *day = mien_time_format_day (at (2025, 3, 10, 12, 0), now);
  g_autofree char *full = mien_time_format_full (at (2025, 3, 9, 10, 2));
  if (language != NULL)
    g_setenv ("LANGUAGE", language, TRUE);
  else
    g_unsetenv ("LANGUAGE");
  textdomain ("messages");

  g_assert_cmpstr (day, ==, "星期一");
  g_assert_cmpstr (full, ==, "2025 年 3 月 9 日 星期日 10:02");
}

static void
test_ago (void)
{
  gint64 now = at (2025, 3, 12, 12, 0);
  const struct { gint64 seconds; const char *text; } cases[] = {
    { 0, "just now" }, { 59, "just now" }, { -3600, "just now" }, { 60, "1 min ago" }, { 190, "3 min ago" },
    { 3599, "59 min ago" }, { 3600, "1 h ago" }, { 86399, "23 h ago" }, { 86400, "1 day ago" },
    { 5 * 86400, "5 days ago" }, { 40 * 86400, "31 January" },
  };
  g_autofree char *clock = mien_time_format_clock (now);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = mien_time_format_ago (now - cases[i].seconds, now);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
  g_assert_cmpstr (clock, ==, "12:00");
}

static void
test_fingerprint (void)
{
  /* Addresses 127.0.0.1 and 255.255.255.255 in this alphabet. */
  g_autofree char *local = mien_fingerprint_to_words ((const guint8 *) "\x7f\x00\x00\x01", 4);
  g_autofree char *all = mien_fingerprint_to_words ((const guint8 *) "\xff\xff\xff\xff", 4);
  g_autofree char *none = mien_fingerprint_to_words (NULL, 0);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_assert_cmpstr (local, ==, "lusab babad");
  g_assert_cmpstr (all, ==, "zuzuz zuzuz");
  g_assert_cmpstr (none, ==, "");

  for (int i = 0; i < 65536; i++)
    {
      guint8 bytes[2] = { i >> 8, i & 255 };

      g_assert_true (g_hash_table_add (seen, mien_fingerprint_to_words (bytes, 2)));
    }
}

static void
test_errors_name_the_thing (void)
{
  static const struct { int code; const char *part; } cases[] = {
    { XMPP_ERROR_AUTH, "alice@example.org" }, { XMPP_ERROR_HOST_UNKNOWN, "example.org" },
    { XMPP_ERROR_UNREACHABLE, "example.org" }, { XMPP_ERROR_CERTIFICATE, "example.org" },
    { XMPP_ERROR_TLS, "example.org" }, { XMPP_ERROR_TIMEOUT, "example.org" }, { XMPP_ERROR_CLOSED, "example.org" },
    { XMPP_ERROR_AUTH_MECHANISM, "example.org" }, { XMPP_ERROR_BAD_JID, "name@example.org" },
    { XMPP_ERROR_REGISTRATION, "raw words" }, { XMPP_ERROR_STREAM, "raw words" },
    { XMPP_ERROR_CONFLICT, "another program" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (XMPP_ERROR, cases[i].code, "raw words");
      g_autofree char *text = mien_error_describe (error, "alice@example.org");
      g_autofree char *nobody = mien_error_describe (error, NULL);

      g_assert_nonnull (strstr (text, cases[i].part));
      g_assert_cmpstr (nobody, !=, "");
    }
}

static void
test_errors_of_answers (void)
{
  static const struct { int code; const char *condition; const char *part; } cases[] = {
    { XMPP_ERROR_STANZA, "remote-server-not-found", "after the @" }, { XMPP_ERROR_STANZA, "forbidden", "not allowed" },
    { XMPP_ERROR_STANZA, "resource-constraint", "raw words" }, { XMPP_ERROR_STANZA, NULL, "raw words" },
    { XMPP_ERROR_STREAM, "system-shutdown", "shut down" },
    { XMPP_ERROR_REGISTRATION, "conflict", "alice@example.org is taken" },
    { XMPP_ERROR_REGISTRATION, "not-allowed", "example.org does not let" },
    { XMPP_ERROR_REGISTRATION, "not-acceptable", "raw words" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;

      xmpp_set_error (&error, cases[i].code, cases[i].condition, "raw words");
      text = mien_error_describe (error, "alice@example.org");
      g_assert_nonnull (strstr (text, cases[i].part));
    }
}

static void
test_certificate_problems (void)
{
  static const struct { GTlsCertificateFlags flag; const char *part; } cases[] = {
    { G_TLS_CERTIFICATE_UNKNOWN_CA, "vouches" }, { G_TLS_CERTIFICATE_BAD_IDENTITY, "example.org" },
    { G_TLS_CERTIFICATE_EXPIRED, "expired" }, { G_TLS_CERTIFICATE_NOT_ACTIVATED, "clock" },
    { G_TLS_CERTIFICATE_REVOKED, "Do not trust" }, { G_TLS_CERTIFICATE_INSECURE, "not safe" },
    { G_TLS_CERTIFICATE_GENERIC_ERROR, "verified" },
  };
  g_autofree char *both = mien_certificate_describe_problems (G_TLS_CERTIFICATE_UNKNOWN_CA |
                                                              G_TLS_CERTIFICATE_EXPIRED, "example.org");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = mien_certificate_describe_problems (cases[i].flag, "example.org");

      g_assert_nonnull (strstr (text, cases[i].part));
      g_assert_null (strchr (text, '\n'));
    }
  g_assert_nonnull (strchr (both, '\n'));
}

static void
test_catalogue_addresses (void)
{
  static const struct { const char *text; gboolean good; } cases[] = {
    { "", TRUE }, { "https://example.org/avatars/catalogue.json", TRUE }, { "http://127.0.0.1:8080/c.json", TRUE },
    { "example.org", FALSE }, { "ftp://example.org/x", FALSE }, { "file:///etc/passwd", FALSE },
    { "https://", FALSE }, { "https:///x", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (mien_preferences_is_catalogue_address (cases[i].text), ==, cases[i].good);
}

static void
test_settings_of_a_folder (void)
{
  g_autofree char *folder = test_folder_new ("settings");
  g_autofree char *filename = g_build_filename (folder, "settings.ini", NULL);
  g_autofree char *read = NULL;

  {
    g_autoptr (GSettings) settings = mien_settings_new (folder);
    g_autoptr (GSettings) alice = mien_settings_new_for_account (settings, "alice@example.org");
    g_autoptr (GSettings) odd = mien_settings_new_for_account (settings, "o'%d戴@example.org");

    g_assert_true (g_settings_get_boolean (settings, MIEN_SETTING_NOTIFICATIONS));
    g_assert_true (g_settings_set_string (settings, MIEN_SETTING_LAST_ACCOUNT, "alice@example.org"));
    g_assert_true (g_settings_set_string (alice, MIEN_SETTING_HOST, "one.example.org"));
    g_assert_true (g_settings_set_string (odd, MIEN_SETTING_HOST, "two.example.org"));
    g_settings_sync ();
  }
  {
    g_autoptr (GSettings) settings = mien_settings_new (folder);
    g_autoptr (GSettings) alice = mien_settings_new_for_account (settings, "alice@example.org");
    g_autofree char *last = g_settings_get_string (settings, MIEN_SETTING_LAST_ACCOUNT);

    read = g_settings_get_string (alice, MIEN_SETTING_HOST);
    g_assert_cmpstr (last, ==, "alice@example.org");
    g_assert_cmpstr (read, ==, "one.example.org");
  }

  g_assert_cmpint (mien_tls_mode_from_name ("direct"), ==, XMPP_TLS_DIRECT);
  g_assert_cmpint (mien_tls_mode_from_name ("nonsense"), ==, XMPP_TLS_AUTO);
  g_assert_cmpint (mien_tls_mode_from_name (NULL), ==, XMPP_TLS_AUTO);
  for (int i = XMPP_TLS_AUTO; i <= XMPP_TLS_DIRECT; i++)
    g_assert_cmpint (mien_tls_mode_from_name (mien_tls_mode_get_name (i)), ==, i);

  g_remove (filename);
  g_rmdir (folder);
}

static void
test_long_runs (void)
{
  g_autofree char *words = g_strnfill (5000, 'x');
  g_autofree char *edge = g_strnfill (MIEN_TEXT_MAX_RUN, 'x');
  g_autofree char *over = g_strnfill (MIEN_TEXT_MAX_RUN + 1, 'x');
  g_autoptr (GString) chinese = g_string_new (NULL);
  g_autofree char *shortened = NULL;

  g_assert_true (mien_text_has_long_run (words));
  for (int i = 100; i < 5000; i += 100)
    words[i] = ' ';
  for (int i = 0; i < 5000; i++)
    g_string_append (chinese, "戴");
  g_assert_false (mien_text_has_long_run (words));
  g_assert_false (mien_text_has_long_run (edge));
  g_assert_true (mien_text_has_long_run (over));
  g_assert_false (mien_text_has_long_run (chinese->str));
  g_assert_false (mien_text_has_long_run (""));

  g_assert_null (mien_text_shorten ("戴永", 2));
  shortened = mien_text_shorten ("戴永!", 2);
  g_assert_cmpstr (shortened, ==, "戴永");
}

int
main (int    argc,
      char **argv)
{
  g_setenv ("TZ", "Europe/Berlin", TRUE);
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ui/colour/text", test_colour_of_text);
  g_test_add_func ("/ui/links", test_links);
  g_test_add_func ("/ui/colour/contrast", test_colour_is_dark_enough);
  g_test_add_func ("/ui/colour/ends", test_colour_at_the_ends);
  g_test_add_func ("/ui/initials", test_initials);
  g_test_add_func ("/ui/time/days", test_days);
  g_test_add_func ("/ui/time/ago", test_ago);
  g_test_add_func ("/ui/time/chinese", test_chinese);
  g_test_add_func ("/ui/fingerprint", test_fingerprint);
  g_test_add_func ("/ui/errors", test_errors_name_the_thing);
  g_test_add_func ("/ui/errors-of-answers", test_errors_of_answers);
  g_test_add_func ("/ui/certificate", test_certificate_problems);
  g_test_add_func ("/ui/catalogue-address", test_catalogue_addresses);
  g_test_add_func ("/ui/long-runs", test_long_runs);
  g_test_add_func ("/ui/settings", test_settings_of_a_folder);

  return g_test_run ();
}
