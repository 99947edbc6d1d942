/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <xep/xmpp-xep.h>

#include "xml.h"

/* XEP-0115 sections 5.2 and 5.3 */
static const char simple_info[] =
  "<iq><query xmlns='http://jabber.org/protocol/disco#info'>"
  "<feature var='http://jabber.org/protocol/muc'/><feature var='http://jabber.org/protocol/disco#items'/>"
  "<identity category='client' type='pc' name='Exodus 0.9.1'/>"
  "<feature var='http://jabber.org/protocol/caps'/><feature var='http://jabber.org/protocol/disco#info'/></query></iq>";

static const char complex_info[] =
  "<iq><query xmlns='http://jabber.org/protocol/disco#info' node='http://psi-im.org#q07IKJEyjvHSyhy//CH0CxmKi8w='>"
  "<identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/>"
  "<identity xml:lang='el' category='client' name='\xce\xa8 0.11' type='pc'/>"
  "<feature var='http://jabber.org/protocol/caps'/><feature var='http://jabber.org/protocol/disco#info'/>"
  "<feature var='http://jabber.org/protocol/disco#items'/><feature var='http://jabber.org/protocol/muc'/>"
  "<x xmlns='jabber:x:data' type='result'>"
  "<field var='FORM_TYPE' type='hidden'><value>urn:xmpp:dataforms:softwareinfo</value></field>"
  "<field var='ip_version'><value>ipv6</value><value>ipv4</value></field>"
  "<field var='os'><value>Mac</value></field><field var='os_version'><value>10.5.1</value></field>"
  "<field var='software'><value>Psi</value></field><field var='software_version'><value>0.11</value></field>"
  "</x></query></iq>";

static XmppDiscoInfo *
info_of (const char *xml)
{
  g_autoptr (XmppNode) iq = test_xml (xml);

  return xmpp_disco_info_parse (iq);
}

