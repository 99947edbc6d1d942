/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "portrait-look.h"

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static PortraitLook *
make_look (void)
{
  PortraitLook *look = portrait_look_new ();
  PortraitFace face;

  portrait_face_init_eyes (0.41, 0.4, 0.59, 0.42, 0.5, PORTRAIT_EYES_FOUND, &face);
  portrait_look_set_headshot (look, SHA, &face);
  portrait_look_set_backdrop (look, 0xf6d32d);
  portrait_look_put (look, portrait_type_lookup ("hat"), "hat-cap", "blue", SHA, FALSE);
  portrait_look_put (look, portrait_type_lookup ("beard"), "beard-\"full\"\\", NULL, NULL, FALSE);
  portrait_look_put (look, portrait_type_lookup ("coat"), "外套", NULL, NULL, FALSE);
  return look;
}

static void
test_one_of_a_type (void)
{
  g_autoptr (PortraitLook) look = make_look ();
  const PortraitType *hat = portrait_type_lookup ("hat");
  PortraitPlacement placement = { 1.5, -0.5, 12, 1.25, 0.5, true };

  /* In order of depth, whatever the order of putting on. */
  g_assert_cmpuint (portrait_look_get_n_layers (look), ==, 3);
  g_assert_cmpstr (portrait_look_get_layer (look, 0)->type->name, ==, "beard");
  g_assert_cmpstr (portrait_look_get_layer (look, 1)->type->name, ==, "hat");
  g_assert_cmpstr (portrait_look_get_layer (look, 2)->type->name, ==, "coat");
  g_assert_null (portrait_look_get_layer (look, 3));

  g_assert_true (portrait_look_put (look, hat, "hat-top", NULL, NULL, TRUE));
  g_assert_cmpuint (portrait_look_get_n_layers (look), ==, 3);
  g_assert_cmpstr (portrait_look_find_layer (look, "hat")->avatar, ==, "hat-top");
  g_assert_cmpfloat (portrait_look_find_layer (look, "hat")->placement.x, ==, 0);

  /* A place found by hand may go on to the next hat; a first placement never does. */
  g_assert_true (portrait_look_set_placement (look, "hat", &placement));
  g_assert_true (portrait_look_put (look, hat, "hat-straw", NULL, NULL, TRUE));
  g_assert_cmpfloat (portrait_look_find_layer (look, "hat")->placement.tilt, ==, 12);
  g_assert_true (portrait_look_find_layer (look, "hat")->placed_by_hand);
  g_assert_true (portrait_look_put (look, hat, "hat-straw", NULL, NULL, FALSE));
  g_assert_cmpfloat (portrait_look_find_layer (look, "hat")->placement.tilt, ==, 0);

  g_assert_true (portrait_look_remove (look, "hat"));
  g_assert_false (portrait_look_remove (look, "hat"));
  g_assert_false (portrait_look_set_placement (look, "hat", &placement));
  g_assert_null (portrait_look_find_layer (look, "hat"));
  g_assert_null (portrait_look_find_layer (look, NULL));
}

static void
test_hand_edits_stay (void)
{
  g_autoptr (PortraitLook) look = portrait_look_new ();
  PortraitFace face;
  PortraitPlacement placement;

  portrait_look_put (look, portrait_type_lookup ("hat"), "hat-cap", NULL, NULL, FALSE);
  portrait_look_put (look, portrait_type_lookup ("mask"), "mask-cat", NULL, NULL, FALSE);
  placement = portrait_look_find_layer (look, "mask")->placement;
  placement.y = 1.0;
  placement.tilt = 400;
  portrait_look_set_placement (look, "mask", &placement);
  g_assert_cmpfloat (portrait_look_find_layer (look, "hat")->placement.y, <, -0.2);         /* by the type's rule */
  g_assert_cmpfloat (portrait_look_find_layer (look, "mask")->placement.tilt, ==, 40);

  portrait_face_init_eyes (0.4, 0.4, 0.6, 0.4, 0, PORTRAIT_EYES_FOUND, &face);
  portrait_look_set_face (look, &face);
  g_assert_cmpfloat (portrait_look_find_layer (look, "hat")->placement.y, ==, 0);
  g_assert_cmpfloat (portrait_look_find_layer (look, "mask")->placement.y, ==, 1);

  g_assert_true (portrait_look_reset_placement (look, "mask"));
  g_assert_cmpfloat (portrait_look_find_layer (look, "mask")->placement.y, ==, 0);
  g_assert_false (portrait_look_find_layer (look, "mask")->placed_by_hand);
  g_assert_false (portrait_look_reset_placement (look, "coat"));

  portrait_look_set_headshot (look, NULL, NULL);
  g_assert_cmpint (portrait_look_get_face (look)->source, ==, PORTRAIT_EYES_STANDARD);
}

