/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "test-catalogue"

#include <string.h>

#include "mien-catalogue.h"
#include "mien-json.h"

/* The parser of catalogue.json: what it takes, what it refuses and which member it then names, and how fast it
 * searches. */

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define TYPES                                                                                                          \
  "\"types\":[{\"id\":\"hat\",\"name\":{\"en\":\"Hats\",\"zh_CN\":\"帽子\"},\"follows\":\"head\",\"depth\":900}]"
#define HEAD "{\"mien-catalogue\":1,\"name\":{\"en\":\"N\"}," TYPES ","
#define CAP                                                                                                            \
  "\"id\":\"hat-cap\",\"type\":\"hat\",\"name\":{\"en\":\"Cap\"},\"file\":\"hat-cap.svg\",\"licence\":\"CC0-1.0\""
#define ONE(members) HEAD "\"avatars\":[{" members "}]}"
#define SHOT "\"id\":\"p\",\"name\":{\"en\":\"P\"},\"file\":\"p.svg\",\"licence\":\"CC0-1.0\""
#define SHOTS(members) HEAD "\"avatars\":[],\"headshots\":[{" members "}]}"

typedef struct
{
  const char *name;
  const char *json;
  int code;
  const char *says;      /* must be in the message */
} BadCase;

static const BadCase bad_cases[] = {
  { "empty", "", MIEN_CATALOGUE_ERROR_SYNTAX, NULL },
  { "not-json", "<svg/>", MIEN_CATALOGUE_ERROR_SYNTAX, NULL },
  { "cut", HEAD "\"avatars\":[{", MIEN_CATALOGUE_ERROR_SYNTAX, NULL },
  { "comment", "/* */ {}", MIEN_CATALOGUE_ERROR_SYNTAX, NULL },
  { "not-utf8", "{\"name\":\"\xff\"}", MIEN_CATALOGUE_ERROR_SYNTAX, "UTF-8" },
  { "deep", "[[[[[[[[[[[[[[[[[[[[[[[[", MIEN_CATALOGUE_ERROR_LIMIT, NULL },
  { "array", "[]", MIEN_CATALOGUE_ERROR_MEMBER, "object" },
  { "no-version", "{}", MIEN_CATALOGUE_ERROR_MEMBER, "mien-catalogue" },
  { "text-version", "{\"mien-catalogue\":\"1\"}", MIEN_CATALOGUE_ERROR_MEMBER, "mien-catalogue" },
  { "zero-version", "{\"mien-catalogue\":0}", MIEN_CATALOGUE_ERROR_MEMBER, "mien-catalogue" },
  { "newer", "{\"mien-catalogue\":2}", MIEN_CATALOGUE_ERROR_VERSION, "version 2" },
  { "no-name", "{\"mien-catalogue\":1}", MIEN_CATALOGUE_ERROR_MEMBER, "name" },
  { "no-english", "{\"mien-catalogue\":1,\"name\":{\"de\":\"N\"}}", MIEN_CATALOGUE_ERROR_MEMBER, "name.en" },
  { "number-name", "{\"mien-catalogue\":1,\"name\":{\"en\":1}}", MIEN_CATALOGUE_ERROR_MEMBER, "name.en" },
  { "no-types", "{\"mien-catalogue\":1,\"name\":{\"en\":\"N\"}}", MIEN_CATALOGUE_ERROR_MEMBER, "types" },
  { "no-avatars", HEAD "\"x\":1}", MIEN_CATALOGUE_ERROR_MEMBER, "avatars" },
  { "avatars-object", HEAD "\"avatars\":{}}", MIEN_CATALOGUE_ERROR_MEMBER, "avatars" },
  { "avatar-text", HEAD "\"avatars\":[\"x\"]}", MIEN_CATALOGUE_ERROR_MEMBER, "avatars[0]" },
  { "no-id", ONE ("\"type\":\"hat\""), MIEN_CATALOGUE_ERROR_MEMBER, "avatars[0].id" },
  { "bad-id", ONE ("\"id\":\"Hat Cap\""), MIEN_CATALOGUE_ERROR_MEMBER, "avatars[0].id" },
  { "two-ids", HEAD "\"avatars\":[{" CAP "},{" CAP "}]}", MIEN_CATALOGUE_ERROR_MEMBER, "avatars[1].id" },
  { "unknown-type", ONE ("\"id\":\"a\",\"type\":\"sword\",\"licence\":\"CC0-1.0\""), MIEN_CATALOGUE_ERROR_MEMBER,
    "avatars[0].type" },
  { "no-licence", ONE ("\"id\":\"a\",\"type\":\"hat\""), MIEN_CATALOGUE_ERROR_MEMBER, "avatars[0].licence" },
  { "path", ONE ("\"id\":\"a\",\"type\":\"hat\",\"name\":{\"en\":\"A\"},\"licence\":\"X\",\"file\":\"../a.svg\""),
    MIEN_CATALOGUE_ERROR_MEMBER, "avatars[0].file" },
  { "absolute", ONE ("\"id\":\"a\",\"type\":\"hat\",\"name\":{\"en\":\"A\"},\"licence\":\"X\",\"file\":\"/etc/a.svg\""),
    MIEN_CATALOGUE_ERROR_MEMBER, "avatars[0].file" },
  { "not-svg", ONE ("\"id\":\"a\",\"type\":\"hat\",\"name\":{\"en\":\"A\"},\"licence\":\"X\",\"file\":\"a.png\""),
    MIEN_CATALOGUE_ERROR_MEMBER, "avatars[0].file" },
  { "short-hash", ONE (CAP ",\"sha256\":\"0011\""), MIEN_CATALOGUE_ERROR_MEMBER, "avatars[0].sha256" },
  { "upper-hash", ONE (CAP ",\"sha256\":\"AA112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\""),
    MIEN_CATALOGUE_ERROR_MEMBER, "avatars[0].sha256" },
  { "too-big", ONE (CAP ",\"sha256\":\"" HASH "\",\"bytes\":65537"), MIEN_CATALOGUE_ERROR_LIMIT, "avatars[0].bytes" },
  { "negative", ONE (CAP ",\"sha256\":\"" HASH "\",\"bytes\":-1"), MIEN_CATALOGUE_ERROR_LIMIT, "avatars[0].bytes" },
  { "half-hashed",
    HEAD "\"avatars\":[{" CAP ",\"sha256\":\"" HASH "\"},{\"id\":\"b\",\"type\":\"hat\",\"name\":{\"en\":\"B\"},"
         "\"licence\":\"X\",\"file\":\"b.svg\"}]}",
    MIEN_CATALOGUE_ERROR_MEMBER, "avatars[1].sha256" },
  { "hash-alone", ONE (CAP ",\"behind_sha256\":\"" HASH "\""), MIEN_CATALOGUE_ERROR_MEMBER,
    "avatars[0].behind_sha256" },
  { "hat-behind", ONE (CAP ",\"behind\":\"b.svg\""), MIEN_CATALOGUE_ERROR_MEMBER, "avatars[0].behind" },
  { "tags-text", ONE (CAP ",\"tags\":\"x\""), MIEN_CATALOGUE_ERROR_MEMBER, "avatars[0].tags" },
  { "tags-number", ONE (CAP ",\"tags\":[\"a\",7]"), MIEN_CATALOGUE_ERROR_MEMBER, "avatars[0].tags" },
  { "variant-no-colours", ONE (CAP ",\"variants\":[{\"id\":\"v\",\"name\":{\"en\":\"V\"}}]"),
    MIEN_CATALOGUE_ERROR_MEMBER, "avatars[0].variants[0].colours" },
  { "variant-colour",
    ONE (CAP ",\"variants\":[{\"id\":\"v\",\"name\":{\"en\":\"V\"},\"colours\":{\"red\":\"#000000\"}}]"),
    MIEN_CATALOGUE_ERROR_MEMBER, "avatars[0].variants[0].colours" },
  { "variant-twice",
    ONE (CAP ",\"variants\":[{\"id\":\"v\",\"name\":{\"en\":\"V\"},\"colours\":{\"#ffffff\":\"#000000\"}},"
             "{\"id\":\"v\"}]"),
    MIEN_CATALOGUE_ERROR_MEMBER, "avatars[0].variants[1].id" },
  { "type-twice",
    "{\"mien-catalogue\":1,\"name\":{\"en\":\"N\"},\"types\":[{\"id\":\"hat\",\"name\":{\"en\":\"H\"},\"follows\":"
    "\"head\",\"depth\":1},"
    "{\"id\":\"hat\",\"name\":{\"en\":\"H\"},\"follows\":\"head\",\"depth\":1}],\"avatars\":[]}",
    MIEN_CATALOGUE_ERROR_MEMBER, "types[1].id" },
  { "type-follows",
    "{\"mien-catalogue\":1,\"name\":{\"en\":\"N\"},\"types\":[{\"id\":\"hat\",\"name\":{\"en\":\"H\"},\"follows\":"
    "\"feet\"}],"
    "\"avatars\":[]}",
    MIEN_CATALOGUE_ERROR_MEMBER, "types[0].follows" },
  { "shot-backdrop", SHOTS (SHOT ",\"backdrop\":\"red\",\"eyes\":[0.4,0.4,0.6,0.4]"), MIEN_CATALOGUE_ERROR_MEMBER,
    "headshots[0].backdrop" },
  { "shot-three-eyes", SHOTS (SHOT ",\"backdrop\":\"#ffffff\",\"eyes\":[0.4,0.4,0.6]"), MIEN_CATALOGUE_ERROR_MEMBER,
    "headshots[0].eyes" },
  { "shot-far-eyes", SHOTS (SHOT ",\"backdrop\":\"#ffffff\",\"eyes\":[0.4,0.4,60,0.4]"), MIEN_CATALOGUE_ERROR_MEMBER,
    "headshots[0].eyes" },
  { "shot-crossed-eyes", SHOTS (SHOT ",\"backdrop\":\"#ffffff\",\"eyes\":[0.6,0.4,0.4,0.4]"),
    MIEN_CATALOGUE_ERROR_MEMBER, "headshots[0].eyes" },
  { "shot-twice",
    HEAD "\"avatars\":[],\"headshots\":[{" SHOT
         ",\"backdrop\":\"#ffffff\",\"eyes\":[0.4,0.4,0.6,0.4]},{\"id\":\"p\",\"backdrop\":\"#ffffff\"}]}",
    MIEN_CATALOGUE_ERROR_MEMBER, "headshots[1].id" },
};

