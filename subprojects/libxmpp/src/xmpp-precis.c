/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-precis.h"

#include <string.h>

/*
 * RFC 8264's two string classes over GLib's Unicode tables. Two properties that GLib has no table for are derived from
 * the script: the direction of a letter (RFC 5893) and the joining type of Arabic letters (RFC 5892 appendix A.1).
 */
typedef enum
{
  CLASS_IDENTIFIER,
  CLASS_FREEFORM,
} PrecisClass;

typedef enum
{
  VALID,
  REFUSED,
  CONTEXT,
} Verdict;

typedef struct
{
  gunichar first;
  gunichar last;
} Range;

static gboolean
in_ranges (gunichar     c,
           const Range *ranges,
           gsize        n)
{
  for (gsize i = 0; i < n; i++)
    {
      if (c >= ranges[i].first && c <= ranges[i].last)
        return TRUE;
    }
  return FALSE;
}

#define IN(c, table) in_ranges ((c), (table), G_N_ELEMENTS (table))

/* RFC 8264 section 9.6 (F, by reference to RFC 5892 section 2.6) */
static const Range exceptions_valid[] = {
  { 0xdf, 0xdf }, { 0x3c2, 0x3c2 }, { 0x6fd, 0x6fe }, { 0xf0b, 0xf0b }, { 0x3007, 0x3007 },
};
static const Range exceptions_context[] = {
  { 0xb7, 0xb7 }, { 0x375, 0x375 }, { 0x5f3, 0x5f4 }, { 0x30fb, 0x30fb }, { 0x660, 0x669 }, { 0x6f0, 0x6f9 },
};
static const Range exceptions_refused[] = {
  { 0x640, 0x640 }, { 0x7fa, 0x7fa }, { 0x302e, 0x302f }, { 0x3031, 0x3035 }, { 0x303b, 0x303b },
};

/* RFC 8264 section 9.9: Hangul jamo that are no modern syllables */
static const Range old_hangul[] = {
  { 0x1100, 0x11ff }, { 0xa960, 0xa97c }, { 0xd7b0, 0xd7fb },
};

/* RFC 8264 section 9.13: default ignorable code points; noncharacters are tested by their number */
static const Range ignorable[] = {
  { 0xad, 0xad }, { 0x34f, 0x34f }, { 0x61c, 0x61c }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f },
  { 0x200b, 0x200f }, { 0x202a, 0x202e }, { 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f },
  { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xfff8 }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
  { 0xe0000, 0xe0fff },
};

/* Arabic letters that join to the right only, or not at all */
static const Range arabic_not_dual[] = {
  { 0x621, 0x625 }, { 0x627, 0x627 }, { 0x629, 0x629 }, { 0x62f, 0x632 }, { 0x648, 0x648 }, { 0x671, 0x677 },
  { 0x688, 0x699 }, { 0x6c0, 0x6c0 }, { 0x6c3, 0x6cb }, { 0x6cd, 0x6cd }, { 0x6cf, 0x6cf }, { 0x6d2, 0x6d5 },
  { 0x6ee, 0x6ef },
};

static gboolean
has_compat (gunichar c)
{
  char text[7] = { 0 };
  g_autofree char *normal = NULL;

  g_unichar_to_utf8 (c, text);
  normal = g_utf8_normalize (text, -1, G_NORMALIZE_NFKC);
  return g_strcmp0 (text, normal) != 0;
}

static Verdict
classify_by_category (gunichar    c,
                      PrecisClass klass)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_LOWERCASE_LETTER:
    case G_UNICODE_UPPERCASE_LETTER:
    case G_UNICODE_OTHER_LETTER:
    case G_UNICODE_MODIFIER_LETTER:
    case G_UNICODE_DECIMAL_NUMBER:
    case G_UNICODE_NON_SPACING_MARK:
    case G_UNICODE_SPACING_MARK:
      return VALID;
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      return REFUSED;
    default:
      return klass == CLASS_FREEFORM ? VALID : REFUSED;
    }
}

