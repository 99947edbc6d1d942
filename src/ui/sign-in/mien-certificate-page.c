/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-certificate-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "mien-error.h"
#include "mien-time.h"

struct _MienCertificatePage
{
  GtkWidget parent_instance;

  GtkWidget *child;
  GTlsCertificate *certificate;
};

enum { TRUST, REFUSE, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienCertificatePage, mien_certificate_page, GTK_TYPE_WIDGET)

char *
mien_certificate_describe_problems (GTlsCertificateFlags  problems,
                                    const char           *domain)
{
  GString *text = g_string_new (NULL);

  if (problems & G_TLS_CERTIFICATE_UNKNOWN_CA)
    g_string_append (text, _("Nobody that this computer trusts vouches for it."));
  if (problems & G_TLS_CERTIFICATE_BAD_IDENTITY)
    {
      g_string_append (text, text->len > 0 ? "\n" : "");
      /* Translators: %s is a domain such as example.org */
      g_string_append_printf (text, _("It belongs to another name than %s."), domain);
    }
  if (problems & G_TLS_CERTIFICATE_NOT_ACTIVATED)
    g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "",
                            _("It is not valid yet. Is the clock of this computer right?"));
  if (problems & G_TLS_CERTIFICATE_EXPIRED)
    g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", _("It has expired."));
  if (problems & G_TLS_CERTIFICATE_REVOKED)
    g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "",
                            _("It was taken back by who made it. Do not trust it."));
  if (problems & G_TLS_CERTIFICATE_INSECURE)
    g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", _("It is made in a way that is not safe."));
  if (text->len == 0)
    g_string_append (text, _("It could not be verified."));

  return g_string_free (text, FALSE);
}

static GChecksum *
digest_certificate (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;
  GChecksum *checksum = g_checksum_new (G_CHECKSUM_SHA256);

  g_object_get (certificate, "certificate", &der, NULL);
  if (der != NULL)
    g_checksum_update (checksum, der->data, der->len);

  return checksum;
}

char *
mien_certificate_get_fingerprint (GTlsCertificate *certificate)
{
  g_autoptr (GChecksum) checksum = digest_certificate (certificate);

  return g_strdup (g_checksum_get_string (checksum));
}

/* "CN=example.org,O=Example": people read the common name, and the organisation when there is one. */
static char *
get_readable_name (const char *distinguished)
{
  g_auto (GStrv) parts = g_strsplit (distinguished != NULL ? distinguished : "", ",", -1);
  const char *common = NULL, *organisation = NULL;

  for (char **part = parts; *part != NULL; part++)
    {
      g_strstrip (*part);
      if (g_str_has_prefix (*part, "CN="))
        common = *part + 3;
      else if (g_str_has_prefix (*part, "O="))
        organisation = *part + 2;
    }

  if (common != NULL && organisation != NULL)
    return g_strdup_printf ("%s (%s)", common, organisation);
  if (common != NULL || organisation != NULL)
    return g_strdup (common != NULL ? common : organisation);

  return g_strdup (distinguished != NULL && *distinguished != '\0' ? distinguished : _("nobody named"));
}

static void
add_fact (AdwPreferencesGroup *group,
          const char          *title,
          const char          *text)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), escaped);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  adw_preferences_group_add (group, row);
}

static GtkWidget *
create_fingerprint (MienCertificatePage *self)
{
  g_autoptr (GChecksum) checksum = digest_certificate (self->certificate);
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *label = gtk_label_new (NULL);
  g_autofree char *words = NULL;
  guint8 digest[32];
  gsize length = sizeof digest;

  g_checksum_get_digest (checksum, digest, &length);
  words = mien_fingerprint_to_words (digest, length);
  /* Four words a line. */
  for (gsize i = 4 * 6 - 1; i < strlen (words); i += 4 * 6)
    words[i] = '\n';

  gtk_label_set_text (GTK_LABEL (label), words);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_focusable (label, FALSE);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_widget_set_tooltip_text (label, g_checksum_get_string (checksum));
  gtk_widget_add_css_class (label, "monospace");
  gtk_widget_add_css_class (label, "mien-words");
  gtk_widget_add_css_class (label, "card");

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _("Fingerprint"));
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group),
                                         _("Compare it with what the people who run the server tell you. "
                                           "Every word counts."));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), label);

  return group;
}

static void
on_trust (MienCertificatePage *self)
{
  g_signal_emit (self, signals[TRUST], 0, self->certificate);
}

static void
on_refuse (MienCertificatePage *self)
{
  g_signal_emit (self, signals[REFUSE], 0);
}

