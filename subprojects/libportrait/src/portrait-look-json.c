/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "portrait"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "portrait-look-private.h"

/* A look needs three levels; what newer versions add is kept, but not to any depth: the parser recurses. */
#define MAX_DEPTH 16

static const char *const look_members[] = { "mien-look", "headshot", "layers", NULL };
static const char *const headshot_members[] = { "sha256", "eyes", "eyes-source", "unit", "turn", "backdrop", NULL };
static const char *const layer_members[] = { "type", "avatar", "variant", "sha256",  "x",       "y",
                                             "tilt", "scale",  "flip",    "opacity", "by-hand", NULL };

static const char *const eyes_sources[] = { "standard", "found", "marked" };

/* Where a member is, for messages: "layers[2]." or "". */
typedef struct
{
  JsonObject *object;
  char        path[32];
} Place;

G_GNUC_PRINTF (4, 5)
static gboolean
refuse (GError **error, const Place *place, const char *member, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  g_set_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_MEMBER, "This look cannot be opened: %s%s %s.", place->path,
               member, what);
  return FALSE;
}

/* Reading ---------------------------------------------------------------- */

/* Absent and null are the same. */
static JsonNode *
get_member (const Place *place, const char *member)
{
  JsonNode *node = json_object_get_member (place->object, member);

  return node != NULL && !JSON_NODE_HOLDS_NULL (node) ? node : NULL;
}

static gboolean
read_number (const Place *place, const char *member, double minimum, double maximum, double *value, GError **error)
{
  JsonNode *node = get_member (place, member);
  double number;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) ||
      (json_node_get_value_type (node) != G_TYPE_DOUBLE && json_node_get_value_type (node) != G_TYPE_INT64))
    return refuse (error, place, member, "is not a number");

  number = json_node_get_double (node);
  if (!(number >= minimum && number <= maximum))
    return refuse (error, place, member, "is %g, and must be between %g and %g", number, minimum, maximum);

  *value = number;
  return TRUE;
}

static gboolean
read_boolean (const Place *place, const char *member, gboolean *value, GError **error)
{
  JsonNode *node = get_member (place, member);

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return refuse (error, place, member, "is not true or false");

  *value = json_node_get_boolean (node);
  return TRUE;
}

/* A string of 1 to @max_bytes bytes without control characters. */
static gboolean
read_string (const Place *place, const char *member, gsize max_bytes, const char **value, GError **error)
{
  JsonNode *node = get_member (place, member);
  const char *string;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return refuse (error, place, member, "is not a string");

  string = json_node_get_string (node);
  if (*string == '\0' || strlen (string) > max_bytes)
    return refuse (error, place, member, "must have 1 to %" G_GSIZE_FORMAT " bytes", max_bytes);
  if (!g_utf8_validate (string, -1, NULL))
    return refuse (error, place, member, "is not UTF-8");
  for (const char *p = string; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return refuse (error, place, member, "has a control character");

  *value = string;
  return TRUE;
}

static gboolean
read_sha256 (const Place *place, const char *member, char **value, GError **error)
{
  const char *string = NULL;

  if (!read_string (place, member, 64, &string, error))
    return FALSE;
  if (string != NULL && (strlen (string) != 64 || strspn (string, "0123456789abcdef") != 64))
    return refuse (error, place, member, "is not a SHA-256 in 64 lower-case hexadecimal digits");

  *value = g_strdup (string);
  return TRUE;
}

static gboolean
read_colour (const Place *place, const char *member, guint32 *value, GError **error)
{
  const char *string = NULL;

  if (!read_string (place, member, 7, &string, error))
    return FALSE;
  if (string == NULL)
    return TRUE;
  if (string[0] != '#' || strspn (string + 1, "0123456789abcdefABCDEF") != 6 || string[7] != '\0')
    return refuse (error, place, member, "is not a colour like \"#f6d32d\"");

  *value = (guint32) g_ascii_strtoull (string + 1, NULL, 16);
  return TRUE;
}

/* What is not in @known, as the text of an object; NULL when nothing is left. What could not be read back (a number
 * beyond all numbers, half a surrogate pair) is refused, since it could not be written either. */
static gboolean
keep_unknown (const Place *place, const char *const *known, char **out, GError **error)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (JsonNode) again = NULL;
  g_autoptr (JsonObject) rest = json_object_new ();
  g_autoptr (GList) members = json_object_get_members (place->object);
  g_autofree char *text = NULL;

  for (GList *l = members; l != NULL; l = l->next)
    if (!g_strv_contains (known, l->data))
      json_object_set_member (rest, l->data, json_node_copy (json_object_get_member (place->object, l->data)));

  if (json_object_get_size (rest) == 0)
    return TRUE;

  node = json_node_init_object (json_node_alloc (), rest);
  text = json_to_string (node, FALSE);
  if (g_utf8_validate (text, -1, NULL))
    again = json_from_string (text, NULL);
  if (again == NULL || !JSON_NODE_HOLDS_OBJECT (again))
    return refuse (error, place, "(unknown members)", "hold a value that JSON cannot write");

  *out = g_steal_pointer (&text);
  return TRUE;
}

