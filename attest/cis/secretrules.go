package cis

import (
	"regexp"
	"strings"
	"sync"
)

// rule finds one kind of credential by its shape.
type rule struct {
	id string
	// literals is a cheap look: without one of them the pattern cannot match.
	literals []string
	// group is the part of the match that is the secret.
	group   int
	pattern func() *regexp.Regexp
}

// matches returns where in text the rule finds something that is not a
// placeholder.
func (r rule) matches(text string) [][2]int {
	if !r.near(text) {
		return nil
	}
	var out [][2]int
	for _, m := range r.pattern().FindAllStringSubmatchIndex(text, maxSecrets) {
		from, to := m[2*r.group], m[2*r.group+1]
		if from >= 0 && !placeholder(text[from:to]) {
			out = append(out, [2]int{from, to})
		}
	}
	return out
}

func (r rule) near(text string) bool {
	for _, l := range r.literals {
		if strings.Contains(text, l) {
			return true
		}
	}
	return false
}

// secretRules are compiled one by one, each when its literal is first seen: an
// image without credentials costs none of them.
var secretRules = sync.OnceValue(func() []rule {
	var rules []rule
	add := func(id string, group int, pattern string, literals ...string) {
		rules = append(rules, rule{
			id: id, literals: literals, group: group,
			pattern: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) }),
		})
	}
	addFileShapes(add)
	addCodeHosts(add)
	addClouds(add)
	addServices(add)
	return rules
})

// addFileShapes adds what configuration files and headers hold.
func addFileShapes(add func(id string, group int, pattern string, literals ...string)) {
	add("private-key", 0, `-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:\\r|\\n|\s|[A-Za-z0-9+/=:,.()-]){32,}`, "PRIVATE KEY")
	add("age-secret-key", 0, `AGE-SECRET-KEY-1[0-9A-Z]{58}`, "AGE-SECRET-KEY-1")
	add("url-credentials", 1, `://[^\s/?#:@"'<>]{0,128}:([^\s/?#@"'<>]{1,256})@[^\s/?#@"'<>]`, "://")
	add("http-authorization", 1, `(?i)authorization["']?\s*[:=]\s*["']?(?:basic|bearer|token)\s+([A-Za-z0-9+/._~=-]{8,})`,
		"uthorization", "UTHORIZATION")
	add("docker-auth", 1, `"auth"\s*:\s*"([A-Za-z0-9+/]{8,}={0,2})"`, `"auth"`)
	add("npm-auth", 1, `_(?:authToken|auth|password)\s*=\s*["']?([^\s"';]{8,})`, "_authToken", "_auth", "_password")
	add("netrc", 1, `machine\s+\S+\s+login\s+\S+\s+password\s+(\S+)`, "machine")
	add("jwt", 0, `\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`, "eyJ")
}

// addCodeHosts adds code hosts and package registries.
func addCodeHosts(add func(id string, group int, pattern string, literals ...string)) {
	add("github-token", 0, `\bgh[pousr]_[A-Za-z0-9]{36,255}\b`, "ghp_", "gho_", "ghu_", "ghs_", "ghr_")
	add("github-fine-grained-token", 0, `\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{40,}\b`, "github_pat_")
	add("gitlab-token", 0, `\bgl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|oas|imt)-[A-Za-z0-9_.-]{20,}`, "gl")
	add("bitbucket-token", 0, `\bATBB[A-Za-z0-9]{24,}\b`, "ATBB")
	add("atlassian-token", 0, `\bATATT3[A-Za-z0-9_=-]{60,}`, "ATATT3")
	add("npm-token", 0, `\bnpm_[A-Za-z0-9]{36}\b`, "npm_")
	add("pypi-token", 0, `\bpypi-AgE[A-Za-z0-9_-]{50,}`, "pypi-AgE")
	add("rubygems-token", 0, `\brubygems_[0-9a-f]{48}\b`, "rubygems_")
	add("docker-token", 0, `\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{27,}`, "dckr_")
	add("artifactory-token", 0, `\bAKC[A-Za-z0-9]{64,80}\b`, "AKC")
}

