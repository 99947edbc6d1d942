/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mien-portrait-rate.h"
#include "mien-portrait-server-error.h"
#include "mien-portrait-slot.h"

#include <string.h>

#define NOW 1800000000

static GBytes *
new_key (guint8 seed)
{
  guint8 key[MIEN_PORTRAIT_KEY_BYTES];

  memset (key, seed, sizeof key);
  return g_bytes_new (key, sizeof key);
}

static char *
signed_slot (GBytes *key)
{
  g_autoptr(MienPortraitSlot) slot = mien_portrait_slot_new ("alice@example.org", 12345, MIEN_PORTRAIT_JPEG, NOW + 300);

  slot->sha256 = g_strdup ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  slot->sha1 = g_strdup ("da39a3ee5e6b4b0d3255bfef95601890afd80709");
  return mien_portrait_slot_sign (slot, key);
}

static void
test_round_trip (void)
{
  g_autoptr(GBytes) key = new_key (1);
  g_autofree char *token = signed_slot (key);
  g_autofree char *other = signed_slot (key);
  g_autoptr(GError) error = NULL;
  g_autoptr(MienPortraitSlot) slot = mien_portrait_slot_verify (token, key, NOW, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (slot->account, ==, "alice@example.org");
  g_assert_cmpuint (slot->size, ==, 12345);
  g_assert_cmpint (slot->type, ==, MIEN_PORTRAIT_JPEG);
  g_assert_cmpint (slot->expires, ==, NOW + 300);
  g_assert_cmpstr (slot->sha256, ==, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  g_assert_cmpstr (slot->sha1, ==, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  g_assert_cmpstr (token, !=, other);   /* each slot has a number of its own */
  g_assert_null (strpbrk (token, "+/=%?#"));
}

static void
test_expired (void)
{
  g_autoptr(GBytes) key = new_key (1);
  g_autofree char *token = signed_slot (key);
  g_autoptr(GError) error = NULL;

  g_assert_null (mien_portrait_slot_verify (token, key, NOW + 301, &error));
  g_assert_error (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_EXPIRED);
  g_assert_nonnull (strstr (error->message, "again"));
}

/* Each changed character, each cut, another key: refused. */
static void
test_forged (void)
{
  g_autoptr(GBytes) key = new_key (1);
  g_autoptr(GBytes) other_key = new_key (2);
  g_autofree char *token = signed_slot (key);
  g_autoptr(GError) error = NULL;

  g_assert_null (mien_portrait_slot_verify (token, other_key, NOW, &error));
  g_assert_error (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_FORGED);
  for (gsize i = 0; token[i] != '\0'; i++)
    {
      g_autofree char *changed = g_strdup (token);
      g_autofree char *cut = g_strndup (token, i);
      g_autofree char *longer = g_strdup_printf ("%.*s%c%s", (int) i, token, 'A', token + i);

      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      g_assert_null (mien_portrait_slot_verify (changed, key, NOW, NULL));
      g_assert_null (mien_portrait_slot_verify (cut, key, NOW, NULL));
      g_assert_null (mien_portrait_slot_verify (longer, key, NOW, NULL));
    }
  g_assert_null (mien_portrait_slot_verify ("", key, NOW, NULL));
  g_assert_null (mien_portrait_slot_verify (".", key, NOW, NULL));
}

static void
test_names (void)
{
  static const struct { const char *name; gboolean ok; MienPortraitType type; } names[] = {
    { "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.png", TRUE, MIEN_PORTRAIT_PNG },
    { "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.jpg", TRUE, MIEN_PORTRAIT_JPEG },
    { "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.gif", FALSE, 0 },
    { "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", FALSE, 0 },
    { "E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.png", FALSE, 0 },
    { "../../../etc/passwd.png", FALSE, 0 },
    { "", FALSE, 0 },
  };
  static const struct { const char *content_type, *name; gboolean ok; MienPortraitType type; } guesses[] = {
    { "image/png", "x", TRUE, MIEN_PORTRAIT_PNG }, { "IMAGE/JPEG; q=1", "x.png", TRUE, MIEN_PORTRAIT_JPEG },
    { NULL, "me.JPEG", TRUE, MIEN_PORTRAIT_JPEG }, { NULL, "me", FALSE, 0 }, { "image/pngx", "me.png", FALSE, 0 },
    { "image/svg+xml", "me.png", FALSE, 0 }, { "", "me.png", FALSE, 0 },
  };
  MienPortraitType type;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *hash = NULL;

      g_assert_cmpint (mien_portrait_parse_name (names[i].name, &hash, &type), ==, names[i].ok);
      if (names[i].ok)
        g_assert_cmpint (type, ==, names[i].type);
    }
  for (guint i = 0; i < G_N_ELEMENTS (guesses); i++)
    {
      g_assert_cmpint (mien_portrait_type_guess (guesses[i].content_type, guesses[i].name, &type), ==, guesses[i].ok);
      if (guesses[i].ok)
        g_assert_cmpint (type, ==, guesses[i].type);
    }
}

static void
test_rate (void)
{
  g_autoptr(MienPortraitRate) rate = mien_portrait_rate_new (3, 0.5, 10);
  double wait;

  for (int i = 0; i < 3; i++)
    g_assert_true (mien_portrait_rate_take (rate, "alice", 1, 100, NULL));
  g_assert_false (mien_portrait_rate_take (rate, "alice", 1, 100, &wait));
  g_assert_cmpfloat (wait, ==, 2);
  g_assert_true (mien_portrait_rate_take (rate, "bob", 1, 100, NULL));
  g_assert_false (mien_portrait_rate_take (rate, "alice", 1, 101, NULL));
  g_assert_true (mien_portrait_rate_take (rate, "alice", 1, 102, NULL));
  g_assert_false (mien_portrait_rate_take (rate, "carol", 4, 102, &wait));
  g_assert_cmpfloat (wait, ==, G_MAXDOUBLE);

  /* More accounts than it remembers: it goes on. */
  for (int i = 0; i < 100; i++)
    {
      g_autofree char *name = g_strdup_printf ("account%d", i);

      g_assert_true (mien_portrait_rate_take (rate, name, 3, 102, NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/portrait/slot/round-trip", test_round_trip);
  g_test_add_func ("/portrait/slot/expired", test_expired);
  g_test_add_func ("/portrait/slot/forged", test_forged);
  g_test_add_func ("/portrait/slot/names", test_names);
  g_test_add_func ("/portrait/rate", test_rate);
  return g_test_run ();
}