static gboolean
read_eyes (const Place *place, double eyes[4], gboolean *given, GError **error)
{
  JsonNode *node = get_member (place, "eyes");
  JsonArray *array;

  *given = node != NULL;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node) || json_array_get_length (json_node_get_array (node)) != 4)
    return refuse (error, place, "eyes", "is not a list of four numbers");

  array = json_node_get_array (node);
  for (guint i = 0; i < 4; i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (element) ||
          (json_node_get_value_type (element) != G_TYPE_DOUBLE && json_node_get_value_type (element) != G_TYPE_INT64))
        return refuse (error, place, "eyes", "is not a list of four numbers");
      eyes[i] = json_node_get_double (element);
      if (!(eyes[i] >= 0.0 && eyes[i] <= 1.0))
        return refuse (error, place, "eyes", "has a number outside 0 to 1");
    }
  return TRUE;
}

static gboolean
read_eyes_source (const Place *place, PortraitEyesSource *source, GError **error)
{
  const char *string = NULL;

  if (!read_string (place, "eyes-source", 16, &string, error))
    return FALSE;
  if (string == NULL)
    return TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (eyes_sources); i++)
    if (strcmp (string, eyes_sources[i]) == 0)
      {
        *source = (PortraitEyesSource) i;
        return TRUE;
      }
  return refuse (error, place, "eyes-source", "must be \"standard\", \"found\" or \"marked\"");
}

static gboolean
read_face (const Place *place, PortraitFace *face, GError **error)
{
  PortraitEyesSource source = PORTRAIT_EYES_MARKED;
  double eyes[4];
  gboolean given;

  if (!read_eyes (place, eyes, &given, error) || !read_eyes_source (place, &source, error))
    return FALSE;

  portrait_face_init_standard (face);
  if (given && source != PORTRAIT_EYES_STANDARD &&
      !portrait_face_init_eyes (eyes[0], eyes[1], eyes[2], eyes[3], 0.0, source, face))
    return refuse (error, place, "eyes", "has both eyes in one place");

  if (face->source == PORTRAIT_EYES_STANDARD)
    return TRUE;
  return read_number (place, "unit", PORTRAIT_FACE_UNIT_MINIMUM, PORTRAIT_FACE_UNIT_MAXIMUM, &face->unit, error) &&
         read_number (place, "turn", -PORTRAIT_FACE_TURN_MAXIMUM, PORTRAIT_FACE_TURN_MAXIMUM, &face->turn, error);
}

static gboolean
read_headshot (PortraitLook *look, const Place *root, GError **error)
{
  JsonNode *node = get_member (root, "headshot");
  Place place = { NULL, "headshot." };

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return refuse (error, root, "headshot", "is not an object");

  place.object = json_node_get_object (node);
  return keep_unknown (&place, headshot_members, &look->headshot_extra, error) &&
         read_sha256 (&place, "sha256", &look->headshot, error) &&
         read_colour (&place, "backdrop", &look->backdrop, error) && read_face (&place, &look->face, error);
}

