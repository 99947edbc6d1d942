/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-avatar"

#include "mien-config.h"
#include "mien-catalogue-private.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "mien-avatar-private.h"
#include "mien-json.h"

/* catalogue.json, version 1 (docs/protocol.md, "Catalogue"). Members that are not known here are skipped, so that a
 * newer server may add some. Every refusal names the member: "avatars[3].variants[0].colours". */

typedef struct
{
  MienCatalogue *catalogue;
  GHashTable *type_keys;      /* PortraitType → folded names, owned */
  GHashTable *file_index;     /* borrowed sha256 → itself: what is in catalogue->files */
  const char * const *languages;
  gboolean decided;           /* whether this is a hashed catalogue is known from its first picture */
} Parser;

static gboolean
fail (GError            **error,
      MienCatalogueError  code,
      const char         *path,
      const char         *member,
      const char         *format,
      ...) G_GNUC_PRINTF (5, 6);

static gboolean
fail (GError            **error,
      MienCatalogueError  code,
      const char         *path,
      const char         *member,
      const char         *format,
      ...)
{
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  /* Translators: the first part is the place in a file, such as avatars[3].name */
  g_set_error (error, MIEN_CATALOGUE_ERROR, code, _("The avatar catalogue cannot be used. %s%s%s: %s"),
               path, *path != '\0' && *member != '\0' && *member != '[' ? "." : "", member, what);
  return FALSE;
}

static gboolean
is_slug (const char *text)
{
  size_t length = strlen (text);

  return length > 0 && text[0] != '-' && strspn (text, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

/* A name without a path: nothing outside of the pack's folder can be meant. */
static gboolean
is_file_name (const char *text)
{
  g_autofree char *stem = NULL;

  if (!g_str_has_suffix (text, ".svg"))
    return FALSE;
  stem = g_strndup (text, strlen (text) - 4);
  return is_slug (stem);
}

static gboolean
parse_colour (const char *text,
              guint32    *out)
{
  if (text[0] != '#' || strlen (text) != 7 || strspn (text + 1, "0123456789abcdefABCDEF") != 6)
    return FALSE;
  if (out != NULL)
    *out = (guint32) g_ascii_strtoull (text + 1, NULL, 16);
  return TRUE;
}

static gboolean
get_string (JsonObject  *object,
            const char  *path,
            const char  *member,
            gboolean     required,
            const char **out,
            GError     **error)
{
  JsonNode *node = json_object_get_member (object, member);

  *out = NULL;
  if (node == NULL)
    return !required || fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, member, _("it is missing."));
  if (json_node_get_value_type (node) != G_TYPE_STRING)
    return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, member, _("it is not a text."));
  *out = json_node_get_string (node);
  if (**out == '\0')
    return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, member, _("it is empty."));
  if (strlen (*out) > MIEN_CATALOGUE_MAX_TEXT)
    return fail (error, MIEN_CATALOGUE_ERROR_LIMIT, path, member, _("it is longer than %d bytes."),
                 MIEN_CATALOGUE_MAX_TEXT);
  return TRUE;
}

static gboolean
get_slug (JsonObject  *object,
          const char  *path,
          const char  *member,
          const char **out,
          GError     **error)
{
  if (!get_string (object, path, member, TRUE, out, error))
    return FALSE;
  return is_slug (*out) || fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, member,
                                 _("“%s” has characters other than a-z, 0-9 and “-”."), *out);
}

/* An array of at most @max members; NULL when it is not there and not @required. */
static gboolean
get_array (JsonObject *object,
           const char *path,
           const char *member,
           gboolean    required,
           guint       max,
           JsonArray **out,
           GError    **error)
{
  JsonNode *node = json_object_get_member (object, member);

  *out = NULL;
  if (node == NULL)
    return !required || fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, member, _("it is missing."));
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, member, _("it is not a list."));
  *out = json_node_get_array (node);
  if (json_array_get_length (*out) > max)
    return fail (error, MIEN_CATALOGUE_ERROR_LIMIT, path, member, _("it has %u entries; at most %u are allowed."),
                 json_array_get_length (*out), max);
  return TRUE;
}

static gboolean
get_object (JsonArray   *array,
            guint        index,
            const char  *path,
            JsonObject **out,
            GError     **error)
{
  JsonNode *node = json_array_get_element (array, index);

  *out = NULL;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, "", _("it is not an object."));
  *out = json_node_get_object (node);
  return TRUE;
}