static void
test_bad (gconstpointer data)
{
  const BadCase *bad = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(MienCatalogue) catalogue = mien_catalogue_new_from_json (bad->json, -1, &error);

  g_assert_error (error, MIEN_CATALOGUE_ERROR, bad->code);
  g_assert_null (catalogue);
  if (bad->says != NULL && strstr (error->message, bad->says) == NULL)
    g_error ("“%s” does not say “%s”", error->message, bad->says);
}

static MienCatalogue *
load_pack_catalogue (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("MIEN_TEST_PACK"), "catalogue.json", NULL);
  g_autofree char *json = NULL;
  g_autoptr(GError) error = NULL;
  MienCatalogue *catalogue;
  gsize length;

  g_file_get_contents (path, &json, &length, &error);
  g_assert_no_error (error);
  catalogue = mien_catalogue_new_from_json (json, length, &error);
  g_assert_no_error (error);
  return catalogue;
}

static void
test_members (void)
{
  g_autoptr(MienCatalogue) catalogue = load_pack_catalogue ();
  g_autoptr(MienAvatar) first = g_list_model_get_item (G_LIST_MODEL (catalogue), 0);
  MienAvatar *beanie = mien_catalogue_lookup (catalogue, "hat-beanie");
  const MienDrawnHeadshot *headshot;
  const PortraitType *hat = portrait_type_lookup ("hat");

  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (catalogue)), ==, 4);
  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (catalogue)) == MIEN_TYPE_AVATAR);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (catalogue), 4));
  g_assert_cmpstr (mien_avatar_get_id (first), ==, "hair-long");
  g_assert_cmpstr (mien_avatar_get_behind_file (first), ==, "hair-long-behind.svg");
  g_assert_false (mien_catalogue_is_hashed (catalogue));
  g_assert_null (mien_avatar_get_sha256 (first));

  g_assert_nonnull (beanie);
  g_assert_null (mien_catalogue_lookup (catalogue, "hat-none"));
  g_assert_true (mien_avatar_get_avatar_type (beanie) == hat);
  g_assert_cmpstr (mien_avatar_get_file (beanie), ==, "hat-beanie.svg");
  g_assert_cmpstr (mien_avatar_get_licence (beanie), ==, "CC0-1.0");
  g_assert_true (g_strv_contains (mien_avatar_get_tags (beanie), "wool"));
  g_assert_true (g_strv_contains (mien_avatar_get_sets (beanie), "winter"));
  g_assert_cmpuint (mien_avatar_get_n_variants (beanie), ==, 2);
  g_assert_cmpstr (mien_avatar_get_variant (beanie, 1)->id, ==, "green");
  g_assert_cmpstr (mien_avatar_find_variant (beanie, "blue")->colours[0], ==, "#f66151=#62a0ea");
  g_assert_null (mien_avatar_find_variant (beanie, "pink"));
  g_assert_null (mien_avatar_find_variant (beanie, NULL));

  g_assert_cmpuint (mien_catalogue_get_n_types (catalogue), ==, 4);
  g_assert_true (mien_catalogue_get_type_at (catalogue, 2) == hat);
  g_assert_cmpuint (mien_catalogue_get_n_headshots (catalogue), ==, 1);
  headshot = mien_catalogue_get_headshot (catalogue, 0);
  g_assert_cmpstr (headshot->id, ==, "person-1");
  g_assert_cmphex (headshot->backdrop, ==, 0xf6d32d);
  g_assert_cmpfloat (headshot->eyes[2], ==, 0.5625);
}