static gboolean
read_control (const Place *place, const char *member, const PortraitControl *control, double *value, GError **error)
{
  return read_number (place, member, control->minimum, control->maximum, value, error);
}

static gboolean
read_placement (const Place *place, PortraitPlacement *placement, GError **error)
{
  gboolean flip = FALSE;

  if (!read_control (place, "x", &portrait_control_x, &placement->x, error) ||
      !read_control (place, "y", &portrait_control_y, &placement->y, error) ||
      !read_control (place, "tilt", &portrait_control_tilt, &placement->tilt, error) ||
      !read_control (place, "scale", &portrait_control_scale, &placement->scale, error) ||
      !read_control (place, "opacity", &portrait_control_opacity, &placement->opacity, error) ||
      !read_boolean (place, "flip", &flip, error))
    return FALSE;

  placement->flip = flip;
  return TRUE;
}

static gboolean
read_layer (PortraitLook *look, const Place *place, GError **error)
{
  const char *type_name = NULL, *avatar = NULL, *variant = NULL;
  const PortraitType *type;
  PortraitLookLayer *layer;

  if (!read_string (place, "type", PORTRAIT_LOOK_MAX_ID, &type_name, error) ||
      !read_string (place, "avatar", PORTRAIT_LOOK_MAX_ID, &avatar, error) ||
      !read_string (place, "variant", PORTRAIT_LOOK_MAX_ID, &variant, error))
    return FALSE;
  if (type_name == NULL)
    return refuse (error, place, "type", "is missing");
  if (avatar == NULL)
    return refuse (error, place, "avatar", "is missing");

  type = portrait_type_lookup (type_name);
  if (type == NULL)
    return refuse (error, place, "type", "is \"%s\", which is not a known type of avatar", type_name);
  if (portrait_look_find_layer (look, type_name) != NULL)
    {
      g_set_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_DUPLICATE,
                   "This look cannot be opened: %stype is a second \"%s\"; a portrait has one avatar of a type.",
                   place->path, type_name);
      return FALSE;
    }

  layer = portrait_look_layer_new (type, avatar);
  g_ptr_array_add (look->layers, layer);
  layer->layer.variant = g_strdup (variant);
  portrait_placement_init_first (type, &look->face, &layer->layer.placement);
  /* A member that is given is a hand's work unless the file says otherwise. */
  for (guint i = 4; i < 10 && !layer->layer.placed_by_hand; i++)
    layer->layer.placed_by_hand = get_member (place, layer_members[i]) != NULL;

  return keep_unknown (place, layer_members, &layer->extra, error) &&
         read_sha256 (place, "sha256", &layer->layer.sha256, error) &&
         read_placement (place, &layer->layer.placement, error) &&
         read_boolean (place, "by-hand", &layer->layer.placed_by_hand, error);
}