static void
test_reorder (void)
{
  g_autoptr (PortraitLook) look = make_look ();

  g_assert_true (portrait_look_reorder (look, "coat", 0));
  g_assert_cmpstr (portrait_look_get_layer (look, 0)->type->name, ==, "coat");
  g_assert_false (portrait_look_reorder (look, "coat", 0));
  g_assert_true (portrait_look_reorder (look, "beard", 99));
  g_assert_cmpstr (portrait_look_get_layer (look, 2)->type->name, ==, "beard");
  g_assert_false (portrait_look_reorder (look, "frame", 0));
}

static void
test_copies_are_deep (void)
{
  g_autoptr (PortraitLook) look = make_look ();
  g_autoptr (PortraitLook) copy = portrait_look_copy (look);
  PortraitPlacement placement = { 0, 0, 5, 1, 1, false };

  g_assert_true (portrait_look_equal (look, copy));
  portrait_look_set_placement (copy, "hat", &placement);
  g_assert_false (portrait_look_equal (look, copy));
  portrait_look_free (copy);
  copy = portrait_look_copy (look);
  portrait_look_set_backdrop (copy, 0xff000001);
  g_assert_cmpuint (portrait_look_get_backdrop (copy), ==, 1);
  g_assert_false (portrait_look_equal (look, copy));
}

static void
test_round_trip (void)
{
  g_autoptr (PortraitLook) look = make_look ();

  for (int i = 0; i < 300; i++)
    {
      g_autoptr (PortraitLook) again = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *json = NULL;
      g_autofree char *same = NULL;
      PortraitPlacement placement = {
        g_test_rand_double_range (-6, 6), g_test_rand_double_range (-6, 6), g_test_rand_double_range (-180, 180),
        g_test_rand_double_range (0.2, 4), g_test_rand_double_range (0, 1), g_test_rand_bit (),
      };

      portrait_look_set_placement (look, "hat", &placement);
      json = portrait_look_to_json (look);
      again = portrait_look_from_json (json, -1, &error);
      g_assert_no_error (error);
      g_assert_true (portrait_look_equal (look, again));
      same = portrait_look_to_json (again);
      g_assert_cmpstr (json, ==, same);
    }
}

static void
test_numbers_are_short (void)
{
  g_autoptr (PortraitLook) look = portrait_look_new ();
  g_autofree char *json = portrait_look_to_json (look);

  g_assert_nonnull (strstr (json, "\"unit\": 0.2,"));
  g_assert_nonnull (strstr (json, "[0.4, 0.42, 0.6, 0.42]"));
  g_assert_nonnull (strstr (json, "\"layers\": []"));
}

static void
test_unknown_members_are_kept (void)
{
  static const char text[] =
      "{\"mien-look\":1,\"author\":{\"deep\":[1,2,{\"x\":\"\\u00e9\\\"\"}]},\"headshot\":{\"mood\":\"good\"},"
      "\"layers\":[{\"type\":\"hat\",\"avatar\":\"a\",\"glow\":0.25}],\"zoom\":true}";
  g_autoptr (GError) error = NULL;
  g_autoptr (PortraitLook) look = portrait_look_from_json (text, -1, &error);
  g_autoptr (PortraitLook) copy = NULL;
  g_autoptr (PortraitLook) again = NULL;
  g_autofree char *json = NULL;

  g_assert_no_error (error);
  copy = portrait_look_copy (look);
  json = portrait_look_to_json (copy);
  g_assert_nonnull (strstr (json, "\"author\":{\"deep\":[1,2,{\"x\":\"é\\\"\"}]}"));
  g_assert_nonnull (strstr (json, "\"mood\":\"good\""));
  g_assert_nonnull (strstr (json, "\"glow\":0.25"));
  g_assert_nonnull (strstr (json, "\"zoom\":true"));
  again = portrait_look_from_json (json, -1, &error);
  g_assert_no_error (error);
  g_assert_true (portrait_look_equal (look, again));
}

static void
test_placement_by_default (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PortraitLook) look = portrait_look_from_json (
    "{\"mien-look\":1,\"layers\":[{\"type\":\"hat\",\"avatar\":\"a\"},{\"type\":\"coat\",\"avatar\":\"b\",\"x\":0.5},"
    "{\"type\":\"mask\",\"avatar\":\"c\",\"x\":0.5,\"by-hand\":false}]}", -1, &error);

  g_assert_no_error (error);
  g_assert_false (portrait_look_get_layer (look, 0)->placed_by_hand);
  g_assert_cmpfloat (portrait_look_get_layer (look, 0)->placement.y, <, -0.2);
  g_assert_true (portrait_look_get_layer (look, 1)->placed_by_hand);
  g_assert_cmpfloat (portrait_look_get_layer (look, 1)->placement.scale, ==, 1);
  g_assert_false (portrait_look_get_layer (look, 2)->placed_by_hand);
}

