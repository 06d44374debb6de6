// Package secretstest makes texts of the shape of credentials. They are made when a
// test runs, so that nothing in the repository has that shape, and open nothing.
package secretstest

import (
	"encoding/base64"
	"maps"
	"strings"
)

// Text is n letters and digits as a token has them.
func Text(n int) string {
	const alphabet = "k3Jx9QmZp7VtR2bLw8YsN5cHd4GfA6uE1"
	return strings.Repeat(alphabet, n/len(alphabet)+1)[:n]
}

const (
	hex  = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	uuid = "01234567-89ab-4def-8123-456789abcdef"
)

// All is a text for every rule for shapes, by the rule's id.
func All() map[string]string {
	all := map[string]string{}
	for _, part := range []map[string]string{first(), second(), third(), fourth()} {
		maps.Copy(all, part)
	}
	return all
}

// base32 is capitals and the digits from 2 to 7.
func base32() string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if strings.ContainsRune("0189", r) {
			return 'Q'
		}
		return r
	}, Text(70)))
}

func keyBody() string { return base64.StdEncoding.EncodeToString([]byte(Text(60))) }

func first() map[string]string {
	upper := base32()
	lower := strings.ToLower(Text(70))
	return map[string]string{
		"adobe-secret":          "p8" + "e-" + Text(32),
		"age-secret-key":        "AGE-SECRET-KEY-" + "1" + strings.Repeat("Q", 58),
		"airtable-token":        "pa" + "t" + Text(14) + "." + hex,
		"alibaba-key-id":        "LT" + "AI" + Text(20),
		"anthropic-key":         "sk-" + "ant-api03-" + Text(93),
		"artifactory-token":     "AK" + "C" + Text(70),
		"atlassian-token":       "AT" + "ATT3" + Text(80),
		"authress-key":          "sc" + "_" + Text(20) + "." + Text(4) + ".acc-" + Text(20) + "." + Text(60),
		"aws-access-key-id":     "AK" + "IA" + upper[:16],
		"aws-bedrock-key":       "AB" + "SK" + Text(120),
		"aws-secret-key":        "aws_secret_" + "access_key = " + Text(40),
		"azure-access-key":      "Endpoint=sb://x/;SharedAccess" + "Key=" + Text(43) + "=",
		"azure-client-secret":   "abc8" + "Q~" + Text(34),
		"azure-platform-key":    Text(52) + "JQQ" + "J9" + Text(27),
		"azure-sas":             "https://x/y?sv=2022&si" + "g=" + Text(43) + "%3D",
		"azure-storage-key":     "DefaultEndpointsProtocol=https;Account" + "Key=" + Text(86) + "==",
		"bitbucket-token":       "AT" + "BB" + Text(32),
		"braintree-token":       "access_token" + "$production$" + lower[:16] + "$" + hex[:32],
		"buildkite-token":       "bk" + "ua_" + hex[:40],
		"circleci-token":        "CCI" + "PAT_" + Text(22) + "_" + hex[:40],
		"clickhouse-key":        "4b" + "1d" + Text(38),
		"clojars-token":         "CLO" + "JARS_" + lower[:60],
		"cloudflare-origin-key": "v1" + ".0-" + hex[:24] + "-" + (hex + hex + hex)[:146],
		"connection-string":     "Server=db;User=sa;Pass" + "word=" + Text(12) + ";",
		"contentful-token":      "CF" + "PAT-" + Text(43),
		"crates-token":          "ci" + "o" + Text(32),
		"databricks-token":      "da" + "pi" + hex[:32],
		"digitalocean-token":    "dop" + "_v1_" + hex,
		"discord-webhook":       "https://discord.com/api" + "/webhooks/123456789/" + Text(68),
	}
}

func second() map[string]string {
	upper := base32()
	return map[string]string{
		"docker-auth":               `{"auths":{"r.example.org":{` + `"auth":"` + base64.StdEncoding.EncodeToString([]byte("user:"+Text(12))) + `"}}}`,
		"docker-token":              "dckr" + "_pat_" + Text(27),
		"doppler-token":             "dp" + ".pt." + Text(43),
		"duffel-token":              "duffel" + "_live_" + Text(43),
		"dynatrace-token":           "dt0" + "c01." + (upper + upper)[:24] + "." + (upper + upper)[:64],
		"easypost-key":              "EZ" + "AK" + Text(54),
		"figma-token":               "fi" + "gd_" + Text(43),
		"firebase-server-key":       "AAAA" + Text(7) + ":APA" + "91b" + Text(134),
		"flutterwave-key":           "FLW" + "SECK-" + hex[:32] + "-X",
		"flyio-token":               "fo" + "1_" + Text(43),
		"gcp-access-token":          "ya" + "29." + Text(60),
		"gcp-api-key":               "AI" + "za" + Text(35),
		"gcp-oauth-secret":          "GOC" + "SPX-" + Text(28),
		"github-fine-grained-token": "github_" + "pat_" + Text(22) + "_" + Text(59),
		"github-token":              "gh" + "p_" + Text(36),
		"gitlab-token":              "gl" + "pat-" + Text(20),
		"grafana-token":             "gl" + "sa_" + Text(41),
		"groq-key":                  "gs" + "k_" + Text(52),
		"harness-token":             "pa" + "t." + Text(22) + "." + hex[:24] + "." + Text(20),
		"heroku-key":                "HR" + "KU-" + Text(40),
		"http-authorization":        "Authorization: " + "Bearer " + Text(30),
		"huggingface-token":         "h" + "f_" + Text(34),
		"infracost-token":           "ic" + "o-" + Text(32),
		"jwk-private-key":           `{"kty":"EC","` + `d":"` + Text(43) + `"}`,
		"jwt":                       "ey" + "J" + Text(20) + ".ey" + "J" + Text(30) + "." + Text(30),
		"langsmith-key":             "ls" + "v2_pt_" + hex[:32] + "_" + hex[:10],
		"launchdarkly-key":          "sd" + "k-" + uuid,
		"linear-key":                "lin_" + "api_" + Text(40),
		"mailchimp-key":             hex[:32] + "-us" + "12",
	}
}