static void
test_caps_examples (void)
{
  static const struct { const char *xml; const char *ver; } table[] = {
    { simple_info, "QgayPKawpkPSDYmwT/WM94uAlu0=" },
    { complex_info, "q07IKJEyjvHSyhy//CH0CxmKi8w=" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (XmppDiscoInfo) info = info_of (table[i].xml);
      g_autofree char *ver = xmpp_caps_hash (info, G_CHECKSUM_SHA1);
      g_autoptr (XmppNode) presence = xmpp_stanza_new ("presence", NULL, NULL);
      XmppCaps caps;

      g_assert_cmpstr (ver, ==, table[i].ver);
      g_assert_false (xmpp_caps_parse (presence, &caps));
      xmpp_caps_add (presence, "https://example.org", ver);
      g_assert_true (xmpp_caps_parse (presence, &caps));
      g_assert_true (xmpp_caps_verify (&caps, info));
      xmpp_disco_info_add_feature (info, "urn:more");
      g_assert_false (xmpp_caps_verify (&caps, info));
      caps.hash = "crc-32";
      g_assert_false (xmpp_caps_verify (&caps, info));
    }
}

/* Section 5.4: what must not be trusted, whatever it hashes to */
static void
test_caps_ill_formed (void)
{
  static const char * const table[] = {
    "<feature var='a'/><feature var='b'/><feature var='a'/>",
    "<identity category='client' type='pc' name='A'/><identity category='client' type='pc' name='A'/>",
    "<x xmlns='jabber:x:data'><field var='FORM_TYPE' type='hidden'><value>a</value><value>b</value></field></x>",
    ("<x xmlns='jabber:x:data'><field var='FORM_TYPE' type='hidden'><value>a</value></field></x>"
     "<x xmlns='jabber:x:data'><field var='FORM_TYPE' type='hidden'><value>a</value></field></x>"),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autofree char *xml = g_strdup_printf ("<iq><query xmlns='%s'>%s</query></iq>", XMPP_NS_DISCO_INFO, table[i]);
      g_autoptr (XmppDiscoInfo) info = info_of (xml);
      g_autofree char *ver = xmpp_caps_hash (info, G_CHECKSUM_SHA1);
      XmppCaps caps = { "sha-1", "n", ver };

      g_assert_false (xmpp_caps_is_well_formed (info));
      g_assert_false (xmpp_caps_verify (&caps, info));
    }

  /* A form whose FORM_TYPE is not hidden counts for nothing. */
  {
    g_autoptr (XmppDiscoInfo) with = info_of ("<iq><query xmlns='http://jabber.org/protocol/disco#info'><feature"
                                              " var='a'/>"
                                              "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE'>"
                                              "<value>t</value>"
                                              "</field><field var='v'><value>1</value></field></x></query></iq>");
    g_autoptr (XmppDiscoInfo) without = info_of ("<iq><query xmlns='http://jabber.org/protocol/disco#info'>"
                                                 "<feature var='a'/></query></iq>");
    g_autofree char *ver_with = xmpp_caps_hash (with, G_CHECKSUM_SHA1);
    g_autofree char *ver_without = xmpp_caps_hash (without, G_CHECKSUM_SHA1);

    g_assert_cmpstr (ver_with, ==, ver_without);
  }
}

static void
test_disco (void)
{
  g_autoptr (XmppNode) request = xmpp_disco_info_request ("a.example", "n#v");
  g_autoptr (XmppDiscoInfo) info = info_of (complex_info);
  g_autoptr (XmppNode) result = xmpp_disco_info_result (request, info);
  g_autoptr (XmppDiscoInfo) again = xmpp_disco_info_parse (result);
  g_autoptr (XmppNode) items_request = xmpp_disco_items_request (NULL, NULL);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_disco_item_free);
  g_autoptr (XmppNode) items_result = NULL;
  g_autoptr (GPtrArray) items_again = NULL;
  g_autofree char *ver = xmpp_caps_hash (again, G_CHECKSUM_SHA1);
  g_autoptr (GString) many = g_string_new ("<iq><query xmlns='http://jabber.org/protocol/disco#items'>");

  g_assert_cmpstr (xmpp_disco_request_get_node (result), ==, "n#v");
  g_assert_cmpstr (ver, ==, "q07IKJEyjvHSyhy//CH0CxmKi8w=");
  g_assert_true (xmpp_disco_info_has_identity (again, "client", "pc"));
  g_assert_false (xmpp_disco_info_has_identity (again, "store", NULL));
  g_assert_cmpstr (xmpp_form_get (xmpp_disco_info_get_form (again, "urn:xmpp:dataforms:softwareinfo"), "os"), ==,
                   "Mac");

  g_ptr_array_add (items, xmpp_disco_item_new ("b.example", NULL, "B"));
  g_ptr_array_add (items, xmpp_disco_item_new ("c.example", "node", NULL));
  items_result = xmpp_disco_items_result (items_request, items);
  items_again = xmpp_disco_items_parse (items_result);
  g_assert_cmpuint (items_again->len, ==, 2);
  g_assert_cmpstr (((XmppDiscoItem *) items_again->pdata[1])->node, ==, "node");
  g_assert_null (xmpp_disco_items_parse (request));

  for (guint i = 0; i <= XMPP_DISCO_MAX_ITEMS; i++)
    g_string_append (many, "<item jid='a'/>");
  g_string_append (many, "</query></iq>");
  {
    g_autoptr (XmppNode) iq = test_xml (many->str);

    g_assert_null (xmpp_disco_items_parse (iq));
  }
}

static void
test_form (void)
{
  g_autoptr (XmppForm) form = xmpp_form_new ("submit", "urn:t");
  g_autoptr (XmppNode) parent = xmpp_node_new ("p", "urn:p");
  g_autoptr (XmppForm) again = NULL;

  xmpp_form_add (form, "n", NULL, "12");
  xmpp_form_add (form, "b", "boolean", "true");
  xmpp_form_add (form, "list", NULL, "x");
  xmpp_form_add (form, "list", NULL, "y");
  xmpp_form_set_label (form, "n", "Number", TRUE);
  xmpp_node_append (parent, xmpp_form_to_node (form));
  g_assert_null (xmpp_form_find (parent, "urn:other"));
  again = xmpp_form_find (parent, "urn:t");
  g_assert_nonnull (again);
  g_assert_cmpstr (xmpp_form_get_kind (again), ==, "submit");
  g_assert_cmpint (xmpp_form_get_int (again, "n", 0, 100, -1), ==, 12);
  g_assert_cmpint (xmpp_form_get_int (again, "n", 0, 10, -1), ==, -1);
  g_assert_true (xmpp_form_get_boolean (again, "b", FALSE));
  g_assert_true (xmpp_form_get_boolean (again, "n", TRUE));
  g_assert_cmpuint (xmpp_form_find_field (again, "list")->values->len, ==, 2);
  g_assert_true (xmpp_form_find_field (again, "n")->required);
  g_assert_cmpuint (xmpp_form_get_n_fields (again), ==, 4);
}

