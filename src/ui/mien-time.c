/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-time.h"

#include <glib/gi18n.h>

#define MINUTE 60
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/* By the catalogue of the interface, not by the C library's locale, which may not be installed for the language. */
static const char *
get_weekday (GDateTime *date)
{
  /* Translators: the seven below stand alone and in "%A, %-d %B %Y, %H:%M" */
  static const char *const names[] = { N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"),
                                       N_("Saturday"), N_("Sunday") };

  return _(names[g_date_time_get_day_of_week (date) - 1]);
}

static const char *
get_month (GDateTime *date)
{
  /* Translators: the twelve below take the place of %B, after the day: "3 March", in the form that needs */
  static const char *const names[] = { N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"),
                                       N_("July"), N_("August"), N_("September"), N_("October"), N_("November"),
                                       N_("December") };

  return _(names[g_date_time_get_month (date) - 1]);
}

static char *
format (gint64      time,
        const char *pattern)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_local (time);
  g_autoptr (GString) full = g_string_new (pattern);
  char *text;

  if (date == NULL)
    return g_strdup ("");
  g_string_replace (full, "%A", get_weekday (date), 0);
  g_string_replace (full, "%B", get_month (date), 0);
  text = g_date_time_format (date, full->str);

  return text != NULL ? text : g_strdup ("");
}

/* Days since an arbitrary day, by the local calendar: days of 23 and 25 hours count as one. */
static gint64
get_day_number (gint64 time)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_local (time);
  GDate day;

  if (date == NULL)
    return 0;
  g_date_clear (&day, 1);
  g_date_set_dmy (&day, g_date_time_get_day_of_month (date), g_date_time_get_month (date), g_date_time_get_year (date));

  return g_date_get_julian (&day);
}

char *
mien_time_format_clock (gint64 time)
{
  /* Translators: hours and minutes, as strftime(3) has it */
  return format (time, _("%H:%M"));
}

char *
mien_time_format_full (gint64 time)
{
  /* Translators: date and time in full, as strftime(3) has it */
  return format (time, _("%A, %-d %B %Y, %H:%M"));
}

char *
mien_time_format_day (gint64 time,
                      gint64 now)
{
  gint64 days = get_day_number (now) - get_day_number (time);
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_local (time);
  g_autoptr (GDateTime) today = g_date_time_new_from_unix_local (now);

  if (days == 0)
    return g_strdup (_("Today"));
  if (days == 1)
    return g_strdup (_("Yesterday"));
  if (days > 1 && days < 7)
    return format (time, "%A");
  if (date != NULL && today != NULL && g_date_time_get_year (date) == g_date_time_get_year (today))
    /* Translators: day and month, as strftime(3) has it */
    return format (time, _("%-d %B"));

  /* Translators: day, month and year, as strftime(3) has it */
  return format (time, _("%-d %B %Y"));
}

char *
mien_time_format_ago (gint64 time,
                      gint64 now)
{
  gint64 seconds = now - time;

  /* A clock that is somewhat ahead of ours is no reason to speak of the future. */
  if (seconds < MINUTE)
    return g_strdup (_("just now"));
  if (seconds < HOUR)
    return g_strdup_printf (ngettext ("%d min ago", "%d min ago", seconds / MINUTE), (int) (seconds / MINUTE));
  if (seconds < DAY)
    return g_strdup_printf (ngettext ("%d h ago", "%d h ago", seconds / HOUR), (int) (seconds / HOUR));
  if (seconds < 30 * DAY)
    return g_strdup_printf (ngettext ("%d day ago", "%d days ago", seconds / DAY), (int) (seconds / DAY));

  return mien_time_format_day (time, now);
}

gboolean
mien_time_same_day (gint64 a,
                    gint64 b)
{
  return get_day_number (a) == get_day_number (b);
}