/* A list of slugs. */
static gboolean
get_slugs (JsonObject  *object,
           const char  *path,
           const char  *member,
           char      ***out,
           GError     **error)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *array;

  if (!get_array (object, path, member, FALSE, MIEN_CATALOGUE_MAX_LIST, &array, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      const char *text = json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;

      if (text == NULL || strlen (text) > MIEN_CATALOGUE_MAX_TEXT || !is_slug (text))
        return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, member,
                     _("entry %u is not a word of a-z, 0-9 and “-”."), i);
      g_strv_builder_add (builder, text);
    }
  *out = g_strv_builder_end (builder);
  return TRUE;
}

/* "zh_CN.UTF-8" and "de_DE@euro" name no other translation than "zh_CN" and "de_DE". A bare "zh" takes any "zh_…". */
static const char *
pick_language (Parser     *parser,
               JsonObject *names)
{
  for (guint i = 0; parser->languages[i] != NULL; i++)
    {
      const char *language = parser->languages[i];
      gsize length = strlen (language);
      JsonObjectIter iter;
      const char *key;

      if (strpbrk (language, ".@") != NULL)
        continue;
      if (json_object_has_member (names, language))
        return json_object_get_string_member (names, language);
      if (strchr (language, '_') != NULL || g_str_equal (language, "C"))
        continue;
      json_object_iter_init_ordered (&iter, names);
      while (json_object_iter_next_ordered (&iter, &key, NULL))
        if (g_str_has_prefix (key, language) && key[length] == '_')
          return json_object_get_string_member (names, key);
    }
  return json_object_get_string_member (names, "en");
}

/* {"en": "Hats", "zh_CN": "帽子"}: the user's language into @out_name, all of them folded to @search (may be NULL). */
static gboolean
get_name (Parser      *parser,
          JsonObject  *object,
          const char  *path,
          GString     *search,
          char       **out_name,
          GError     **error)
{
  JsonNode *node = json_object_get_member (object, "name");
  g_autofree char *here = g_strconcat (path, *path != '\0' ? "." : "", "name", NULL);
  JsonObject *names;
  JsonObjectIter iter;
  const char *key;

  if (node == NULL)
    return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, "name", _("it is missing."));
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, "name", _("it is not an object of languages."));
  names = json_node_get_object (node);
  if (json_object_get_size (names) > MIEN_CATALOGUE_MAX_LIST)
    return fail (error, MIEN_CATALOGUE_ERROR_LIMIT, path, "name", _("it has more than %d languages."),
                 MIEN_CATALOGUE_MAX_LIST);
  if (!json_object_has_member (names, "en"))
    return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, "name.en", _("it is missing."));

  json_object_iter_init_ordered (&iter, names);
  while (json_object_iter_next_ordered (&iter, &key, NULL))
    {
      const char *text;

      if (!get_string (names, here, key, TRUE, &text, error))
        return FALSE;
      if (search != NULL)
        {
          g_autofree char *folded = mien_avatar_fold (text);

          g_string_append (search, folded);
          g_string_append_c (search, '\n');
        }
    }
  *out_name = g_strdup (pick_language (parser, names));
  return TRUE;
}