static void
test_datetime (void)
{
  static const struct { const char *text; gint64 expected; } table[] = {
    { "1969-07-21T02:56:15Z", -1 }, { "1970-01-01T00:00:00Z", 0 }, { "2002-09-10T23:08:25Z", 1031699305000000 },
    { "2002-09-10T23:08:25.123Z", 1031699305123000 }, { "2002-09-10T23:08:25+02:00", 1031692105000000 },
    { "2002-09-10 23:08:25Z", -1 }, { "20020910T23:08:25", -1 }, { "2002-09-10T23:08:25", -1 },
    { "2002-13-10T23:08:25Z", -1 }, { "2002-09-10T23:08:25.Z", -1 }, { "", -1 }, { "2002-09-10T23:08:25Zx", -1 },
    { "2002-09-10T23:08:25+2:00", -1 },
  };
  g_autofree char *seconds = xmpp_datetime_format (1031699305123456, 0);
  g_autofree char *milli = xmpp_datetime_format (1031699305003456, 3);
  g_autofree char *micro = xmpp_datetime_format (1031699305123456, 6);

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    g_assert_cmpint (xmpp_datetime_parse (table[i].text), ==, table[i].expected);
  g_assert_cmpstr (seconds, ==, "2002-09-10T23:08:25Z");
  g_assert_cmpstr (milli, ==, "2002-09-10T23:08:25.003Z");
  g_assert_cmpstr (micro, ==, "2002-09-10T23:08:25.123456Z");
}

static void
test_delay (void)
{
  g_autoptr (XmppNode) message = xmpp_stanza_new ("message", "chat", NULL);

  g_assert_cmpint (xmpp_delay_parse (message, NULL), ==, -1);
  xmpp_delay_add (message, "room@x.example", 5000000);
  xmpp_delay_add (message, "example", 7000000);
  g_assert_cmpint (xmpp_delay_parse (message, NULL), ==, 5000000);
  g_assert_cmpint (xmpp_delay_parse (message, "example"), ==, 7000000);
  g_assert_cmpint (xmpp_delay_parse (message, "other"), ==, -1);
}

