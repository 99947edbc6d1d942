/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "test-package"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "mien-catalogue.h"
#include "mien-package.h"

/* The avatar package: what our writer makes, our reader takes; and nothing else than what was asked for. */

static char *
hash_of (const char *text)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}

static gboolean
collect (const char  *sha256,
         GBytes      *content,
         gpointer     user_data,
         GError     **error)
{
  g_hash_table_insert (user_data, g_strdup (sha256), g_bytes_ref (content));
  return TRUE;
}

static GHashTable *
new_collection (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
}

static GBytes *
write_package (const char * const *texts)
{
  g_autoptr(MienPackageWriter) writer = mien_package_writer_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) end = NULL;
  GByteArray *all = g_byte_array_new ();

  for (guint i = 0; texts[i] != NULL; i++)
    {
      g_autofree char *sha256 = hash_of (texts[i]);
      g_autoptr(GBytes) content = g_bytes_new (texts[i], strlen (texts[i]));
      g_autoptr(GBytes) piece = mien_package_writer_add (writer, sha256, content, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (g_bytes_get_size (piece), ==, mien_package_entry_length (strlen (texts[i])));
      g_byte_array_append (all, g_bytes_get_data (piece, NULL), g_bytes_get_size (piece));
    }
  end = mien_package_writer_end (writer, &error);
  g_assert_no_error (error);
  g_byte_array_append (all, g_bytes_get_data (end, NULL), g_bytes_get_size (end));
  return g_byte_array_free_to_bytes (all);
}

static void
test_round_trip (void)
{
  g_autofree char *block = g_strnfill (512, 'b');
  g_autofree char *large = g_strnfill (MIEN_CATALOGUE_MAX_FILE_BYTES, 'c');
  const char *texts[] = { "<svg/>", "", block, large, NULL };
  gsize sizes[] = { 6, 0, 512, MIEN_CATALOGUE_MAX_FILE_BYTES };
  g_autoptr(GHashTable) got = new_collection ();
  g_autoptr(GBytes) package = write_package (texts);
  g_auto(GStrv) wanted = g_new0 (char *, G_N_ELEMENTS (texts));
  g_autoptr(GError) error = NULL;

  for (guint i = 0; texts[i] != NULL; i++)
    wanted[i] = hash_of (texts[i]);
  g_assert_cmpuint (g_bytes_get_size (package), ==, mien_package_length (sizes, 4));
  g_assert_true (mien_package_read (g_bytes_get_data (package, NULL), g_bytes_get_size (package),
                                    (const char *const *) wanted, collect, got, &error));
  g_assert_no_error (error);
  for (guint i = 0; texts[i] != NULL; i++)
    {
      GBytes *content = g_hash_table_lookup (got, wanted[i]);

      g_assert_cmpmem (g_bytes_get_data (content, NULL), g_bytes_get_size (content), texts[i], strlen (texts[i]));
    }
}

/* At every length: never a crash, never success, and what was whole before the cut was given out. */
static void
test_cut (void)
{
  const char *texts[] = { "<svg>one</svg>", "<svg>two</svg>", NULL };
  g_autoptr(GBytes) package = write_package (texts);
  g_autofree char *one = hash_of (texts[0]);
  g_autofree char *two = hash_of (texts[1]);
  const char *wanted[] = { one, two, NULL };

  for (gsize length = 0; length < 1536 + strlen (texts[1]); length += 7)
    {
      g_autoptr(GHashTable) got = new_collection ();
      g_autoptr(GError) error = NULL;

      g_assert_false (mien_package_read (g_bytes_get_data (package, NULL), length, wanted, collect, got, &error));
      g_assert_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_PACKAGE);
      g_assert_cmpuint (g_hash_table_size (got), <=, length >= 512 + strlen (texts[0]) ? 1 : 0);
      if (length >= 1024)
        g_assert_true (g_hash_table_contains (got, one));
    }
}

typedef struct
{
  const char *test;
  const char *name;            /* NULL: the right one */
  const char *content;
  unsigned int filetype;
  const char *link;
  gint64 size;                 /* -1: of the content */
  gboolean twice;
  int code;
} Entry;

#define RIGHT "<svg>right</svg>"

