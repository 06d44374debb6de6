package secrets

// addObservers adds monitoring.
func addObservers(a *adder) {
	a.add("newrelic-key", `(?:NRAK-[A-Z0-9]{27}\b|NRII-[A-Za-z0-9_-]{32})`, "NRAK-", "NRII-")
	a.add("grafana-token", `(?:gl(?:sa|c)_[A-Za-z0-9+/=_]{32,}|eyJrIjoi[A-Za-z0-9+/]{70,}={0,3})`, "glsa_", "glc_", "eyJrIjoi")
	a.add("sentry-token", `sntry[su]_[A-Za-z0-9+/=_-]{32,}`, "sntrys_", "sntryu_")
	a.add("dynatrace-token", `dt0[a-z][0-9]{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}\b`, "dt0c01.", "dt0s01.", "dt0s16.")
	a.add("launchdarkly-key", `(?:sdk|api)-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b`, "sdk-", "api-")
	a.add("posthog-key", `phx_[A-Za-z0-9]{40,}\b`, "phx_")
	a.add("wakatime-key", `waka_[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b`, "waka_")
}

// addMessaging adds mail and chat.
func addMessaging(a *adder) {
	a.add("slack-token", `xox[abeoprs][.-][A-Za-z0-9.-]{20,}`, "xoxa-", "xoxb-", "xoxe-", "xoxe.", "xoxo-", "xoxp-", "xoxr-", "xoxs-").when(digit)
	a.add("slack-app-token", `xapp-[0-9]-[A-Z0-9]+-[0-9]+-[A-Za-z0-9]{20,}`, "xapp-")
	a.add("slack-webhook", `hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9_+]{8,}/[A-Za-z0-9_+]+/[A-Za-z0-9_+/]{20,}|T[A-Za-z0-9_]+/B[A-Za-z0-9_]+/[A-Za-z0-9]{20,})`,
		"hooks.slack.com").value(1).when(digit)
	a.add("teams-webhook", `\.webhook\.office\.com/webhookb2/([0-9a-f-]{36}@[0-9a-f-]{36}/IncomingWebhook/[0-9a-z]{32}/[0-9a-f-]{36})`, ".webhook.office.com").value(1)
	a.add("discord-webhook", `/api/webhooks/([0-9]+/[A-Za-z0-9_-]{60,})`, "/api/webhooks/").value(1)
	a.add("telegram-token", `[0-9]{8,10}:AA[A-Za-z0-9_-]{33}`, ":AA").behind(10, "0")
	a.add("sendgrid-key", `SG\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{40,}`, "SG.")
	a.add("sendinblue-key", `x(?:key|smtp)sib-[0-9a-f]{64}-[A-Za-z0-9]{16}\b`, "xkeysib-", "xsmtpsib-")
	a.add("mailgun-key", `key-[0-9a-f]{32}\b`, "key-")
	a.add("mailchimp-key", `[0-9a-f]{32}-us[0-9]{1,2}\b`, "-us").behind(32, "a").after(run(0, 1))
	a.add("twilio-key", `SK[0-9a-f]{32}\b`, "SK")
	a.add("notion-token", `ntn_[A-Za-z0-9]{40,}\b`, "ntn_").when(mixed)
	a.add("airtable-token", `pat[A-Za-z0-9]{14}\.[0-9a-f]{64}\b`, "pat")
	a.add("contentful-token", `CFPAT-[A-Za-z0-9_-]{43}`, "CFPAT-")
	a.add("figma-token", `fig[dour]_[A-Za-z0-9_-]{40,}`, "figd_", "figo_", "figu_", "figr_")
	a.add("typeform-token", `tfp_[A-Za-z0-9_.=-]{59}`, "tfp_")
	a.add("readme-key", `rdme_[a-z0-9]{70}\b`, "rdme_")
	a.add("adobe-secret", `p8e-[A-Za-z0-9_-]{32}`, "p8e-").when(mixed)
	a.add("mapbox-token", `sk\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}`, "sk.eyJ")
	a.add("authress-key", `(?:sc|ext|scauth|authress)_[a-zA-Z0-9]{5,30}\.[a-zA-Z0-9]{4,6}\.acc[_-][a-zA-Z0-9-]{10,32}\.[A-Za-z0-9+/_=-]{30,120}`,
		"sc_", "ext_", "scauth_", "authress_")
}

// addPayments adds payment and trade.
func addPayments(a *adder) {
	a.add("stripe-key", `[sr]k_(?:live|test|prod)_[A-Za-z0-9]{16,}`, "sk_live_", "sk_test_", "sk_prod_", "rk_live_", "rk_test_", "rk_prod_").when(mixed)
	a.add("stripe-webhook-secret", `whsec_[A-Za-z0-9+/=]{32,}`, "whsec_")
	a.add("square-token", `sq0(?:atp|csp)-[A-Za-z0-9_-]{22,}`, "sq0atp-", "sq0csp-")
	a.add("shopify-token", `shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b`, "shpat_", "shpca_", "shppa_", "shpss_")
	a.add("shippo-token", `shippo_(?:live|test)_[0-9a-fA-F]{40}\b`, "shippo_")
	a.add("easypost-key", `EZ[AT]K[A-Za-z0-9]{54}\b`, "EZAK", "EZTK")
	a.add("duffel-token", `duffel_(?:test|live)_[A-Za-z0-9_=-]{43}`, "duffel_")
	a.add("flutterwave-key", `FLWSECK(?:_TEST)?-[0-9a-zA-Z]{12,32}(?:-X)?\b`, "FLWSECK")
	a.add("razorpay-key", `rzp_(?:live|test)_[A-Za-z0-9]{14}\b`, "rzp_live_", "rzp_test_")
	a.add("braintree-token", `access_token\$production\$[0-9a-z]{16}\$[0-9a-f]{32}\b`, "access_token$production$")
}

// addModels adds model providers.
func addModels(a *adder) {
	a.add("openai-key", `sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}T3BlbkFJ[A-Za-z0-9_-]{20,}`, "T3BlbkFJ").behind(96, "a_-")
	a.add("anthropic-key", `sk-ant-[a-z]+[0-9]{2}-[A-Za-z0-9_-]{80,}`, "sk-ant-")
	a.add("huggingface-token", `(?:hf_|api_org_)[A-Za-z0-9]{34,}\b`, "hf_", "api_org_").when(letters)
	a.add("perplexity-key", `pplx-[A-Za-z0-9]{48}\b`, "pplx-")
	a.add("groq-key", `gsk_[A-Za-z0-9]{52}\b`, "gsk_")
	a.add("xai-key", `xai-[A-Za-z0-9]{80}\b`, "xai-")
	a.add("replicate-token", `r8_[A-Za-z0-9]{37}\b`, "r8_")
	a.add("langsmith-key", `lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}\b`, "lsv2_")
	a.add("openrouter-key", `sk-or-v1-[0-9a-f]{64}\b`, "sk-or-v1-")
}

// digit is a value with a digit in it, which a word has not.
func digit(v string) bool {
	for i := range len(v) {
		if v[i] >= '0' && v[i] <= '9' {
			return true
		}
	}
	return false
}

// letters is a value that hardly repeats itself.
func letters(v string) bool { return Entropy(v) >= 350 }