/* The order of RFC 8264 section 8. */
static Verdict
classify (gunichar    c,
          PrecisClass klass)
{
  if (c < 0x80)
    {
      if (c >= 0x21 && c <= 0x7e)
        return VALID;
      return c == 0x20 && klass == CLASS_FREEFORM ? VALID : REFUSED;
    }
  if (IN (c, exceptions_valid))
    return VALID;
  if (IN (c, exceptions_context))
    return CONTEXT;
  if (IN (c, exceptions_refused))
    return REFUSED;
  if (g_unichar_type (c) == G_UNICODE_UNASSIGNED)
    return REFUSED;
  if (c == 0x200c || c == 0x200d)
    return CONTEXT;
  if (IN (c, old_hangul) || IN (c, ignorable) || (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef))
    return REFUSED;
  if (klass == CLASS_IDENTIFIER && has_compat (c))
    return REFUSED;
  return classify_by_category (c, klass);
}

static gboolean
is_arabic_letter (gunichar c)
{
  return g_unichar_get_script (c) == G_UNICODE_SCRIPT_ARABIC && g_unichar_isalpha (c);
}

/* RFC 5892 appendix A.1: a dual-joining letter before and a joining one after, marks between do not count. */
static gboolean
non_joiner_allowed (const gunichar *text,
                    gsize           i,
                    gsize           n)
{
  gsize before = i;
  gsize after = i + 1;

  if (i > 0 && g_unichar_combining_class (text[i - 1]) == 9)
    return TRUE;   /* after a virama */
  while (before > 0 && g_unichar_ismark (text[before - 1]))
    before--;
  while (after < n && g_unichar_ismark (text[after]))
    after++;
  return before > 0 && after < n && is_arabic_letter (text[before - 1]) && is_arabic_letter (text[after])
         && !IN (text[before - 1], arabic_not_dual) && text[after] != 0x621;
}

/* RFC 5892 appendix A */
static gboolean
context_allowed (const gunichar *text,
                 gsize           i,
                 gsize           n)
{
  gunichar c = text[i];
  GUnicodeScript script;

  switch (c)
    {
    case 0x200c:
      return non_joiner_allowed (text, i, n);
    case 0x200d:
      return i > 0 && g_unichar_combining_class (text[i - 1]) == 9;
    case 0xb7:
      return i > 0 && i + 1 < n && text[i - 1] == 'l' && text[i + 1] == 'l';
    case 0x375:
      return i + 1 < n && g_unichar_get_script (text[i + 1]) == G_UNICODE_SCRIPT_GREEK;
    case 0x5f3:
    case 0x5f4:
      return i > 0 && g_unichar_get_script (text[i - 1]) == G_UNICODE_SCRIPT_HEBREW;
    case 0x30fb:
      for (gsize k = 0; k < n; k++)
        {
          script = g_unichar_get_script (text[k]);
          if (script == G_UNICODE_SCRIPT_HIRAGANA || script == G_UNICODE_SCRIPT_KATAKANA
              || script == G_UNICODE_SCRIPT_HAN)
            return TRUE;
        }
      return FALSE;
    default:
      /* Two sets of Arabic digits must not be mixed. */
      for (gsize k = 0; k < n; k++)
        {
          if (c <= 0x669 ? (text[k] >= 0x6f0 && text[k] <= 0x6f9) : (text[k] >= 0x660 && text[k] <= 0x669))
            return FALSE;
        }
      return TRUE;
    }
}

static gboolean
is_right_to_left (gunichar c)
{
  if (!g_unichar_isalpha (c))
    return FALSE;
  switch (g_unichar_get_script (c))
    {
    case G_UNICODE_SCRIPT_HEBREW:
    case G_UNICODE_SCRIPT_ARABIC:
    case G_UNICODE_SCRIPT_SYRIAC:
    case G_UNICODE_SCRIPT_THAANA:
    case G_UNICODE_SCRIPT_NKO:
    case G_UNICODE_SCRIPT_SAMARITAN:
    case G_UNICODE_SCRIPT_MANDAIC:
    case G_UNICODE_SCRIPT_ADLAM:
      return TRUE;
    default:
      return FALSE;
    }
}