/* XEP-0280 section 13 */
static void
test_carbons (void)
{
  static const struct { const char *from; const char *what; const char *ns; XmppCarbon expected; } table[] = {
    { "romeo@montague.example", "received", XMPP_NS_CLIENT, XMPP_CARBON_RECEIVED },
    { "romeo@montague.example", "sent", XMPP_NS_CLIENT, XMPP_CARBON_SENT },
    { "tybalt@capulet.example/home", "received", XMPP_NS_CLIENT, XMPP_CARBON_FORGED },
    { "romeo@montague.example/garden", "received", XMPP_NS_CLIENT, XMPP_CARBON_FORGED },
    { "romeo@montague.example.evil", "sent", XMPP_NS_CLIENT, XMPP_CARBON_FORGED },
    { "romeo@montague.example", "received", "jabber:server", XMPP_CARBON_FORGED },
    { "romeo@montague.example", "other", XMPP_NS_CLIENT, XMPP_CARBON_NONE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autofree char *xml = g_strdup_printf ("<message from='%s' type='chat'><%s xmlns='urn:xmpp:carbons:2'>"
                                              "<forwarded xmlns="
                                              "'urn:xmpp:forward:0'><message xmlns='%s'"
                                              " from='juliet@capulet.example/x'><body>"
                                              "hi</body></message></forwarded></%s></message>", table[i].from,
                                                  table[i].what,
                                              table[i].ns, table[i].what);
      g_autoptr (XmppNode) message = test_xml (xml);
      XmppNode *inner;

      g_assert_cmpint (xmpp_carbons_unwrap (message, "romeo@montague.example", &inner), ==, table[i].expected);
      g_assert_true ((inner != NULL) == (table[i].expected == XMPP_CARBON_RECEIVED
                                         || table[i].expected == XMPP_CARBON_SENT));
      if (inner != NULL)
        g_assert_cmpstr (xmpp_node_child_text (inner, "body", NULL), ==, "hi");
    }
}

static void
test_carbons_server (void)
{
  g_autoptr (XmppNode) message = test_xml ("<message type='chat' from='a@x/1' to='b@x/2' id='7'><body>t</body>"
                                           "</message>");
  g_autoptr (XmppNode) copy = xmpp_carbons_wrap (message, "b@x", "b@x/3", TRUE);
  XmppNode *inner;

  g_assert_true (xmpp_carbons_is_eligible (message));
  g_assert_false (xmpp_carbons_is_eligible (copy));
  g_assert_cmpint (xmpp_carbons_unwrap (copy, "b@x", &inner), ==, XMPP_CARBON_RECEIVED);
  g_assert_cmpstr (xmpp_node_get (inner, "id"), ==, "7");
  xmpp_carbons_set_private (message);
  g_assert_false (xmpp_carbons_is_eligible (message));
  g_assert_cmpint (xmpp_hints_parse (message), ==, XMPP_HINT_NO_COPY);
  {
    g_autoptr (XmppNode) headline = test_xml ("<message type='headline'><body>t</body></message>");
    g_autoptr (XmppNode) normal = test_xml ("<message><body>t</body></message>");
    g_autoptr (XmppNode) empty = test_xml ("<message><x xmlns='urn:x'/></message>");
    g_autoptr (XmppNode)
        state = test_xml ("<message><active xmlns='http://jabber.org/protocol/chatstates'/></message>");

    g_assert_false (xmpp_carbons_is_eligible (headline));
    g_assert_true (xmpp_carbons_is_eligible (normal));
    g_assert_false (xmpp_carbons_is_eligible (empty));
    g_assert_true (xmpp_carbons_is_eligible (state));
  }
}

static void
test_messages (void)
{
  g_autoptr (XmppNode) message = test_xml ("<message type='chat' id='m1' from='a@x/1' to='b@x'><body>t</body>"
                                           "</message>");
  g_autoptr (XmppNode) ack = NULL;
  g_autofree char *nick = NULL;

  for (XmppChatState state = XMPP_CHAT_STATE_GONE; (int) state >= XMPP_CHAT_STATE_NONE; state--)
    {
      xmpp_chat_state_add (message, state);
      g_assert_cmpint (xmpp_chat_state_parse (message), ==, state);
      if ((int) state == 0)
        break;
    }

  g_assert_null (xmpp_receipts_ack (message));
  xmpp_receipts_request (message);
  ack = xmpp_receipts_ack (message);
  g_assert_cmpstr (xmpp_receipts_get_ack (ack), ==, "m1");
  g_assert_cmpstr (xmpp_node_get (ack, "to"), ==, "a@x/1");
  g_assert_null (xmpp_receipts_get_ack (message));
  g_assert_null (xmpp_receipts_ack (ack));
  xmpp_node_set (message, "type", "error");
  g_assert_false (xmpp_receipts_is_requested (message));

  xmpp_nick_add (message, "  Ishmael\n");
  nick = xmpp_nick_parse (message);
  g_assert_cmpstr (nick, ==, "Ishmael");
  {
    g_autoptr (XmppNode) blank = test_xml ("<presence><nick xmlns='http://jabber.org/protocol/nick'>  </nick>"
                                           "</presence>");
    g_autoptr (XmppNode) ping = xmpp_ping_request ("x");

    g_assert_null (xmpp_nick_parse (blank));
    g_assert_true (xmpp_ping_is_request (ping));
    g_assert_false (xmpp_ping_is_request (message));
  }
}

static void
test_presence (void)
{
  static const struct
  {
    const char *xml;
    XmppPresenceKind kind;
    XmppShow show;
    int priority;
    const char *status;
  } table[] = {
    { "<presence/>", XMPP_PRESENCE_STATE, XMPP_SHOW_ONLINE, 0, NULL },
    { "<presence type='unavailable'><status>bye</status></presence>", XMPP_PRESENCE_STATE, XMPP_SHOW_OFFLINE, 0,
      "bye" },
    { "<presence><show>dnd</show><priority>-1</priority></presence>", XMPP_PRESENCE_STATE, XMPP_SHOW_DND, -1, NULL },
    { "<presence><show>nonsense</show><priority>900</priority></presence>", XMPP_PRESENCE_STATE, XMPP_SHOW_ONLINE, 0,
      NULL },
    { "<presence type='subscribe'/>", XMPP_PRESENCE_SUBSCRIBE, XMPP_SHOW_OFFLINE, 0, NULL },
    { "<presence type='error'/>", XMPP_PRESENCE_ERROR, XMPP_SHOW_OFFLINE, 0, NULL },
    { "<presence type='dance'/>", XMPP_PRESENCE_UNKNOWN, XMPP_SHOW_OFFLINE, 0, NULL },
  };
  g_autofree char *long_status = g_strnfill (3000, 'x');

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (XmppNode) presence = test_xml (table[i].xml);
      g_autofree char *status = xmpp_presence_get_status (presence);

      g_assert_cmpint (xmpp_presence_get_kind (presence), ==, table[i].kind);
      g_assert_cmpint (xmpp_presence_get_show (presence), ==, table[i].show);
      g_assert_cmpint (xmpp_presence_get_priority (presence), ==, table[i].priority);
      g_assert_cmpstr (status, ==, table[i].status);
    }
  for (XmppShow show = XMPP_SHOW_OFFLINE; show <= XMPP_SHOW_CHAT; show++)
    {
      g_autoptr (XmppNode) presence = xmpp_presence_new (show, "\xe5\x9c\xa8", 5);

      g_assert_cmpint (xmpp_presence_get_show (presence), ==, show);
      g_assert_cmpint (xmpp_presence_get_priority (presence), ==, show == XMPP_SHOW_OFFLINE ? 0 : 5);
    }
  {
    /* Cut between characters */
    g_autofree char *text = g_strconcat (long_status, "\xe5\x9c\xa8", NULL);
    g_autoptr (XmppNode) presence = NULL;
    g_autofree char *cut = NULL;

    memcpy (text + XMPP_PRESENCE_MAX_STATUS - 1, "\xe5\x9c\xa8", 3);
    presence = xmpp_presence_new (XMPP_SHOW_AWAY, text, 0);
    cut = xmpp_presence_get_status (presence);
    g_assert_cmpuint (strlen (cut), ==, XMPP_PRESENCE_MAX_STATUS - 1);
    g_assert_true (g_utf8_validate (cut, -1, NULL));
  }
}

