/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-colour.h"

#include <math.h>

/* CIE constants and the matrix from XYZ (D65) to linear sRGB. */
#define KAPPA   903.2962962962963
#define EPSILON 0.0088564516790356308
#define REF_U   0.19783000664283681
#define REF_V   0.468319994938791

static const double xyz_to_rgb[3][3] = {
  {  3.240969941904521, -1.537383177570093, -0.498610760293 },
  { -0.96924363628087,   1.87596750150772,   0.041555057407175 },
  {  0.055630079696993, -0.20397695888897,   1.056971514242878 },
};

double
mien_colour_get_hue (const char *text)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 digest[20];
  gsize length = sizeof digest;

  g_return_val_if_fail (text != NULL, 0);

  g_checksum_update (checksum, (const guchar *) text, -1);
  g_checksum_get_digest (checksum, digest, &length);

  return (digest[0] | digest[1] << 8) / 65536.0 * 360.0;
}

/* The largest chroma at this lightness and hue that sRGB can show: the nearest of the six edges of its gamut, each a
 * line in the plane of u and v. */
static double
get_max_chroma (double lightness, double hue)
{
  double radians = hue * G_PI / 180.0;
  double sub1 = pow (lightness + 16.0, 3) / 1560896.0;
  double sub2 = sub1 > EPSILON ? sub1 : lightness / KAPPA;
  double nearest = G_MAXDOUBLE;

  for (int channel = 0; channel < 3; channel++)
    {
      const double *m = xyz_to_rgb[channel];

      for (int edge = 0; edge < 2; edge++)
        {
          double top1 = (284517.0 * m[0] - 94839.0 * m[2]) * sub2;
          double top2 = (838422.0 * m[2] + 769860.0 * m[1] + 731718.0 * m[0]) * lightness * sub2 -
                        769860.0 * edge * lightness;
          double bottom = (632260.0 * m[2] - 126452.0 * m[1]) * sub2 + 126452.0 * edge;
          double slope = top1 / bottom;
          double intercept = top2 / bottom;
          double length = intercept / (sin (radians) - slope * cos (radians));

          if (length >= 0)
            nearest = MIN (nearest, length);
        }
    }

  return nearest;
}

static double
gamma_encode (double linear)
{
  double value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow (linear, 1.0 / 2.4) - 0.055;

  return CLAMP (value, 0.0, 1.0);
}

void
mien_colour_from_hsluv (double   hue,
                        double   saturation,
                        double   lightness,
                        GdkRGBA *out)
{
  double chroma, u, v, x, y, z;
  double channel[3];

  g_return_if_fail (out != NULL);

  *out = (GdkRGBA) { 0, 0, 0, 1 };
  if (lightness < 1e-8)
    return;
  if (lightness > 99.9999999)
    {
      *out = (GdkRGBA) { 1, 1, 1, 1 };
      return;
    }

  chroma = get_max_chroma (lightness, hue) / 100.0 * saturation;
  u = cos (hue * G_PI / 180.0) * chroma / (13.0 * lightness) + REF_U;
  v = sin (hue * G_PI / 180.0) * chroma / (13.0 * lightness) + REF_V;
  y = lightness <= 8.0 ? lightness / KAPPA : pow ((lightness + 16.0) / 116.0, 3);
  x = y * 9.0 * u / (4.0 * v);
  z = y * (12.0 - 3.0 * u - 20.0 * v) / (4.0 * v);

  for (int i = 0; i < 3; i++)
    channel[i] = gamma_encode (xyz_to_rgb[i][0] * x + xyz_to_rgb[i][1] * y + xyz_to_rgb[i][2] * z);

  out->red = channel[0];
  out->green = channel[1];
  out->blue = channel[2];
}

void
mien_colour_for_address (const char *bare_jid,
                         GdkRGBA    *out)
{
  /* Calmer than section 5.4's 100 and 50, and 4.5:1 against white for every hue. */
  mien_colour_from_hsluv (mien_colour_get_hue (bare_jid), 70.0, 46.0, out);
}

/* The first letter of the first word and of the last one; of a Chinese, Japanese or Korean name the last two
 * characters at most, which is what people call each other by. */
char *
mien_colour_get_initials (const char *name)
{
  gunichar first = 0, last = 0;
  gboolean at_start = TRUE, ideographs = FALSE;
  GString *initials = g_string_new (NULL);

  g_return_val_if_fail (name != NULL, g_string_free (initials, FALSE));

  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!g_unichar_isalnum (c))
        {
          at_start = at_start || g_unichar_isspace (c) || c == '.' || c == '-' || c == '_';
          continue;
        }
      if (g_unichar_iswide (c))
        {
          first = ideographs ? last : c;
          last = c;
          ideographs = TRUE;
        }
      else if (at_start && !ideographs)
        {
          if (first == 0)
            first = c;
          else
            last = c;
        }
      at_start = FALSE;
    }

  if (first != 0)
    g_string_append_unichar (initials, g_unichar_toupper (first));
  if (last != 0 && !(ideographs && first == last))
    g_string_append_unichar (initials, g_unichar_toupper (last));

  return g_string_free (initials, FALSE);
}