/* RFC 5893 section 2, conditions 1 to 4, for text with a letter from right to left in it. */
static gboolean
bidi_allowed (const gunichar *text,
              gsize           n)
{
  gboolean any = FALSE;
  gboolean european = FALSE;
  gboolean arabic = FALSE;

  for (gsize i = 0; i < n; i++)
    any = any || is_right_to_left (text[i]);
  if (!any)
    return TRUE;
  if (!is_right_to_left (text[0]))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      if (g_unichar_isalpha (text[i]) && !is_right_to_left (text[i]))
        return FALSE;
      european = european || g_ascii_isdigit (text[i] < 0x80 ? (char) text[i] : 'x');
      arabic = arabic || (text[i] >= 0x660 && text[i] <= 0x669);
    }
  while (n > 0 && g_unichar_ismark (text[n - 1]))
    n--;
  return !(european && arabic) && n > 0 && (is_right_to_left (text[n - 1]) || g_unichar_isdigit (text[n - 1]));
}

static gboolean
check (const char  *text,
       PrecisClass  klass)
{
  glong n = 0;
  g_autofree gunichar *ucs = g_utf8_to_ucs4_fast (text, -1, &n);

  if (n == 0)
    return FALSE;
  for (gsize i = 0; i < (gsize) n; i++)
    {
      Verdict verdict = classify (ucs[i], klass);

      if (verdict == REFUSED || (verdict == CONTEXT && !context_allowed (ucs, i, (gsize) n)))
        return FALSE;
    }
  return klass == CLASS_FREEFORM || bidi_allowed (ucs, (gsize) n);
}

/* Width mapping (full-width and half-width forms to their usual ones), then simple lower case in no locale. */
static char *
map_username (const char *text)
{
  g_autoptr (GString) out = g_string_sized_new (strlen (text));

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      gunichar wide[8] = { c };
      gsize n = 1;

      if ((c >= 0xff01 && c <= 0xffef) || c == 0x3000)
        n = MIN (g_unichar_fully_decompose (c, TRUE, wide, G_N_ELEMENTS (wide)), G_N_ELEMENTS (wide));
      for (gsize i = 0; i < n; i++)
        {
          g_string_append_unichar (out, g_unichar_tolower (wide[i]));
          /* SpecialCasing.txt: the only letter whose lower case in no locale is two characters */
          if (wide[i] == 0x130)
            g_string_append_unichar (out, 0x307);
        }
    }
  return g_utf8_normalize (out->str, -1, G_NORMALIZE_NFC);
}

char *
xmpp_precis_username_case_mapped (const char *text)
{
  g_autofree char *mapped = NULL;

  g_return_val_if_fail (text != NULL, NULL);
  if (g_str_is_ascii (text))
    mapped = g_ascii_strdown (text, -1);
  else
    mapped = map_username (text);
  if (mapped == NULL || !check (mapped, CLASS_IDENTIFIER))
    return NULL;
  return g_steal_pointer (&mapped);
}

char *
xmpp_precis_opaque_string (const char *text)
{
  g_autoptr (GString) spaced = NULL;
  g_autofree char *normal = NULL;

  g_return_val_if_fail (text != NULL, NULL);
  if (g_str_is_ascii (text))
    return check (text, CLASS_FREEFORM) ? g_strdup (text) : NULL;

  spaced = g_string_sized_new (strlen (text));
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      g_string_append_unichar (spaced, g_unichar_type (c) == G_UNICODE_SPACE_SEPARATOR ? ' ' : c);
    }
  normal = g_utf8_normalize (spaced->str, -1, G_NORMALIZE_NFC);
  if (normal == NULL || !check (normal, CLASS_FREEFORM))
    return NULL;
  return g_steal_pointer (&normal);
}