static void
test_hashed (void)
{
  const char *json = HEAD
      "\"future\":{\"a\":[1]},\"avatars\":["
      "{" CAP ",\"sha256\":\"" HASH "\",\"bytes\":900,\"later\":true},"
      "{\"id\":\"b\",\"type\":\"hat\",\"name\":{\"en\":\"B\"},\"licence\":\"X\",\"file\":\"b.svg\",\"sha256\":\"" HASH
      "\"}]}";
  g_autoptr(GError) error = NULL;
  g_autoptr(MienCatalogue) catalogue = mien_catalogue_new_from_json (json, -1, &error);
  g_auto(GStrv) files = NULL;

  g_assert_no_error (error);
  g_assert_true (mien_catalogue_is_hashed (catalogue));
  files = mien_catalogue_list_files (catalogue);
  g_assert_cmpuint (g_strv_length (files), ==, 1);
  g_assert_cmpstr (files[0], ==, HASH);
  g_assert_cmpuint (mien_catalogue_get_file_bytes (catalogue, HASH), ==, 900);
  g_assert_cmpuint (mien_catalogue_get_file_bytes (catalogue, "00"), ==, 0);
}

static void
test_query (void)
{
  static const struct { const char *type, *text; const char *ids; } cases[] = {
    { NULL, NULL, "hair-long glasses-round hat-beanie coat-plain" },
    { NULL, "", "hair-long glasses-round hat-beanie coat-plain" },
    { NULL, "  ", "hair-long glasses-round hat-beanie coat-plain" },
    { "hat", NULL, "hat-beanie" },
    { "hat", "glasses", "" },
    { NULL, "BEANIE", "hat-beanie" },
    { NULL, "béAnie", "hat-beanie" },
    { NULL, "ｂｅａｎｉｅ", "hat-beanie" },
    { NULL, "毛线", "hat-beanie" },
    { NULL, "帽子", "hat-beanie" },
    { NULL, "hats", "hat-beanie" },
    { NULL, "warm wool", "hat-beanie" },
    { NULL, "warm cotton", "" },
    { NULL, "winter", "hat-beanie" },
    { NULL, "long", "hair-long" },
    { NULL, "zzz", "" },
    { NULL, "\xff\xfe", "" },
  };
  g_autoptr(MienCatalogue) catalogue = load_pack_catalogue ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const PortraitType *type = cases[i].type != NULL ? portrait_type_lookup (cases[i].type) : NULL;
      g_autoptr(GPtrArray) found = mien_catalogue_query (catalogue, type, cases[i].text);
      g_autoptr(GString) ids = g_string_new (NULL);

      for (guint j = 0; j < found->len; j++)
        g_string_append_printf (ids, "%s%s", j > 0 ? " " : "", mien_avatar_get_id (g_ptr_array_index (found, j)));
      g_assert_cmpstr (ids->str, ==, cases[i].ids);
    }
}