/* "file" and, in a catalogue that a server gives out, "sha256" and "bytes" beside it. @prefix: "" or "behind_". */
static gboolean
get_file (Parser      *parser,
          JsonObject  *object,
          const char  *path,
          const char  *member,
          const char  *prefix,
          gboolean     required,
          char       **out_file,
          char       **out_sha256,
          GError     **error)
{
  g_autofree char *hash_member = g_strconcat (prefix, "sha256", NULL);
  g_autofree char *bytes_member = g_strconcat (prefix, "bytes", NULL);
  MienCatalogue *catalogue = parser->catalogue;
  const char *file, *sha256;
  gint64 bytes;

  if (!get_string (object, path, member, required, &file, error) ||
      !get_string (object, path, hash_member, FALSE, &sha256, error))
    return FALSE;
  if (file == NULL)
    return sha256 == NULL ||
           fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, hash_member, _("it has no “%s” beside it."), member);
  if (!is_file_name (file))
    return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, member,
                 _("“%s” is not a file name of a-z, 0-9 and “-” that ends in “.svg”."), file);
  *out_file = g_strdup (file);

  if (!parser->decided)
    {
      catalogue->hashed = sha256 != NULL;
      parser->decided = TRUE;
    }
  if (catalogue->hashed != (sha256 != NULL))
    return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, hash_member, _("either all pictures have one or none."));
  if (sha256 == NULL)
    return TRUE;
  if (!mien_sha256_is_valid (sha256))
    return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, hash_member,
                 _("it is not 64 hexadecimal digits in lower case."));
  *out_sha256 = g_strdup (sha256);

  bytes = json_object_get_int_member_with_default (object, bytes_member, 0);
  if (bytes < 0 || bytes > MIEN_CATALOGUE_MAX_FILE_BYTES)
    return fail (error, MIEN_CATALOGUE_ERROR_LIMIT, path, bytes_member, _("a picture has at most %d bytes."),
                 MIEN_CATALOGUE_MAX_FILE_BYTES);
  if (g_hash_table_contains (parser->file_index, sha256))
    return TRUE;
  g_ptr_array_add (catalogue->files, g_strdup (sha256));
  g_hash_table_add (parser->file_index, g_ptr_array_index (catalogue->files, catalogue->files->len - 1));
  g_hash_table_insert (catalogue->file_bytes, g_ptr_array_index (catalogue->files, catalogue->files->len - 1),
                       GSIZE_TO_POINTER ((gsize) bytes));
  return TRUE;
}

static gboolean
parse_type (Parser      *parser,
            JsonObject  *object,
            const char  *path,
            GError     **error)
{
  g_autoptr(GString) search = g_string_new (NULL);
  MienCatalogueType entry = { 0 };
  const char *id, *follows;
  JsonNode *depth;

  if (!get_slug (object, path, "id", &id, error) || !get_string (object, path, "follows", TRUE, &follows, error))
    return FALSE;
  entry.type = portrait_type_lookup (id);
  if (entry.type == NULL)
    return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, "id", _("“%s” is not an avatar type."), id);
  if (g_hash_table_contains (parser->type_keys, entry.type))
    return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, "id", _("“%s” is there twice."), id);
  if (!g_str_equal (follows, "head") && !g_str_equal (follows, "body") && !g_str_equal (follows, "picture"))
    return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, "follows", _("it is none of “head”, “body” and “picture”."));
  depth = json_object_get_member (object, "depth");
  if (depth == NULL || json_node_get_value_type (depth) != G_TYPE_INT64)
    return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, "depth", _("it is not a whole number."));
  if (!get_name (parser, object, path, search, &entry.name, error))
    return FALSE;

  g_hash_table_insert (parser->type_keys, (gpointer) entry.type, g_strdup (search->str));
  g_array_append_val (parser->catalogue->types, entry);
  return TRUE;
}

static gboolean
parse_colours (JsonObject  *object,
               const char  *path,
               char      ***out,
               GError     **error)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  JsonNode *node = json_object_get_member (object, "colours");
  JsonObjectIter iter;
  JsonNode *value;
  const char *from;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node) || json_object_get_size (json_node_get_object (node)) == 0)
    return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, "colours", _("it is not an object of colours."));
  if (json_object_get_size (json_node_get_object (node)) > MIEN_CATALOGUE_MAX_LIST)
    return fail (error, MIEN_CATALOGUE_ERROR_LIMIT, path, "colours", _("it has more than %d colours."),
                 MIEN_CATALOGUE_MAX_LIST);

  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &from, &value))
    {
      const char *to = json_node_get_value_type (value) == G_TYPE_STRING ? json_node_get_string (value) : "";
      g_autofree char *pair = NULL;
      g_autofree char *lower = NULL;

      if (!parse_colour (from, NULL) || !parse_colour (to, NULL))
        return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, "colours",
                     _("“%.20s” and its value are not both of the form “#rrggbb”."), from);
      pair = g_strdup_printf ("%s=%s", from, to);
      lower = g_ascii_strdown (pair, -1);
      g_strv_builder_add (builder, lower);
    }
  *out = g_strv_builder_end (builder);
  return TRUE;
}