static void
test_roster (void)
{
  g_autoptr (XmppNode) iq = test_xml ("<iq type='set' id='p'><query xmlns='jabber:iq:roster' ver='v2'>"
                                      "<item jid='Bob@Example.org/home' name='Bob' subscription='to' ask='subscribe'>"
                                      "<group>Friends</group><group>Work</group></item>"
                                      "<item jid='@@' subscription='to'/><item jid='c@x' subscription='maybe'/>"
                                      "</query></iq>");
  XmppNode *query = xmpp_roster_query (iq);
  XmppNode *node = xmpp_node_first (query);
  g_autoptr (XmppRosterItem) item = xmpp_roster_item_parse (node);
  g_autoptr (XmppNode) set = NULL;
  g_autoptr (XmppNode) push = NULL;
  g_autoptr (XmppNode) get = xmpp_roster_get ("");

  g_assert_cmpstr (xmpp_roster_get_ver (query), ==, "v2");
  g_assert_cmpstr (xmpp_roster_get_ver (xmpp_roster_query (get)), ==, "");
  g_assert_cmpstr (xmpp_jid_get_full (item->jid), ==, "bob@example.org");
  g_assert_cmpint (item->subscription, ==, XMPP_SUBSCRIPTION_TO);
  g_assert_true (item->ask);
  g_assert_cmpuint (g_strv_length (item->groups), ==, 2);
  node = xmpp_node_next (node);
  g_assert_null (xmpp_roster_item_parse (node));
  node = xmpp_node_next (node);
  g_assert_null (xmpp_roster_item_parse (node));

  set = xmpp_roster_set (item);
  g_assert_null (xmpp_node_get (xmpp_node_first (xmpp_roster_query (set)), "subscription"));
  item->subscription = XMPP_SUBSCRIPTION_REMOVE;
  push = xmpp_roster_push ("a@x/1", item, "v3");
  g_assert_cmpstr (xmpp_node_get (xmpp_node_first (xmpp_roster_query (push)), "subscription"), ==, "remove");

  g_assert_true (xmpp_roster_push_is_trusted (iq, "a@x"));
  xmpp_node_set (iq, "from", "a@x");
  g_assert_true (xmpp_roster_push_is_trusted (iq, "a@x"));
  xmpp_node_set (iq, "from", "a@x/other");
  g_assert_false (xmpp_roster_push_is_trusted (iq, "a@x"));
  xmpp_node_set (iq, "from", "mallory@x");
  g_assert_false (xmpp_roster_push_is_trusted (iq, "a@x"));
}

