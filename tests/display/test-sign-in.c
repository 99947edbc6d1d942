/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-test"

#include "display.h"

#include "mien-accessible.h"
#include "mien-sign-in-window.h"

/* One for all tests: an application is registered once in a process. */
static AdwApplication *app;

typedef struct
{
  GtkWidget *window;
  guint n_submits, n_cancels, n_trusts;
  gboolean create;
} Fixture;

static void
on_submit (Fixture  *self,
           gboolean  create)
{
  self->n_submits++;
  self->create = create;
}

static void
on_cancel (Fixture *self)
{
  self->n_cancels++;
}

static void
on_trust (Fixture *self)
{
  self->n_trusts++;
}

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  self->window = mien_sign_in_window_new (GTK_APPLICATION (app));
  g_signal_connect_swapped (self->window, "submit", G_CALLBACK (on_submit), self);
  g_signal_connect_swapped (self->window, "cancel", G_CALLBACK (on_cancel), self);
  g_signal_connect_swapped (self->window, "trust", G_CALLBACK (on_trust), self);
  gtk_window_present (GTK_WINDOW (self->window));
  test_focus_window (self->window);
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  g_assert_true (test_all_named (self->window));
  gtk_window_destroy (GTK_WINDOW (self->window));
  test_settle ();
}

static GtkWidget *
get_button (Fixture    *self,
            const char *label)
{
  return gtk_widget_get_ancestor (test_get (self->window, GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET, label),
                                  GTK_TYPE_BUTTON);
}

static GtkWidget *
get_row (Fixture    *self,
         const char *title)
{
  return test_get (self->window, ADW_TYPE_ENTRY_ROW, GTK_ACCESSIBLE_ROLE_WIDGET, title);
}

#define ADDRESS "Address, such as name@example.org"

static void
test_keyboard_alone (Fixture       *self,
                     gconstpointer  data)
{
  mien_sign_in_window_set_address (MIEN_SIGN_IN_WINDOW (self->window), NULL);
  test_wait_frame (self->window);
  g_assert_false (gtk_widget_get_sensitive (get_button (self, "Sign In")));

  test_type ("alice@example.org\n");
  g_assert_cmpuint (self->n_submits, ==, 0);
  /* Enter in the address goes on to the password. */
  test_type ("secret words\n");
  test_wait_until (self->n_submits == 1);
  g_assert_false (self->create);
  g_assert_cmpstr (mien_sign_in_window_get_password (MIEN_SIGN_IN_WINDOW (self->window)), ==, "secret words");
}

static void
test_bad_address (Fixture       *self,
                  gconstpointer  data)
{
  GtkWidget *address = get_row (self, ADDRESS);

  gtk_editable_set_text (GTK_EDITABLE (address), "alice");
  gtk_editable_set_text (GTK_EDITABLE (get_row (self, "Password")), "x");
  test_click (get_button (self, "Sign In"));
  test_get (self->window, GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET,
            "That is not a complete address. It looks like name@example.org.");
  g_assert_true (gtk_widget_has_css_class (address, "error"));
  g_assert_cmpuint (self->n_submits, ==, 0);

  /* The mark goes when it is corrected. */
  gtk_editable_set_text (GTK_EDITABLE (address), "  alice@example.org ");
  g_assert_false (gtk_widget_has_css_class (address, "error"));
  test_click (get_button (self, "Sign In"));
  test_wait_until (self->n_submits == 1);
}

static void
test_create (Fixture       *self,
             gconstpointer  data)
{
  GtkWidget *again;

  test_click (test_get (self->window, GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, "Create an Account"));
  again = get_row (self, "Password again");
  gtk_editable_set_text (GTK_EDITABLE (get_row (self, ADDRESS)), "new@example.org");
  gtk_editable_set_text (GTK_EDITABLE (get_row (self, "Password")), "one");
  gtk_editable_set_text (GTK_EDITABLE (again), "two");
  g_assert_false (gtk_widget_get_sensitive (get_button (self, "Create Account")));
  g_assert_true (gtk_widget_has_css_class (again, "error"));
  gtk_editable_set_text (GTK_EDITABLE (again), "one");
  test_click (get_button (self, "Create Account"));
  test_wait_until (self->n_submits == 1);
  g_assert_true (self->create);
}