static const Entry bad_entries[] = {
  { "traversal", "../../../../etc/passwd", RIGHT, AE_IFREG, NULL, -1, FALSE, MIEN_CATALOGUE_ERROR_PACKAGE },
  { "absolute", "/etc/cron.d/x", RIGHT, AE_IFREG, NULL, -1, FALSE, MIEN_CATALOGUE_ERROR_PACKAGE },
  { "other-hash", "0000000000000000000000000000000000000000000000000000000000000000.svg", RIGHT, AE_IFREG, NULL, -1,
    FALSE, MIEN_CATALOGUE_ERROR_PACKAGE },
  { "no-name", "x", RIGHT, AE_IFREG, NULL, -1, FALSE, MIEN_CATALOGUE_ERROR_PACKAGE },
  { "wrong-bytes", NULL, "<svg>wrong</svg>", AE_IFREG, NULL, -1, FALSE, MIEN_CATALOGUE_ERROR_HASH },
  { "symlink", NULL, "", AE_IFLNK, "/etc/passwd", 0, FALSE, MIEN_CATALOGUE_ERROR_PACKAGE },
  { "hardlink", NULL, "", AE_IFREG, "/etc/passwd", 0, FALSE, MIEN_CATALOGUE_ERROR_PACKAGE },
  { "directory", NULL, "", AE_IFDIR, NULL, 0, FALSE, MIEN_CATALOGUE_ERROR_PACKAGE },
  { "device", NULL, "", AE_IFCHR, NULL, 0, FALSE, MIEN_CATALOGUE_ERROR_PACKAGE },
  { "oversize", NULL, "", AE_IFREG, NULL, MIEN_CATALOGUE_MAX_FILE_BYTES + 1, FALSE, MIEN_CATALOGUE_ERROR_LIMIT },
  { "gigantic", NULL, "", AE_IFREG, NULL, G_GINT64_CONSTANT (8000000000), FALSE, MIEN_CATALOGUE_ERROR_LIMIT },
  { "twice", NULL, RIGHT, AE_IFREG, NULL, -1, TRUE, MIEN_CATALOGUE_ERROR_PACKAGE },
};

/* An archive as a hostile server would make it, by libarchive itself. */
static gsize
make_archive (const Entry *bad,
              const char  *right_name,
              char        *buffer,
              gsize        length)
{
  struct archive *archive = archive_write_new ();
  size_t used = 0;

  archive_write_set_format_ustar (archive);
  archive_write_add_filter_none (archive);
  g_assert_cmpint (archive_write_open_memory (archive, buffer, length, &used), ==, ARCHIVE_OK);
  for (int i = 0; i < (bad->twice ? 2 : 1); i++)
    {
      struct archive_entry *entry = archive_entry_new ();

      archive_entry_set_pathname (entry, bad->name != NULL ? bad->name : right_name);
      archive_entry_set_filetype (entry, bad->filetype);
      archive_entry_set_perm (entry, 0644);
      archive_entry_set_size (entry, bad->size >= 0 ? bad->size : (gint64) strlen (bad->content));
      if (bad->link != NULL && bad->filetype == AE_IFLNK)
        archive_entry_set_symlink (entry, bad->link);
      else if (bad->link != NULL)
        archive_entry_set_hardlink (entry, bad->link);
      g_assert_cmpint (archive_write_header (archive, entry), ==, ARCHIVE_OK);
      archive_write_data (archive, bad->content, strlen (bad->content));
      archive_entry_free (entry);
    }
  archive_write_close (archive);
  archive_write_free (archive);
  return used;
}

/* A header that promises more than a writer would let us write. */
static gsize
make_header (const char *name,
             gint64      size,
             char       *buffer)
{
  unsigned int sum = 0;

  memcpy (buffer, name, strlen (name));
  memcpy (buffer + 100, "0000644", 8);
  g_snprintf (buffer + 124, 12, "%011" G_GINT64_MODIFIER "o", size);
  memset (buffer + 148, ' ', 8);
  buffer[156] = '0';
  memcpy (buffer + 257, "ustar\00000", 8);
  for (int i = 0; i < 512; i++)
    sum += (guchar) buffer[i];
  g_snprintf (buffer + 148, 8, "%06o", sum);
  return 1024;
}

static void
test_bad_entry (gconstpointer data)
{
  const Entry *bad = data;
  g_autofree char *sha256 = hash_of (RIGHT);
  g_autofree char *name = g_strconcat (sha256, ".svg", NULL);
  g_autofree char *buffer = g_malloc0 (256 * 1024);
  const char *wanted[] = { sha256, NULL };
  g_autoptr(GHashTable) got = new_collection ();
  g_autoptr(GError) error = NULL;
  gsize used = bad->size > 0 ? make_header (name, bad->size, buffer) : make_archive (bad, name, buffer, 256 * 1024);

  g_assert_cmpuint (used, >, 0);
  g_assert_false (mien_package_read ((guint8 *) buffer, used, wanted, collect, got, &error));
  g_assert_error (error, MIEN_CATALOGUE_ERROR, bad->code);
  g_assert_cmpuint (g_hash_table_size (got), ==, bad->twice ? 1 : 0);
}

