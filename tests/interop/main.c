/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "peer.h"
#include "test-interop.h"

/* The main job without windows, on one IM server: test-interop mien|prosody|ejabberd. */
int
main (int argc, char **argv)
{
  int status;

  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  g_test_init (&argc, &argv, NULL);
  if (argc != 2)
    {
      g_printerr ("usage: test-interop mien|prosody|ejabberd\n");
      return 2;
    }
  if (!peer_start (argv[1]))
    {
      g_print ("1..0 # SKIP %s is not installed\n", argv[1]);
      return 0;
    }
  add_account_tests ();
  add_main_job_tests ();
  add_wire_tests ();
  add_others_tests ();
  add_resume_tests ();
  status = g_test_run ();
  peer_stop ();
  return status;
}