static void
test_advanced (Fixture       *self,
               gconstpointer  data)
{
  static const struct { const char *text; gboolean good; guint16 port; } cases[] = {
    { "", TRUE, 0 }, { "5222", TRUE, 5222 }, { "0", FALSE, 0 }, { "65536", FALSE, 0 }, { "x", FALSE, 0 }, { "-1",
                                                                                                            FALSE, 0 },
  };
  MienSignInWindow *window = MIEN_SIGN_IN_WINDOW (self->window);
  GtkWidget *port;

  mien_sign_in_window_set_address (window, "alice@example.org");
  gtk_editable_set_text (GTK_EDITABLE (get_row (self, "Password")), "x");
  test_click (test_get (self->window, GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET, "Advanced"));
  port = get_row (self, "Port (empty: the usual one)");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gtk_editable_set_text (GTK_EDITABLE (port), cases[i].text);
      g_assert_cmpint (gtk_widget_get_sensitive (get_button (self, "Sign In")), ==, cases[i].good);
      if (cases[i].good)
        g_assert_cmpuint (mien_sign_in_window_get_port (window), ==, cases[i].port);
    }

  mien_sign_in_window_set_server (window, "localhost", 5223, XMPP_TLS_DIRECT);
  g_assert_cmpstr (mien_sign_in_window_get_host (window), ==, "localhost");
  g_assert_cmpuint (mien_sign_in_window_get_port (window), ==, 5223);
  g_assert_cmpint (mien_sign_in_window_get_tls (window), ==, XMPP_TLS_DIRECT);
}

static void
test_busy (Fixture       *self,
           gconstpointer  data)
{
  mien_sign_in_window_set_address (MIEN_SIGN_IN_WINDOW (self->window), "alice@example.org");
  mien_sign_in_window_set_busy (MIEN_SIGN_IN_WINDOW (self->window), TRUE);
  test_click (get_button (self, "Cancel"));
  test_wait_until (self->n_cancels == 1);
  g_assert_cmpuint (self->n_submits, ==, 0);
}

static const char certificate_pem[] =
  "-----BEGIN CERTIFICATE-----\n"
  "MIIBuzCCAWGgAwIBAgIUcciRT5oChUu0ixtVUGlyhdbTEYYwCgYIKoZIzj0EAwIw\n"
  "MjEVMBMGA1UECgwMRXhhbXBsZSBDbHViMRkwFwYDVQQDDBBjaGF0LmV4YW1wbGUu\n"
  "bmV0MCAXDTI2MTEyMjE1MjIzMloYDzIxMjYxMDI5MTUyMjMyWjAyMRUwEwYDVQQK\n"
  "DAxFeGFtcGxlIENsdWIxGTAXBgNVBAMMEGNoYXQuZXhhbXBsZS5uZXQwWTATBgcq\n"
  "hkjOPQIBBggqhkjOPQMBBwNCAASs4qJqS5rXWYtCjaSm8pMZwrNVHWkXGnPlH6h8\n"
  "hHJrBO46/pnddkhY9OlAxxJleu2k6i+bWWaFY+MKG7pT+0RTo1MwUTAdBgNVHQ4E\n"
  "FgQUoa/m6BgOeksWT1CmvbqxI+Y1GAYwHwYDVR0jBBgwFoAUoa/m6BgOeksWT1Cm\n"
  "vbqxI+Y1GAYwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiA1Mby7\n"
  "6WIMq/v1zUQW6vD3hNfeaUI3RdAt51ATeyeoLAIhAIW7/P7jHEuGCJt+eTC//La4\n"
  "XSnHlHhvF1a3RffBKgms\n"
  "-----END CERTIFICATE-----\n";

static void
test_certificate (Fixture       *self,
                  gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_pem (certificate_pem, -1, &error);

  g_assert_no_error (error);
  for (int round = 0; round < 2; round++)
    {
      mien_sign_in_window_show_certificate (MIEN_SIGN_IN_WINDOW (self->window), certificate,
                                            G_TLS_CERTIFICATE_UNKNOWN_CA, "example.org");
      test_get (self->window, GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET, "Is this really example.org?");
      test_get (self->window, GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET, "Only itself");
      test_get (self->window, GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET,
                "Nobody that this computer trusts vouches for it.");
      g_assert_true (test_all_named (self->window));
      test_click (test_get (self->window, GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET,
                            round == 0 ? "Do Not Connect" : "Trust This Certificate"));
      test_get (self->window, GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET, "Welcome to Mien");
      g_assert_cmpuint (self->n_trusts, ==, round);
    }
}

int
main (int    argc,
      char **argv)
{
  test_display_init (&argc, &argv);
  mien_accessible_mend_names ();
  app = g_object_new (ADW_TYPE_APPLICATION, "application-id", "im.mien.Test", "flags", G_APPLICATION_NON_UNIQUE,
                      "resource-base-path", "/im/mien/Mien", NULL);
  g_application_register (G_APPLICATION (app), NULL, NULL);

  g_test_add ("/sign-in/keyboard", Fixture, NULL, set_up, test_keyboard_alone, tear_down);
  g_test_add ("/sign-in/bad-address", Fixture, NULL, set_up, test_bad_address, tear_down);
  g_test_add ("/sign-in/create", Fixture, NULL, set_up, test_create, tear_down);
  g_test_add ("/sign-in/advanced", Fixture, NULL, set_up, test_advanced, tear_down);
  g_test_add ("/sign-in/busy", Fixture, NULL, set_up, test_busy, tear_down);
  g_test_add ("/sign-in/certificate", Fixture, NULL, set_up, test_certificate, tear_down);

  return g_test_run ();
}