// addClouds adds cloud and infrastructure providers.
func addClouds(add func(id string, group int, pattern string, literals ...string)) {
	add("aws-access-key-id", 0, `\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b`, "AKIA", "ASIA", "ABIA", "ACCA")
	add("aws-secret-key", 1, `(?i)aws_?secret_?(?:access_?)?key["']?\s*[=:]\s*["']?([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)`,
		"SECRET", "secret", "Secret")
	add("gcp-api-key", 0, `\bAIza[A-Za-z0-9_-]{35}`, "AIza")
	add("gcp-oauth-secret", 0, `\bGOCSPX-[A-Za-z0-9_-]{28}`, "GOCSPX-")
	add("azure-storage-key", 1, `AccountKey=([A-Za-z0-9+/]{86}==)`, "AccountKey=")
	add("azure-client-secret", 0, `\b[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}`, "Q~")
	add("digitalocean-token", 0, `\bdo[opr]_v1_[0-9a-f]{64}\b`, "_v1_")
	add("vault-token", 0, `\bhv[sbr]\.[A-Za-z0-9_-]{24,}`, "hvs.", "hvb.", "hvr.")
	add("terraform-token", 0, `\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,}`, ".atlasv1.")
	add("pulumi-token", 0, `\bpul-[0-9a-f]{40}\b`, "pul-")
	add("databricks-token", 0, `\bdapi[0-9a-f]{32}`, "dapi")
	add("tailscale-key", 0, `\btskey-[a-z]+-[A-Za-z0-9]{8,}-[A-Za-z0-9]{16,}`, "tskey-")
	add("heroku-key", 0, `\bHRKU-[A-Za-z0-9_-]{36,}`, "HRKU-")
}

// addServices adds other services.
func addServices(add func(id string, group int, pattern string, literals ...string)) {
	add("slack-token", 0, `\bxox[abeoprs]-[A-Za-z0-9-]{20,}`, "xox")
	add("slack-app-token", 0, `\bxapp-[0-9]-[A-Z0-9]+-[0-9]+-[A-Za-z0-9]{20,}`, "xapp-")
	add("slack-webhook", 1, `hooks\.slack\.com/services/(T[A-Za-z0-9_]+/B[A-Za-z0-9_]+/[A-Za-z0-9]{20,})`, "hooks.slack.com")
	add("discord-webhook", 1, `discord(?:app)?\.com/api/webhooks/([0-9]+/[A-Za-z0-9_-]{60,})`, "/api/webhooks/")
	add("telegram-token", 0, `\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}`, ":AA")
	add("stripe-key", 0, `\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}`, "k_live_", "k_test_")
	add("stripe-webhook-secret", 0, `\bwhsec_[A-Za-z0-9+/=]{32,}`, "whsec_")
	add("square-token", 0, `\bsq0(?:atp|csp)-[A-Za-z0-9_-]{22,}`, "sq0")
	add("shopify-token", 0, `\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b`, "shp")
	add("sendgrid-key", 0, `\bSG\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{40,}`, "SG.")
	add("mailgun-key", 0, `\bkey-[0-9a-f]{32}\b`, "key-")
	add("mailchimp-key", 0, `\b[0-9a-f]{32}-us[0-9]{1,2}\b`, "-us")
	add("twilio-key", 0, `\bSK[0-9a-f]{32}\b`, "SK")
	add("openai-key", 0, `\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}T3BlbkFJ[A-Za-z0-9_-]{20,}`, "T3BlbkFJ")
	add("anthropic-key", 0, `\bsk-ant-[a-z]+[0-9]{2}-[A-Za-z0-9_-]{80,}`, "sk-ant-")
	add("huggingface-token", 0, `\bhf_[A-Za-z0-9]{34,}\b`, "hf_")
	add("newrelic-key", 0, `\bNRAK-[A-Z0-9]{27}\b`, "NRAK-")
	add("grafana-token", 0, `\bgl(?:sa|c)_[A-Za-z0-9+/=_]{32,}`, "glsa_", "glc_")
	add("sentry-token", 0, `\bsntr[ysu]+_[A-Za-z0-9+/=_-]{32,}`, "sntr")
	add("linear-key", 0, `\blin_api_[A-Za-z0-9]{40}\b`, "lin_api_")
	add("notion-token", 0, `\bntn_[A-Za-z0-9]{40,}\b`, "ntn_")
	add("doppler-token", 0, `\bdp\.(?:pt|st|ct|sa)\.[A-Za-z0-9_.-]{40,}`, "dp.")
}