static void
test_languages (void)
{
  static const struct { const char *language, *name; } cases[] = {
    { "zh_CN.UTF-8", "毛线帽" }, { "zh_CN", "毛线帽" }, { "zh", "毛线帽" }, { "zh_TW:zh", "毛线帽" },
    { "zh_TW:en", "毛线帽" }, { "de", "Béanie" }, { "C", "Béanie" }, { "de:zh_CN", "毛线帽" },
    { "en_GB:zh_CN", "Béanie" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(MienCatalogue) catalogue = NULL;

      g_setenv ("LANGUAGE", cases[i].language, TRUE);
      catalogue = load_pack_catalogue ();
      g_assert_cmpstr (mien_avatar_get_name (mien_catalogue_lookup (catalogue, "hat-beanie")), ==, cases[i].name);
    }
  g_setenv ("LANGUAGE", "zh_CN", TRUE);
  {
    g_autoptr(MienCatalogue) catalogue = load_pack_catalogue ();

    g_assert_cmpstr (mien_catalogue_get_name (catalogue), ==, "测试包");
    g_assert_cmpstr (mien_catalogue_get_type_name (catalogue, portrait_type_lookup ("hat")), ==, "帽子");
    g_assert_cmpstr (mien_catalogue_get_type_name (catalogue, portrait_type_lookup ("mask")), ==, "mask");
  }
  g_setenv ("LANGUAGE", "en", TRUE);
}

static char *
make_many (guint n)
{
  GString *json = g_string_new (HEAD "\"avatars\":[");

  for (guint i = 0; i < n; i++)
    g_string_append_printf (
        json,
        "%s{\"id\":\"hat-%u\",\"type\":\"hat\",\"name\":{\"en\":\"Hat number %u\",\"zh_CN\":\"帽子第%u号\"},"
        "\"file\":\"hat-%u.svg\",\"sha256\":\"%064x\",\"bytes\":4000,\"tags\":[\"sport\",\"t%u\"],\"licence\":\"CC0-1."
        "0\"}",
        i > 0 ? "," : "", i, i, i, i, i, i % 50);
  g_string_append (json, "]}");
  return g_string_free (json, FALSE);
}

/* The numbers the catalogue is built for: 10,000 avatars, and a search as one types. */
static void
test_many (void)
{
  g_autofree char *json = make_many (MIEN_CATALOGUE_MAX_AVATARS);
  g_autoptr(GError) error = NULL;
  g_autoptr(MienCatalogue) catalogue = NULL;
  g_autoptr(GPtrArray) found = NULL;
  g_auto(GStrv) files = NULL;
  gint64 start = g_get_monotonic_time ();
  gint64 parsed, queried;

  catalogue = mien_catalogue_new_from_json (json, -1, &error);
  parsed = g_get_monotonic_time ();
  g_assert_no_error (error);
  found = mien_catalogue_query (catalogue, portrait_type_lookup ("hat"), "sport 第777号");
  queried = g_get_monotonic_time ();
  g_assert_cmpuint (found->len, ==, 1);
  files = mien_catalogue_list_files (catalogue);
  g_assert_cmpuint (g_strv_length (files), ==, MIEN_CATALOGUE_MAX_AVATARS);
  g_test_message ("%" G_GSIZE_FORMAT " bytes: parsed in %.1f ms, searched in %.2f ms", strlen (json),
                  (parsed - start) / 1e3, (queried - parsed) / 1e3);
  /* two orders above what was measured: a busy machine is not a failure */
  g_assert_cmpint (queried - parsed, <, 250 * 1000);
}

static void
test_too_many (void)
{
  g_autofree char *json = make_many (MIEN_CATALOGUE_MAX_AVATARS + 1);
  g_autofree char *long_text = g_strnfill (MIEN_CATALOGUE_MAX_BYTES + 1, ' ');
  g_autoptr(GString) values = g_string_new ("[");
  g_autoptr(GError) error = NULL;

  g_assert_null (mien_catalogue_new_from_json (json, -1, &error));
  g_assert_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "10001"));
  g_clear_error (&error);

  g_assert_null (mien_catalogue_new_from_json (long_text, -1, &error));
  g_assert_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_LIMIT);
  g_clear_error (&error);

  for (guint i = 0; i <= MIEN_CATALOGUE_MAX_VALUES; i++)
    g_string_append (values, "1,");
  g_assert_null (mien_catalogue_new_from_json (values->str, values->len, &error));
  g_assert_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_LIMIT);
}

/* Brackets inside of texts are not structure, and an escaped quotation mark does not end a text. */
static void
test_json_judge (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = mien_json_parse ("{\"a\":\"[[[[\\\"[[[{{,,/\"}", -1, 100, 1, 2, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (node), "a"), ==, "[[[[\"[[[{{,,/");
  g_assert_null (mien_json_parse ("{\"a\":\"\\", -1, 100, 1, 2, &error));
  g_assert_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_SYNTAX);
}

int
main (int    argc,
      char **argv)
{
  g_setenv ("LANGUAGE", "en", TRUE);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bad_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/catalogue/bad/", bad_cases[i].name, NULL);

      g_test_add_data_func (path, &bad_cases[i], test_bad);
    }
  g_test_add_func ("/catalogue/members", test_members);
  g_test_add_func ("/catalogue/hashed", test_hashed);
  g_test_add_func ("/catalogue/query", test_query);
  g_test_add_func ("/catalogue/languages", test_languages);
  g_test_add_func ("/catalogue/many", test_many);
  g_test_add_func ("/catalogue/too-many", test_too_many);
  g_test_add_func ("/catalogue/json", test_json_judge);
  return g_test_run ();
}