static gboolean
read_layers (PortraitLook *look, const Place *root, GError **error)
{
  JsonNode *node = get_member (root, "layers");
  JsonArray *array;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return refuse (error, root, "layers", "is not a list");

  array = json_node_get_array (node);
  if (json_array_get_length (array) > PORTRAIT_LOOK_MAX_LAYERS)
    return refuse (error, root, "layers", "has %u entries, and may have %d", json_array_get_length (array),
                   PORTRAIT_LOOK_MAX_LAYERS);

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      Place place;

      g_snprintf (place.path, sizeof place.path, "layers[%u]", i);
      if (!JSON_NODE_HOLDS_OBJECT (element))
        return refuse (error, root, place.path, "is not an object");

      g_strlcat (place.path, ".", sizeof place.path);
      place.object = json_node_get_object (element);
      if (!read_layer (look, &place, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_version (const Place *root, GError **error)
{
  double version = 0.0;

  if (get_member (root, "mien-look") == NULL)
    return refuse (error, root, "mien-look", "is missing, so the file is something else");
  if (!read_number (root, "mien-look", 1.0, G_MAXINT, &version, error))
    return FALSE;
  if (version > PORTRAIT_LOOK_VERSION)
    {
      g_set_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_VERSION,
                   "This look was made by a newer version of the program (mien-look is %g, and this one reads %d). "
                   "Update the program to open it.", version, PORTRAIT_LOOK_VERSION);
      return FALSE;
    }
  return TRUE;
}

/* Counts brackets outside strings, before the recursive parser sees them. */
static gboolean
depth_is_bounded (const char *json, gsize length)
{
  gboolean in_string = FALSE;
  int depth = 0;

  for (gsize i = 0; i < length; i++)
    {
      char c = json[i];

      if (in_string)
        {
          if (c == '\\')
            i++;
          else if (c == '"')
            in_string = FALSE;
        }
      else if (c == '"')
        in_string = TRUE;
      else if (c == '[' || c == '{')
        {
          if (++depth > MAX_DEPTH)
            return FALSE;
        }
      else if (c == ']' || c == '}')
        depth--;
      else if (c == '/' || c == '\'')
        return FALSE;       /* comments and other quotes are not JSON, and would hide brackets from this count */
    }
  return TRUE;
}

static gboolean
check_text (const char *json, gsize length, GError **error)
{
  if (length > PORTRAIT_LOOK_MAX_BYTES)
    {
      g_set_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_SYNTAX,
                   "This look cannot be opened: it has more than %d bytes.", PORTRAIT_LOOK_MAX_BYTES);
      return FALSE;
    }
  if (!g_utf8_validate_len (json, length, NULL) || !depth_is_bounded (json, length))
    {
      g_set_error_literal (error, PORTRAIT_ERROR, PORTRAIT_ERROR_SYNTAX,
                           "This look cannot be opened: it is not a JSON text.");
      return FALSE;
    }
  return TRUE;
}

PortraitLook *
portrait_look_from_json (const char *json, gssize length, GError **error)
{
  g_autoptr (PortraitLook) look = NULL;
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) local = NULL;
  Place root = { NULL, "" };
  gsize bytes;

  g_return_val_if_fail (json != NULL, NULL);

  bytes = length < 0 ? strlen (json) : (gsize) length;
  if (!check_text (json, bytes, error))
    return NULL;

  parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (parser, json, (gssize) bytes, &local))
    {
      g_set_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_SYNTAX, "This look cannot be opened: %s", local->message);
      return NULL;
    }
  if (json_parser_get_root (parser) == NULL || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    {
      g_set_error_literal (error, PORTRAIT_ERROR, PORTRAIT_ERROR_SYNTAX,
                           "This look cannot be opened: it is not a JSON object.");
      return NULL;
    }

  root.object = json_node_get_object (json_parser_get_root (parser));
  look = portrait_look_new ();
  if (!read_version (&root, error) || !read_headshot (look, &root, error) || !read_layers (look, &root, error) ||
      !keep_unknown (&root, look_members, &look->extra, error))
    return NULL;

  return g_steal_pointer (&look);
}

/* Writing ----------------------------------------------------------------
 * By hand, since a file that people read and compare should say 0.2 where a generator that prints 17 digits says
 * 0.20000000000000001, and should have its members in one order. */

static void
write_key (GString *out, const char *indent, gboolean *first, const char *member)
{
  g_string_append_printf (out, "%s%s\"%s\": ", *first ? "\n" : ",\n", indent, member);
  *first = FALSE;
}

static void
write_string_value (GString *out, const char *value)
{
  g_string_append_c (out, '"');
  for (const char *p = value; *p != '\0'; p++)
    {
      if (*p == '"' || *p == '\\')
        g_string_append_c (out, '\\');
      if ((guchar) *p < 0x20)
        g_string_append_printf (out, "\\u%04x", (guint) (guchar) *p);
      else
        g_string_append_c (out, *p);
    }
  g_string_append_c (out, '"');
}

/* The shortest text that reads back as the same number. */
static void
write_number_value (GString *out, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  for (int digits = 6; digits <= 17; digits++)
    {
      char format[8];

      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (text, sizeof text, format, value);
      if (g_ascii_strtod (text, NULL) == value)
        break;
    }
  g_string_append (out, text);
}

static void
write_string (GString *out, const char *indent, gboolean *first, const char *member, const char *value)
{
  if (value == NULL)
    return;
  write_key (out, indent, first, member);
  write_string_value (out, value);
}