static gboolean
parse_variants (Parser      *parser,
                MienAvatar  *avatar,
                JsonObject  *object,
                const char  *path,
                GError     **error)
{
  JsonArray *array;

  if (!get_array (object, path, "variants", FALSE, MIEN_CATALOGUE_MAX_LIST, &array, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autofree char *here = g_strdup_printf ("%s.variants[%u]", path, i);
      MienAvatarVariant variant = { 0 };
      JsonObject *entry;
      const char *id;

      if (!get_object (array, i, here, &entry, error) || !get_slug (entry, here, "id", &id, error))
        return FALSE;
      if (mien_avatar_find_variant (avatar, id) != NULL)
        return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, here, "id", _("“%s” is there twice."), id);
      variant.id = g_strdup (id);
      if (!get_name (parser, entry, here, NULL, &variant.name, error) ||
          !parse_colours (entry, here, &variant.colours, error))
        {
          mien_avatar_variant_clear (&variant);
          return FALSE;
        }
      g_array_append_val (avatar->variants, variant);
    }
  return TRUE;
}

static void
finish_search_key (Parser     *parser,
                   MienAvatar *avatar,
                   GString    *search)
{
  const char *type_key = g_hash_table_lookup (parser->type_keys, avatar->type);

  g_string_append_printf (search, "%s\n", avatar->id);
  for (guint i = 0; avatar->tags[i] != NULL; i++)
    g_string_append_printf (search, "%s\n", avatar->tags[i]);
  for (guint i = 0; avatar->sets[i] != NULL; i++)
    g_string_append_printf (search, "%s\n", avatar->sets[i]);
  g_string_append (search, type_key != NULL ? type_key : avatar->type->name);
  avatar->search_key = g_strdup (search->str);
}

static gboolean
parse_avatar (Parser      *parser,
              JsonObject  *object,
              const char  *path,
              GError     **error)
{
  g_autoptr(MienAvatar) avatar = g_object_new (MIEN_TYPE_AVATAR, NULL);
  g_autoptr(GString) search = g_string_new (NULL);
  const char *id, *type, *licence;

  if (!get_slug (object, path, "id", &id, error) || !get_slug (object, path, "type", &type, error) ||
      !get_string (object, path, "licence", TRUE, &licence, error))
    return FALSE;
  if (g_hash_table_contains (parser->catalogue->by_id, id))
    return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, "id", _("“%s” is there twice."), id);
  avatar->type = portrait_type_lookup (type);
  if (avatar->type == NULL)
    return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, "type", _("“%s” is not an avatar type."), type);
  avatar->id = g_strdup (id);
  avatar->licence = g_strdup (licence);
  if (!get_name (parser, object, path, search, &avatar->name, error) ||
      !get_slugs (object, path, "tags", &avatar->tags, error) ||
      !get_slugs (object, path, "sets", &avatar->sets, error) ||
      !get_file (parser, object, path, "file", "", TRUE, &avatar->file, &avatar->sha256, error) ||
      !get_file (parser, object, path, "behind", "behind_", FALSE, &avatar->behind_file, &avatar->behind_sha256,
                 error) ||
      !parse_variants (parser, avatar, object, path, error))
    return FALSE;
  if (avatar->behind_file != NULL && !g_str_equal (type, "hair"))
    return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, "behind", _("only hair has a part behind the head."));

  finish_search_key (parser, avatar, search);
  g_hash_table_insert (parser->catalogue->by_id, avatar->id, avatar);
  g_ptr_array_add (parser->catalogue->avatars, g_steal_pointer (&avatar));
  return TRUE;
}

static gboolean
parse_eyes (JsonObject  *object,
            const char  *path,
            double      *eyes,
            GError     **error)
{
  JsonArray *array;

  if (!get_array (object, path, "eyes", TRUE, 4, &array, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      GType type = json_node_get_value_type (node);

      eyes[i] = type == G_TYPE_DOUBLE || type == G_TYPE_INT64 ? json_node_get_double (node) : -1;
      if (!isfinite (eyes[i]) || eyes[i] < 0 || eyes[i] > 1)
        return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, "eyes", _("they are not numbers from 0 to 1."));
    }
  if (json_array_get_length (array) != 4 || hypot (eyes[2] - eyes[0], eyes[3] - eyes[1]) < 0.01 || eyes[2] <= eyes[0])
    return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, "eyes",
                 _("they are not x and y of the left eye, then of the right one."));
  return TRUE;
}

