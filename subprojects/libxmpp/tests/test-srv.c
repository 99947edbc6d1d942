/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "support/hostile-relay.h"
#include "xmpp-connector.h"
#include "xmpp-error.h"
#include "xmpp-srv.h"

/* Which hosts a client tries, and in which order, with DNS played by the test. */

typedef struct { guint16 priority, weight, port; const char *host; } Record;

/* ---- a resolver with our records ---- */

static const Record *direct_records, *starttls_records;   /* end with host NULL; NULL: no such name */
static GString *asked;                                    /* hosts whose address was asked for */

typedef struct { GResolver parent_instance; } TestResolver;
typedef struct { GResolverClass parent_class; } TestResolverClass;
GType test_resolver_get_type (void);
G_DEFINE_TYPE (TestResolver, test_resolver, G_TYPE_RESOLVER)

static void
free_records (gpointer data)
{
  g_list_free_full (data, (GDestroyNotify) g_variant_unref);
}

static void
lookup_records_async (GResolver           *resolver,
                      const char          *name,
                      GResolverRecordType  type,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, user_data);
  const Record *record = g_str_has_prefix (name, "_xmpps-client._tcp.example.org") ? direct_records
                         : g_str_has_prefix (name, "_xmpp-client._tcp.example.org") ? starttls_records : NULL;
  GList *list = NULL;

  g_assert_cmpint (type, ==, G_RESOLVER_RECORD_SRV);
  if (record == NULL)
    {
      g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no such name");
      return;
    }
  for (; record->host != NULL; record++)
    list = g_list_append (list, g_variant_ref_sink (g_variant_new ("(qqqs)", record->priority, record->weight,
                                                                   record->port, record->host)));
  g_task_return_pointer (task, list, free_records);
}

static GList *
lookup_records_finish (GResolver     *resolver,
                       GAsyncResult  *result,
                       GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
lookup_by_name_async (GResolver                *resolver,
                      const char               *host,
                      GResolverNameLookupFlags  flags,
                      GCancellable             *cancellable,
                      GAsyncReadyCallback       callback,
                      gpointer                  user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, user_data);
  g_autofree char *word = g_strdup_printf ("%s ", host);

  if (!g_str_has_suffix (asked->str, word))   /* IPv4 and IPv6 are asked for by themselves */
    g_string_append (asked, word);
  g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no such host");
}

static void
plain_by_name_async (GResolver           *resolver,
                     const char          *host,
                     GCancellable        *cancellable,
                     GAsyncReadyCallback  callback,
                     gpointer             user_data)
{
  lookup_by_name_async (resolver, host, 0, cancellable, callback, user_data);
}

static void
test_resolver_class_init (TestResolverClass *klass)
{
  GResolverClass *resolver_class = G_RESOLVER_CLASS (klass);

  resolver_class->lookup_records_async = lookup_records_async;
  resolver_class->lookup_records_finish = lookup_records_finish;
  resolver_class->lookup_by_name_async = plain_by_name_async;
  resolver_class->lookup_by_name_finish = lookup_records_finish;
  resolver_class->lookup_by_name_with_flags_async = lookup_by_name_async;
  resolver_class->lookup_by_name_with_flags_finish = lookup_records_finish;
}

static void
test_resolver_init (TestResolver *self)
{
}

/* ---- tests ---- */

static void
test_choice (void)
{
  static const Record none[] = { { 0, 0, 0, "." }, { 0, 0, 0, NULL } };
  static const Record two[] = { { 20, 0, 5222, "second.example" },
                                { 10, 5, 5222, "first.example" },
                                { 0, 0, 0, NULL } };
  static const Record direct[] = { { 15, 0, 443, "direct.example" }, { 0, 0, 0, NULL } };
  static const struct
  {
    const char *name;
    const Record *direct, *starttls;
    const char *asked;
    XmppError code;
  } cases[] = {
    { "by priority", NULL, two, "first.example second.example ", XMPP_ERROR_UNREACHABLE },
    { "both services are one set", direct, two, "first.example direct.example second.example ",
      XMPP_ERROR_UNREACHABLE },
    { "no records", NULL, NULL, "example.org ", XMPP_ERROR_UNREACHABLE },
    { "no such service", NULL, none, "", XMPP_ERROR_HOST_UNKNOWN },
    { "neither service", none, none, "", XMPP_ERROR_HOST_UNKNOWN },
    { "only direct", direct, none, "direct.example ", XMPP_ERROR_UNREACHABLE },
    { "no direct", none, two, "first.example second.example ", XMPP_ERROR_UNREACHABLE },
    { "no direct, nothing else said", none, NULL, "example.org ", XMPP_ERROR_UNREACHABLE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (XmppJid) jid = xmpp_jid_new ("alice@example.org", NULL);
      g_autoptr (XmppConnector) connector = xmpp_connector_new (jid, "secret");
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      direct_records = cases[i].direct;
      starttls_records = cases[i].starttls;
      g_string_truncate (asked, 0);
      xmpp_connector_run_async (connector, NULL, test_keep_result, &result);
      test_wait_for (result != NULL);
      g_assert_false (xmpp_connector_run_finish (connector, result, &error));
      g_test_message ("%s: %s", cases[i].name, error->message);
      g_assert_cmpstr (asked->str, ==, cases[i].asked);
      g_assert_true (error->domain == XMPP_ERROR);
      if (cases[i].code == XMPP_ERROR_HOST_UNKNOWN)
        g_assert_error (error, XMPP_ERROR, XMPP_ERROR_HOST_UNKNOWN);
    }
}

/* RFC 2782: three times the weight, three times as often the first. */
static void
test_weights (void)
{
  static const Record records[] = {
    { 1, 30, 1, "heavy" }, { 1, 10, 1, "light" }, { 1, 0, 1, "none" }, { 0, 0, 1, "before" }
  };
  GRand *rand = g_rand_new_with_seed (7);
  guint heavy = 0, light = 0, none = 0;

  for (guint round = 0; round < 4000; round++)
    {
      g_autoptr (GPtrArray) targets = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_srv_target_free);
      GList *list = NULL;
      const char *first;

      for (guint i = 0; i < G_N_ELEMENTS (records); i++)
        list = g_list_append (list, g_variant_ref_sink (g_variant_new ("(qqqs)", records[i].priority, records[i].weight,
                                                                       records[i].port, records[i].host)));
      g_assert_false (xmpp_srv_parse (list, FALSE, targets));
      free_records (list);
      xmpp_srv_order (targets, rand);
      g_assert_cmpuint (targets->len, ==, 4);
      g_assert_cmpstr (((XmppSrvTarget *) targets->pdata[0])->host, ==, "before");
      first = ((XmppSrvTarget *) targets->pdata[1])->host;
      heavy += g_str_equal (first, "heavy");
      light += g_str_equal (first, "light");
      none += g_str_equal (first, "none");
    }
  g_test_message ("%u %u %u", heavy, light, none);
  g_assert_cmpfloat (ABS ((double) heavy / light - 3), <, 0.4);
  g_assert_cmpuint (none, <, 200);    /* 1 of 41 */
  g_assert_cmpuint (none, >, 40);
  g_rand_free (rand);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GResolver) resolver = NULL;

  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  g_test_init (&argc, &argv, NULL);
  asked = g_string_new (NULL);
  resolver = g_object_new (test_resolver_get_type (), NULL);
  g_resolver_set_default (resolver);
  g_test_add_func ("/srv/choice", test_choice);
  g_test_add_func ("/srv/weights", test_weights);
  return g_test_run ();
}