static void
test_noise (void)
{
  g_autofree char *sha256 = hash_of (RIGHT);
  const char *wanted[] = { sha256, NULL };
  const char *texts[] = { RIGHT, NULL };
  g_autoptr(GBytes) good = write_package (texts);
  g_autofree guint8 *bytes = NULL;
  gsize length = g_bytes_get_size (good);
  g_autoptr(GRand) random = g_rand_new_with_seed (83);

  for (int round = 0; round < 2000; round++)
    {
      g_autoptr(GError) error = NULL;

      g_free (bytes);
      bytes = g_memdup2 (g_bytes_get_data (good, NULL), length);
      for (int i = g_rand_int_range (random, 1, 12); i > 0; i--)
        bytes[g_rand_int_range (random, 0, length)] = g_rand_int_range (random, 0, 256);
      if (!mien_package_read (bytes, length, wanted, NULL, NULL, &error))
        g_assert_nonnull (error);
    }
}

static void
test_request (void)
{
  g_autofree char *one = hash_of ("1");
  g_autofree char *two = hash_of ("2");
  const char *files[] = { one, two, NULL };
  g_autoptr(GBytes) request = mien_package_request_write (files);
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) read = mien_package_request_read (g_bytes_get_data (request, NULL), g_bytes_get_size (request), &error);

  g_assert_no_error (error);
  g_assert_true (g_strv_equal ((const char * const *) read, files));
}

static void
test_bad_requests (void)
{
  g_autofree char *one = hash_of ("1");
  g_autofree char *twice = g_strdup_printf ("{\"files\":[\"%s\",\"%s\"]}", one, one);
  g_autoptr(GString) many = g_string_new ("{\"files\":[");
  g_autoptr(GString) huge = g_string_new ("{\"files\":[");
  const struct { const char *text; int code; } cases[] = {
    { "", MIEN_CATALOGUE_ERROR_SYNTAX },
    { "files", MIEN_CATALOGUE_ERROR_SYNTAX },
    { "[]", MIEN_CATALOGUE_ERROR_MEMBER },
    { "{}", MIEN_CATALOGUE_ERROR_MEMBER },
    { "{\"files\":{}}", MIEN_CATALOGUE_ERROR_MEMBER },
    { "{\"files\":[]}", MIEN_CATALOGUE_ERROR_MEMBER },
    { "{\"files\":[1]}", MIEN_CATALOGUE_ERROR_MEMBER },
    { "{\"files\":[null]}", MIEN_CATALOGUE_ERROR_MEMBER },
    { "{\"files\":[[\"x\"]]}", MIEN_CATALOGUE_ERROR_LIMIT },
    { "{\"files\":[\"../../etc/passwd\"]}", MIEN_CATALOGUE_ERROR_MEMBER },
    { twice, MIEN_CATALOGUE_ERROR_MEMBER },
    { many->str, MIEN_CATALOGUE_ERROR_LIMIT },
    { huge->str, MIEN_CATALOGUE_ERROR_LIMIT },
  };
  struct { const char *text; int code; } table[G_N_ELEMENTS (cases)];

  for (int i = 0; i <= MIEN_PACKAGE_MAX_FILES; i++)
    g_string_append_printf (many, "%s\"%064x\"", i > 0 ? "," : "", i);
  g_string_append (many, "]}");
  for (int i = 0; i <= MIEN_PACKAGE_MAX_REQUEST; i++)
    g_string_append_c (huge, ' ');
  memcpy (table, cases, sizeof cases);
  table[G_N_ELEMENTS (cases) - 2].text = many->str;     /* they moved while they grew */
  table[G_N_ELEMENTS (cases) - 1].text = huge->str;
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (mien_package_request_read (table[i].text, strlen (table[i].text), &error));
      g_assert_error (error, MIEN_CATALOGUE_ERROR, table[i].code);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/package/round-trip", test_round_trip);
  g_test_add_func ("/package/cut", test_cut);
  for (guint i = 0; i < G_N_ELEMENTS (bad_entries); i++)
    {
      g_autofree char *path = g_strconcat ("/package/bad/", bad_entries[i].test, NULL);

      g_test_add_data_func (path, &bad_entries[i], test_bad_entry);
    }
  g_test_add_func ("/package/noise", test_noise);
  g_test_add_func ("/package/request", test_request);
  g_test_add_func ("/package/bad-requests", test_bad_requests);
  return g_test_run ();
}