#define HAT(members)                                                                                                   \
  "{\"mien-look\":1,\"layers\":[{\"type\":\"coat\",\"avatar\":\"c\"},{\"type\":\"hat\",\"avatar\":\"h\"," members "}]" \
                                                                                                                  "}"
#define HEADSHOT(members) "{\"mien-look\":1,\"headshot\":{" members "}}"

static void
test_bad_files (void)
{
  static const struct { const char *text; PortraitError code; const char *named;
  } rows[] = {
    { "", PORTRAIT_ERROR_SYNTAX, "JSON" },
    { "hello", PORTRAIT_ERROR_SYNTAX, "" },
    { "[1]", PORTRAIT_ERROR_SYNTAX, "object" },
    { "{\"mien-look\":1", PORTRAIT_ERROR_SYNTAX, "" },
    { "{\"mien-look\":1} // {", PORTRAIT_ERROR_SYNTAX, "" },
    { "{\"mien-look\":1,\"a\":\"\xff\"}", PORTRAIT_ERROR_SYNTAX, "JSON" },
    { "{}", PORTRAIT_ERROR_MEMBER, "mien-look" },
    { "{\"mien-look\":null}", PORTRAIT_ERROR_MEMBER, "mien-look" },
    { "{\"mien-look\":\"1\"}", PORTRAIT_ERROR_MEMBER, "mien-look" },
    { "{\"mien-look\":0}", PORTRAIT_ERROR_MEMBER, "mien-look" },
    { "{\"mien-look\":2}", PORTRAIT_ERROR_VERSION, "newer" },
    { "{\"mien-look\":1,\"layers\":{}}", PORTRAIT_ERROR_MEMBER, "layers" },
    { "{\"mien-look\":1,\"layers\":[7]}", PORTRAIT_ERROR_MEMBER, "layers[0]" },
    { "{\"mien-look\":1,\"layers\":[{\"avatar\":\"x\"}]}", PORTRAIT_ERROR_MEMBER, "layers[0].type" },
    { "{\"mien-look\":1,\"layers\":[{\"type\":\"sock\",\"avatar\":\"x\"}]}", PORTRAIT_ERROR_MEMBER, "sock" },
    { "{\"mien-look\":1,\"layers\":[{\"type\":\"hat\"}]}", PORTRAIT_ERROR_MEMBER, "layers[0].avatar" },
    { "{\"mien-look\":1,\"layers\":[{\"type\":\"hat\",\"avatar\":\"\"}]}", PORTRAIT_ERROR_MEMBER, "layers[0].avatar" },
    { "{\"mien-look\":1,\"layers\":[{\"type\":\"hat\",\"avatar\":\"a\\nb\"}]}", PORTRAIT_ERROR_MEMBER,
      "layers[0].avatar" },
    { "{\"mien-look\":1,\"layers\":[{\"type\":\"hat\",\"avatar\":\"x\"},{\"type\":\"hat\",\"avatar\":\"y\"}]}",
      PORTRAIT_ERROR_DUPLICATE, "layers[1]" },
    { HAT ("\"tilt\":181"), PORTRAIT_ERROR_MEMBER, "layers[1].tilt" },
    { HAT ("\"tilt\":\"5\""), PORTRAIT_ERROR_MEMBER, "layers[1].tilt" },
    { HAT ("\"x\":1e999"), PORTRAIT_ERROR_MEMBER, "layers[1].x" },
    { HAT ("\"scale\":0"), PORTRAIT_ERROR_MEMBER, "layers[1].scale" },
    { HAT ("\"opacity\":1.5"), PORTRAIT_ERROR_MEMBER, "layers[1].opacity" },
    { HAT ("\"flip\":1"), PORTRAIT_ERROR_MEMBER, "layers[1].flip" },
    { HAT ("\"by-hand\":\"no\""), PORTRAIT_ERROR_MEMBER, "layers[1].by-hand" },
    { HAT ("\"sha256\":\"ABC\""), PORTRAIT_ERROR_MEMBER, "layers[1].sha256" },
    { HAT ("\"variant\":[]"), PORTRAIT_ERROR_MEMBER, "layers[1].variant" },
    { HAT ("\"other\":1e999"), PORTRAIT_ERROR_MEMBER, "layers[1]." },
    { "{\"mien-look\":1,\"headshot\":[]}", PORTRAIT_ERROR_MEMBER, "headshot" },
    { HEADSHOT ("\"eyes\":[0.1,0.2,0.3]"), PORTRAIT_ERROR_MEMBER, "headshot.eyes" },
    { HEADSHOT ("\"eyes\":[0.1,0.2,0.3,true]"), PORTRAIT_ERROR_MEMBER, "headshot.eyes" },
    { HEADSHOT ("\"eyes\":[0.1,0.2,0.3,2]"), PORTRAIT_ERROR_MEMBER, "headshot.eyes" },
    { HEADSHOT ("\"eyes\":[0.1,0.2,0.1,0.2]"), PORTRAIT_ERROR_MEMBER, "headshot.eyes" },
    { HEADSHOT ("\"eyes\":[0.4,0.4,0.6,0.4],\"unit\":9"), PORTRAIT_ERROR_MEMBER, "headshot.unit" },
    { HEADSHOT ("\"eyes-source\":\"guessed\""), PORTRAIT_ERROR_MEMBER, "headshot.eyes-source" },
    { HEADSHOT ("\"backdrop\":\"red\""), PORTRAIT_ERROR_MEMBER, "headshot.backdrop" },
    { HEADSHOT ("\"backdrop\":\"#12345g\""), PORTRAIT_ERROR_MEMBER, "headshot.backdrop" },
    { HEADSHOT ("\"sha256\":5"), PORTRAIT_ERROR_MEMBER, "headshot.sha256" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (portrait_look_from_json (rows[i].text, -1, &error));
      if (!g_error_matches (error, PORTRAIT_ERROR, (int) rows[i].code)
          || strstr (error->message, rows[i].named) == NULL)
        g_error ("%s: %s", rows[i].text, error->message);
    }
}

static void
test_limits (void)
{
  g_autoptr (GString) deep = g_string_new ("{\"mien-look\":1,\"a\":");
  g_autoptr (GString) many = g_string_new ("{\"mien-look\":1,\"layers\":[");
  g_autofree char *large = g_strnfill (PORTRAIT_LOOK_MAX_BYTES + 1, ' ');
  g_autofree char *brackets = g_strnfill (PORTRAIT_LOOK_MAX_BYTES, '[');
  g_autoptr (GError) error = NULL;

  g_assert_null (portrait_look_from_json (large, -1, &error));
  g_assert_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_SYNTAX);
  g_clear_error (&error);
  g_assert_null (portrait_look_from_json (brackets, -1, &error));
  g_assert_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_SYNTAX);
  g_clear_error (&error);

  for (int i = 0; i < 17; i++)
    g_string_append (deep, "[");
  g_assert_null (portrait_look_from_json (deep->str, -1, &error));
  g_assert_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_SYNTAX);
  g_clear_error (&error);

  for (int i = 0; i <= PORTRAIT_LOOK_MAX_LAYERS; i++)
    g_string_append (many, i == 0 ? "{}" : ",{}");
  g_string_append (many, "]}");
  g_assert_null (portrait_look_from_json (many->str, -1, &error));
  g_assert_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_MEMBER);
  g_assert_nonnull (strstr (error->message, "layers"));
}