static gboolean
parse_headshot (Parser      *parser,
                JsonObject  *object,
                const char  *path,
                GError     **error)
{
  GArray *headshots = parser->catalogue->headshots;
  MienDrawnHeadshot *headshot;
  const char *id, *backdrop;

  if (!get_slug (object, path, "id", &id, error) || !get_string (object, path, "backdrop", TRUE, &backdrop, error))
    return FALSE;
  for (guint i = 0; i < headshots->len; i++)
    if (g_str_equal (g_array_index (headshots, MienDrawnHeadshot, i).id, id))
      return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, "id", _("“%s” is there twice."), id);

  /* From here the array owns it, also when the rest is refused. */
  g_array_set_size (headshots, headshots->len + 1);
  headshot = &g_array_index (headshots, MienDrawnHeadshot, headshots->len - 1);
  headshot->id = g_strdup (id);
  if (!parse_colour (backdrop, &headshot->backdrop))
    return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, path, "backdrop", _("it is not of the form “#rrggbb”."));
  return get_name (parser, object, path, NULL, &headshot->name, error) &&
         get_file (parser, object, path, "file", "", TRUE, &headshot->file, &headshot->sha256, error) &&
         parse_eyes (object, path, headshot->eyes, error);
}

typedef gboolean (*ParseEntry) (Parser *parser, JsonObject *object, const char *path, GError **error);

static gboolean
parse_list (Parser      *parser,
            JsonObject  *root,
            const char  *member,
            gboolean     required,
            guint        max,
            ParseEntry   parse_entry,
            GError     **error)
{
  JsonArray *array;

  if (!get_array (root, "", member, required, max, &array, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s[%u]", member, i);
      JsonObject *object;

      if (!get_object (array, i, path, &object, error) || !parse_entry (parser, object, path, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_version (JsonObject  *root,
               GError     **error)
{
  JsonNode *node = json_object_get_member (root, "mien-catalogue");
  gint64 version;

  if (node == NULL)
    return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, "", "mien-catalogue",
                 _("it is missing; this is not an avatar catalogue."));
  if (json_node_get_value_type (node) != G_TYPE_INT64 || (version = json_node_get_int (node)) < 1)
    return fail (error, MIEN_CATALOGUE_ERROR_MEMBER, "", "mien-catalogue", _("it is not a version number."));
  if (version > MIEN_CATALOGUE_VERSION)
    return fail (error, MIEN_CATALOGUE_ERROR_VERSION, "", "mien-catalogue",
                 _("it was made for a newer Mien (version %" PRId64 ", this one reads %d). Update Mien."),
                 version, MIEN_CATALOGUE_VERSION);
  return TRUE;
}

MienCatalogue *
mien_catalogue_new_from_json (const char  *json,
                              gssize       length,
                              GError     **error)
{
  g_autoptr(JsonNode) node = NULL;
  g_autoptr(MienCatalogue) catalogue = NULL;
  g_autoptr(GHashTable) type_keys = NULL;
  g_autoptr(GHashTable) file_index = NULL;
  Parser parser = { 0 };
  JsonObject *root;

  g_return_val_if_fail (json != NULL, NULL);

  node = mien_json_parse (json, length, MIEN_CATALOGUE_MAX_BYTES, MIEN_CATALOGUE_MAX_DEPTH, MIEN_CATALOGUE_MAX_VALUES,
                          error);
  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      fail (error, MIEN_CATALOGUE_ERROR_MEMBER, "", "", _("it is not an object."));
      return NULL;
    }
  root = json_node_get_object (node);
  catalogue = g_object_new (MIEN_TYPE_CATALOGUE, NULL);
  type_keys = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  file_index = g_hash_table_new (g_str_hash, g_str_equal);
  parser.catalogue = catalogue;
  parser.type_keys = type_keys;
  parser.file_index = file_index;
  parser.languages = g_get_language_names ();

  if (!check_version (root, error) ||
      !get_name (&parser, root, "", NULL, &catalogue->name, error) ||
      !parse_list (&parser, root, "types", TRUE, 64, parse_type, error) ||
      !parse_list (&parser, root, "avatars", TRUE, MIEN_CATALOGUE_MAX_AVATARS, parse_avatar, error) ||
      !parse_list (&parser, root, "headshots", FALSE, MIEN_CATALOGUE_MAX_HEADSHOTS, parse_headshot, error))
    return NULL;
  return g_steal_pointer (&catalogue);
}