func third() map[string]string {
	upper := base32()
	lower := strings.ToLower(Text(70))
	return map[string]string{
		"mailgun-key":            "ke" + "y-" + hex[:32],
		"mapbox-token":           "sk" + ".eyJ" + Text(60) + "." + Text(22),
		"maxmind-key":            Text(6) + "_" + Text(29) + "_m" + "mk",
		"netlify-token":          "nf" + "p_" + Text(36),
		"netrc":                  "machine r.example.org login me " + "password " + Text(12),
		"newrelic-key":           "NR" + "AK-" + strings.ToUpper(Text(27)),
		"notion-token":           "nt" + "n_" + Text(46),
		"npm-auth":               "//registry.npmjs.org/:_auth" + "Token=" + Text(36),
		"npm-token":              "np" + "m_" + Text(36),
		"nuget-key":              "oy" + "2" + lower[:43],
		"nuget-password":         `<add key="ClearText` + `Password" value="` + Text(12) + `" />`,
		"octopus-key":            "AP" + "I-" + upper[:26],
		"onepassword-secret-key": "A" + "3-" + upper[:6] + "-" + upper[:11] + "-" + upper[:5] + "-" + upper[5:10] + "-" + upper[10:15],
		"onepassword-token":      "ops_" + "eyJ" + Text(250),
		"openai-key":             "s" + "k-" + Text(20) + "T3Blbk" + "FJ" + Text(20),
		"openrouter-key":         "sk-" + "or-v1-" + hex,
		"openshift-token":        "sha" + "256~" + Text(43),
		"perplexity-key":         "pp" + "lx-" + Text(48),
		"planetscale-token":      "pscale" + "_tkn_" + Text(43),
		"posthog-key":            "ph" + "x_" + Text(43),
		"postman-key":            "PM" + "AK-" + hex[:24] + "-" + hex[:34],
		"prefect-token":          "pn" + "u_" + Text(36),
		"private-key":            "-----BEGIN RSA " + "PRIVATE KEY-----\n" + keyBody() + "\n-----END RSA " + "PRIVATE KEY-----",
		"pulumi-token":           "pu" + "l-" + hex[:40],
		"putty-key":              "PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-" + "Lines: 1\n" + Text(48),
		"pypi-token":             "pypi-" + "AgEIcHlwaS5vcmc" + Text(60),
		"razorpay-key":           "rzp" + "_live_" + Text(14),
		"readme-key":             "rd" + "me_" + lower[:70],
		"replicate-token":        "r" + "8_" + Text(37),
	}
}

func fourth() map[string]string {
	return map[string]string{
		"rubygems-token":        "ruby" + "gems_" + hex[:48],
		"scalingo-token":        "tk-" + "us-" + Text(48),
		"sendgrid-key":          "S" + "G." + Text(22) + "." + Text(43),
		"sendinblue-key":        "xkey" + "sib-" + hex + "-" + Text(16),
		"sentry-token":          "sn" + "trys_" + Text(60),
		"shippo-token":          "shippo" + "_live_" + hex[:40],
		"shopify-token":         "shp" + "at_" + hex[:32],
		"slack-app-token":       "xa" + "pp-1-A0123-0123456789-" + Text(40),
		"slack-token":           "xo" + "xb-" + "123456789012-" + Text(30),
		"slack-webhook":         "https://hooks.slack" + ".com/services/T0123/B0123/" + Text(24),
		"sourcegraph-token":     "sg" + "p_" + hex[:40],
		"square-token":          "sq0" + "atp-" + Text(22),
		"stripe-key":            "sk" + "_live_" + Text(24),
		"stripe-webhook-secret": "wh" + "sec_" + Text(32),
		"supabase-token":        "sb" + "p_" + hex[:40],
		"tailscale-key":         "ts" + "key-auth-" + Text(12) + "-" + Text(24),
		"teams-webhook":         "https://x.webhook." + "office.com/webhookb2/" + uuid + "@" + uuid + "/IncomingWebhook/" + hex[:32] + "/" + uuid,
		"telegram-token":        "123456789" + ":AA" + Text(33),
		"tencent-key-id":        "AK" + "ID" + Text(32),
		"terraform-token":       Text(14) + ".atlas" + "v1." + Text(64),
		"twilio-key":            "S" + "K" + hex[:32],
		"typeform-token":        "tf" + "p_" + Text(59),
		"url-credentials":       "postgres://app:" + Text(10) + "@db.internal/app",
		"vault-token":           "hv" + "s." + Text(30),
		"wakatime-key":          "wa" + "ka_" + uuid,
		"wireguard-key":         "Private" + "Key = " + Text(43) + "=",
		"xai-key":               "xa" + "i-" + Text(80),
	}
}