/* Every prefix of a good file is refused or read, and nothing else happens. */
static void
test_cut_files (void)
{
  g_autoptr (PortraitLook) look = make_look ();
  g_autofree char *json = portrait_look_to_json (look);
  gsize length = strlen (g_strchomp (json));

  for (gsize i = 0; i < length; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *cut = g_memdup2 (json, i + 1);       /* no terminator in reach */

      g_assert_null (portrait_look_from_json (cut, (gssize) i, &error));
      g_assert_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_SYNTAX);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/look/one-of-a-type", test_one_of_a_type);
  g_test_add_func ("/look/hand-edits-stay", test_hand_edits_stay);
  g_test_add_func ("/look/reorder", test_reorder);
  g_test_add_func ("/look/copies-are-deep", test_copies_are_deep);
  g_test_add_func ("/look/json/round-trip", test_round_trip);
  g_test_add_func ("/look/json/numbers-are-short", test_numbers_are_short);
  g_test_add_func ("/look/json/unknown-members-are-kept", test_unknown_members_are_kept);
  g_test_add_func ("/look/json/placement-by-default", test_placement_by_default);
  g_test_add_func ("/look/json/bad-files", test_bad_files);
  g_test_add_func ("/look/json/limits", test_limits);
  g_test_add_func ("/look/json/cut-files", test_cut_files);
  return g_test_run ();
}
