CREATE TABLE public.anilist_oauth_logins (
    number bigint NOT NULL,
    key text NOT NULL,
    owner text,
    record text NOT NULL,
    forget_at bigint NOT NULL,
    claim text,
    code text,
    outcome text
);
ALTER TABLE public.anilist_oauth_logins ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.anilist_oauth_logins_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.anilist_oauth_tokens (
    client_id text NOT NULL,
    subject text NOT NULL,
    access_token text NOT NULL,
    token_id text NOT NULL,
    expires_at bigint,
    viewer text NOT NULL,
    stored_at bigint NOT NULL,
    needs_login integer DEFAULT 0 NOT NULL,
    refused_at bigint,
    told_expiring integer DEFAULT 0 NOT NULL,
    told_invalid integer DEFAULT 0 NOT NULL
);
INSERT INTO public.anilist_oauth_logins OVERRIDING SYSTEM VALUE VALUES (1, '2348f998744212575d85959674f9607ab26f67708a917157472832386337c904', '85987f89374a850074cfb4aaad622dc150c4d4c0fe7e597e623e33f85bc12e93', '{"client_id": "12345", "subject": "discord:42", "binding_digest": "d7e83e28a04b537e64424546b14caf9b67bad2f28dabce68116e0d372319fa00", "label": "@mika", "return_to": "/me", "expires_at": 1790856600123456}', 1790857200123456, NULL, NULL, NULL);
INSERT INTO public.anilist_oauth_logins OVERRIDING SYSTEM VALUE VALUES (2, 'a4c3ed04a95a3da14a9d235c83d868bed7c0f45cf7f3faa751ee8f50598d2211', '85987f89374a850074cfb4aaad622dc150c4d4c0fe7e597e623e33f85bc12e93', '{"client_id": "12345", "subject": "discord:42", "binding_digest": "d7e83e28a04b537e64424546b14caf9b67bad2f28dabce68116e0d372319fa00", "label": "@mika", "return_to": "/me", "expires_at": 1790856600123456}', 1790857200123456, '2026-10-01T12:00:00.123456+00:00 00000000000000000000000000000000', '5694d08a2e53ffcae0c3103e5ad6f6076abd960eb1f8a56577040bc1028f702b', '{"subject": "discord:42"}');
INSERT INTO public.anilist_oauth_tokens VALUES ('12345', 'plain', 'eyJhbGciOiAiUlMyNTYifQ.eyJhdWQiOiAiMTIzNDUiLCAic3ViIjogIjciLCAiaWF0IjogMTc5MDg1NjAwMCwgImV4cCI6IDE4MjIzOTIwMDB9.c2lnbmF0dXJl', '8bbd1aadd88c60b1c35497af46f9dda227788f7813b28d0aac91a5e4761817ef', 1822392000000000, '{"id": 7, "name": "user7", "avatar": null, "site_url": null, "unread": null}', 1790856000123456, 0, NULL, 0, 0);
INSERT INTO public.anilist_oauth_tokens VALUES ('12345', 'marked', 'eyJhbGciOiAiUlMyNTYifQ.eyJhdWQiOiAiMTIzNDUiLCAic3ViIjogIjgiLCAiaWF0IjogMTc5MDg1NjAwMSwgImV4cCI6IDE4MjIzOTIwMDF9.c2lnbmF0dXJl', '402290023374826bce5c0dc795edb6575e6dcec23fb7d7438d72dc4ab929a071', 1822392001000000, '{"id": 8, "name": "user8", "avatar": null, "site_url": null, "unread": null}', 1790856000123456, 1, 1790856000123456, 0, 1);
INSERT INTO public.anilist_oauth_tokens VALUES ('12345', 'no jwt', 'opaque', '6d229884c1268bb0ab32d8da315d0fe52f9147228bd830a37bc9fb28a954940d', NULL, '{"id": 9, "name": "user9", "avatar": null, "site_url": null, "unread": null}', 1790856000123456, 0, NULL, 0, 0);
INSERT INTO public.anilist_oauth_tokens VALUES ('12345', 'sealed', 'sealed:gAAAAABrCrws1ZbxM01ZB5o7dAEedPefGUCK7cpqgAdTdGKfoprqY0QYZntltnEzScUeb8XCg00vZW2prwZ6KF09vaeTQrFp1qhn0At6_HPOWYEQc9zaF5xJZp-iVkmA5L55nPWSMpdidLVvxBctlwD1a1VydM1HtnCOootQMeESdl9HhYfjZ3dFjoH8pslTWx68oMIGbq94H2Q989Gzq0bdAgNYAUOJ7JQvkZQ_lQ1NfvE2IZ0HMb0-YodONUHxoU_uF_vI4Ped7O1jHlu7ikF0e668gHG_gA==', '4445f10b33f94ba30401b44237e2e7b0caad2cf46c86d885ff11e9994a11da57', 1822392002000000, '{"id": 10, "name": "user10", "avatar": null, "site_url": null, "unread": null}', 1790856000123456, 0, NULL, 0, 0);
SELECT pg_catalog.setval('public.anilist_oauth_logins_number_seq', 2, true);
ALTER TABLE ONLY public.anilist_oauth_logins
    ADD CONSTRAINT anilist_oauth_logins_key_key UNIQUE (key);
ALTER TABLE ONLY public.anilist_oauth_logins
    ADD CONSTRAINT anilist_oauth_logins_pkey PRIMARY KEY (number);
ALTER TABLE ONLY public.anilist_oauth_tokens
    ADD CONSTRAINT anilist_oauth_tokens_pkey PRIMARY KEY (client_id, subject);
CREATE INDEX anilist_oauth_logins_forget_at ON public.anilist_oauth_logins USING btree (forget_at);
CREATE INDEX anilist_oauth_logins_owner ON public.anilist_oauth_logins USING btree (owner);
