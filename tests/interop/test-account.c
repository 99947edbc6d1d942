/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <xmpp-error.h>

#include "person.h"
#include "test-interop.h"

/* What a person meets at the door: the error says which thing is wrong, on every server. */

static void
test_register (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (person_register ("zoe", "zoe", &error));
  g_assert_no_error (error);
  g_assert_false (person_register ("zoe", "another", &error));
  g_assert_error (error, XMPP_ERROR, XMPP_ERROR_REGISTRATION);
  g_assert_cmpstr (xmpp_error_get_condition (error), ==, "conflict");
  g_clear_error (&error);
  g_assert_false (person_register ("zach", "", &error));
  g_assert_error (error, XMPP_ERROR, XMPP_ERROR_REGISTRATION);
}

static void
test_wrong_password (void)
{
  g_autoptr (Person) alice = person_new ("alice");
  g_autoptr (GError) error = NULL;

  person_sign_out (alice);
  person_open (alice);
  g_assert_false (person_try (alice, "wrong", &error));
  g_assert_error (error, XMPP_ERROR, XMPP_ERROR_AUTH);
  g_clear_error (&error);
  /* The same client, the right one. */
  g_assert_true (person_try (alice, "alice", &error));
  g_assert_no_error (error);
}

static void
test_unknown_account (void)
{
  g_autoptr (Person) alice = person_new ("alice");
  g_autoptr (GError) error = NULL;

  person_sign_out (alice);
  g_free (alice->jid);
  alice->jid = g_strdup ("stranger@" PEER_DOMAIN);
  person_open (alice);
  g_assert_false (person_try (alice, "stranger", &error));
  g_assert_error (error, XMPP_ERROR, XMPP_ERROR_AUTH);
}

void
add_account_tests (void)
{
  g_test_add_func ("/interop/account/register", test_register);
  g_test_add_func ("/interop/account/wrong-password", test_wrong_password);
  g_test_add_func ("/interop/account/unknown", test_unknown_account);
}