static void
test_register (void)
{
  g_autoptr (XmppNode) plain = test_xml ("<iq><query xmlns='jabber:iq:register'><instructions>Hello</instructions>"
                                         "<username/>"
                                         "<password/></query></iq>");
  g_autoptr (XmppNode) email = test_xml ("<iq><query xmlns='jabber:iq:register'><username/><password/><email/>"
                                         "</query></iq>");
  g_autoptr (XmppNode) form = test_xml ("<iq><query xmlns='jabber:iq:register'><x xmlns='jabber:x:data' type='form'>"
                                        "<field var='FORM_TYPE' type='hidden'><value>jabber:iq:register</value></field>"
                                        "<field var='username' type='text-single'><required/></field><field"
                                        " var='password'/>"
                                        "<field var='token' type='hidden'><value>t1</value></field></x></query></iq>");
  g_autoptr (XmppRegisterQuery) query = xmpp_register_parse (plain);
  g_autoptr (XmppRegisterQuery) with_email = xmpp_register_parse (email);
  g_autoptr (XmppRegisterQuery) with_form = xmpp_register_parse (form);
  g_autoptr (XmppNode) submit = xmpp_register_submit (NULL, "a", "secret", query);
  g_autoptr (XmppNode) submit_form = xmpp_register_submit (NULL, "a", "secret", with_form);
  g_autoptr (XmppForm) answer = NULL;
  const char *username;
  const char *password;
  gboolean remove;

  g_assert_cmpstr (query->instructions, ==, "Hello");
  g_assert_true (xmpp_register_needs_only_password (query));
  g_assert_false (xmpp_register_needs_only_password (with_email));
  g_assert_true (xmpp_register_needs_only_password (with_form));
  g_assert_true (xmpp_register_parse_submit (submit, &username, &password, &remove));
  g_assert_cmpstr (username, ==, "a");
  g_assert_cmpstr (password, ==, "secret");
  g_assert_false (remove);
  answer = xmpp_form_find (xmpp_node_child (submit_form, "query", NULL), "jabber:iq:register");
  g_assert_cmpstr (xmpp_form_get (answer, "password"), ==, "secret");
  g_assert_cmpstr (xmpp_form_get (answer, "token"), ==, "t1");
}

static void
test_version (void)
{
  g_autoptr (XmppNode) request = xmpp_version_request ("a@x/1");
  g_autoptr (XmppNode) result = xmpp_version_result (request, "Mien", "1.0");
  const char *name;
  const char *version;

  g_assert_true (xmpp_version_parse (result, &name, &version));
  g_assert_cmpstr (name, ==, "Mien");
  g_assert_cmpstr (version, ==, "1.0");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/xep/caps/examples", test_caps_examples);
  g_test_add_func ("/xep/caps/ill-formed", test_caps_ill_formed);
  g_test_add_func ("/xep/disco", test_disco);
  g_test_add_func ("/xep/form", test_form);
  g_test_add_func ("/xep/datetime", test_datetime);
  g_test_add_func ("/xep/delay", test_delay);
  g_test_add_func ("/xep/carbons/forged", test_carbons);
  g_test_add_func ("/xep/carbons/server", test_carbons_server);
  g_test_add_func ("/xep/messages", test_messages);
  g_test_add_func ("/xep/presence", test_presence);
  g_test_add_func ("/xep/roster", test_roster);
  g_test_add_func ("/xep/register", test_register);
  g_test_add_func ("/xep/version", test_version);
  return g_test_run ();
}