/* Below what scrolls: whatever the length of the text, both ways out are in sight. */
static GtkWidget *
create_buttons (MienCertificatePage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *refuse = gtk_button_new_with_label (_("Do Not Connect"));
  GtkWidget *trust = gtk_button_new_with_label (_("Trust This Certificate"));

  gtk_widget_set_halign (refuse, GTK_ALIGN_CENTER);
  gtk_widget_set_halign (trust, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (refuse, "pill");
  gtk_widget_add_css_class (refuse, "suggested-action");
  gtk_widget_add_css_class (trust, "flat");
  g_signal_connect_swapped (refuse, "clicked", G_CALLBACK (on_refuse), self);
  g_signal_connect_swapped (trust, "clicked", G_CALLBACK (on_trust), self);
  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 12);
  gtk_box_append (GTK_BOX (box), refuse);
  gtk_box_append (GTK_BOX (box), trust);

  return box;
}

static void
add_facts (MienCertificatePage  *self,
           GtkBox               *box,
           GTlsCertificateFlags  problems,
           const char           *domain)
{
  GtkWidget *group = adw_preferences_group_new ();
  g_autofree char *subject = NULL, *issuer = NULL, *subject_text = NULL, *issuer_text = NULL, *wrong = NULL;
  g_autoptr (GDateTime) until = g_tls_certificate_get_not_valid_after (self->certificate);

  g_object_get (self->certificate, "subject-name", &subject, "issuer-name", &issuer, NULL);
  subject_text = get_readable_name (subject);
  issuer_text = g_strcmp0 (subject, issuer) == 0 ? g_strdup (_("Only itself")) : get_readable_name (issuer);
  wrong = mien_certificate_describe_problems (problems, domain);

  add_fact (ADW_PREFERENCES_GROUP (group), _("What is wrong"), wrong);
  add_fact (ADW_PREFERENCES_GROUP (group), _("Made for"), subject_text);
  add_fact (ADW_PREFERENCES_GROUP (group), _("Who vouches for it"), issuer_text);
  if (until != NULL)
    {
      g_autofree char *until_text = mien_time_format_full (g_date_time_to_unix (until));

      add_fact (ADW_PREFERENCES_GROUP (group), _("Valid until"), until_text);
    }
  gtk_box_append (box, group);
}

static void
mien_certificate_page_dispose (GObject *object)
{
  MienCertificatePage *self = MIEN_CERTIFICATE_PAGE (object);

  g_clear_pointer (&self->child, gtk_widget_unparent);
  g_clear_object (&self->certificate);

  G_OBJECT_CLASS (mien_certificate_page_parent_class)->dispose (object);
}

static void
mien_certificate_page_class_init (MienCertificatePageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mien_certificate_page_dispose;
  signals[TRUST] = g_signal_new ("trust", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_TLS_CERTIFICATE);
  signals[REFUSE] = g_signal_new ("refuse", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
mien_certificate_page_init (MienCertificatePage *self)
{
}

GtkWidget *
mien_certificate_page_new (GTlsCertificate      *certificate,
                           GTlsCertificateFlags  problems,
                           const char           *domain)
{
  MienCertificatePage *self = g_object_new (MIEN_TYPE_CERTIFICATE_PAGE, NULL);
  GtkWidget *clamp = adw_clamp_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *title = gtk_label_new (NULL);
  g_autofree char *text = NULL;

  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), GTK_WIDGET (self));

  self->certificate = g_object_ref (certificate);
  text = g_strdup_printf (_("Is this really %s?"), domain);
  gtk_label_set_text (GTK_LABEL (title), text);
  gtk_label_set_wrap (GTK_LABEL (title), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (title), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_justify (GTK_LABEL (title), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (title, "title-2");
  gtk_box_append (GTK_BOX (box), title);

  add_facts (self, GTK_BOX (box), problems, domain);
  gtk_box_append (GTK_BOX (box), create_fingerprint (self));

  gtk_widget_set_margin_start (box, 18);
  gtk_widget_set_margin_end (box, 18);
  gtk_widget_set_margin_bottom (box, 12);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 380);
  adw_clamp_set_child (ADW_CLAMP (clamp), box);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), clamp);
  gtk_widget_set_vexpand (scrolled, TRUE);
  self->child = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->child), scrolled);
  gtk_box_append (GTK_BOX (self->child), create_buttons (self));
  gtk_widget_set_parent (self->child, GTK_WIDGET (self));

  return GTK_WIDGET (self);
}