static void
write_number (GString *out, const char *indent, gboolean *first, const char *member, double value)
{
  write_key (out, indent, first, member);
  write_number_value (out, value);
}

static void
write_boolean (GString *out, const char *indent, gboolean *first, const char *member, gboolean value)
{
  write_key (out, indent, first, member);
  g_string_append (out, value ? "true" : "false");
}

/* @extra is the text of an object; its members follow ours. */
static void
write_extra (GString *out, const char *indent, gboolean *first, const char *extra)
{
  gsize length;

  if (extra == NULL)
    return;

  length = strlen (extra);
  g_return_if_fail (length > 2 && extra[0] == '{' && extra[length - 1] == '}');
  g_string_append_printf (out, "%s%s%.*s", *first ? "\n" : ",\n", indent, (int) length - 2, extra + 1);
  *first = FALSE;
}

static void
write_headshot (GString *out, const PortraitLook *self)
{
  const PortraitFace *face = &self->face;
  double eyes[] = { face->left_eye.x, face->left_eye.y, face->right_eye.x, face->right_eye.y };
  gboolean first = TRUE;
  char backdrop[8];

  g_string_append_c (out, '{');
  write_string (out, "    ", &first, "sha256", self->headshot);
  write_key (out, "    ", &first, "eyes");
  for (guint i = 0; i < G_N_ELEMENTS (eyes); i++)
    {
      g_string_append (out, i == 0 ? "[" : ", ");
      write_number_value (out, eyes[i]);
    }
  g_string_append_c (out, ']');
  write_string (out, "    ", &first, "eyes-source", eyes_sources[face->source]);
  write_number (out, "    ", &first, "unit", face->unit);
  if (face->turn != 0.0)
    write_number (out, "    ", &first, "turn", face->turn);
  g_snprintf (backdrop, sizeof backdrop, "#%06x", self->backdrop & 0xffffff);
  write_string (out, "    ", &first, "backdrop", backdrop);
  write_extra (out, "    ", &first, self->headshot_extra);
  g_string_append (out, "\n  }");
}

static void
write_layer (GString *out, const PortraitLookLayer *self)
{
  const PortraitPlacement *placement = &self->layer.placement;
  gboolean first = TRUE;

  g_string_append (out, "{");
  write_string (out, "      ", &first, "type", self->layer.type->name);
  write_string (out, "      ", &first, "avatar", self->layer.avatar);
  write_string (out, "      ", &first, "variant", self->layer.variant);
  write_string (out, "      ", &first, "sha256", self->layer.sha256);
  write_number (out, "      ", &first, "x", placement->x);
  write_number (out, "      ", &first, "y", placement->y);
  write_number (out, "      ", &first, "tilt", placement->tilt);
  write_number (out, "      ", &first, "scale", placement->scale);
  write_boolean (out, "      ", &first, "flip", placement->flip);
  write_number (out, "      ", &first, "opacity", placement->opacity);
  write_boolean (out, "      ", &first, "by-hand", self->layer.placed_by_hand);
  write_extra (out, "      ", &first, self->extra);
  g_string_append (out, "\n    }");
}

char *
portrait_look_to_json (const PortraitLook *self)
{
  GString *out;
  gboolean first = TRUE;

  g_return_val_if_fail (self != NULL, NULL);

  out = g_string_new ("{");
  write_number (out, "  ", &first, "mien-look", PORTRAIT_LOOK_VERSION);
  write_key (out, "  ", &first, "headshot");
  write_headshot (out, self);
  write_key (out, "  ", &first, "layers");
  g_string_append_c (out, '[');
  for (guint i = 0; i < self->layers->len; i++)
    {
      g_string_append (out, i == 0 ? "\n    " : ",\n    ");
      write_layer (out, g_ptr_array_index (self->layers, i));
    }
  g_string_append (out, self->layers->len > 0 ? "\n  ]" : "]");
  write_extra (out, "  ", &first, self->extra);
  g_string_append (out, "\n}\n");
  return g_string_free (out, FALSE);
}
