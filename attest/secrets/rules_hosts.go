package secrets

// addCodeHosts adds code hosts and what builds there.
func addCodeHosts(a *adder) {
	a.add("github-token", `gh[pousr]_[A-Za-z0-9]{36,}`, "ghp_", "gho_", "ghu_", "ghs_", "ghr_")
	a.add("github-fine-grained-token", `github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{40,}`, "github_pat_")
	a.add("gitlab-token", `(?:gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|oas|imt|ffct|rtr|wt)-[A-Za-z0-9_.-]{20,}|GR1348941[A-Za-z0-9_-]{20,})`,
		"glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-", "glagent-", "gloas-", "glimt-", "glffct-", "glrtr-", "glwt-", "GR1348941")
	a.add("bitbucket-token", `ATBB[A-Za-z0-9]{24,}\b`, "ATBB")
	a.add("atlassian-token", `(?:ATATT3|ATCTT3)[A-Za-z0-9_=-]{60,}`, "ATATT3", "ATCTT3")
	a.add("azure-platform-key", `[A-Za-z0-9]{52}JQQJ9[A-Za-z0-9]{27}`, "JQQJ9").behind(52, "a")
	a.add("buildkite-token", `bk(?:ua|pat)_[0-9a-f]{40}\b`, "bkua_", "bkpat_")
	a.add("circleci-token", `CCI(?:PAT|PRJ)_[A-Za-z0-9]{22}_[0-9a-f]{40}\b`, "CCIPAT_", "CCIPRJ_")
	a.add("sourcegraph-token", `sgp_(?:(?:[0-9a-fA-F]{16}|local)_)?[0-9a-fA-F]{40}\b`, "sgp_")
	a.add("linear-key", `lin_(?:api|oauth)_[A-Za-z0-9]{40}\b`, "lin_api_", "lin_oauth_")
	a.add("infracost-token", `ico-[A-Za-z0-9]{32}\b`, "ico-").when(mixed)
	a.add("octopus-key", `API-[A-Z0-9]{26}\b`, "API-").when(mixed)
	a.add("harness-token", `[ps]at\.[A-Za-z0-9_-]{22}\.[0-9a-f]{24}\.[A-Za-z0-9]{20}\b`, "pat.", "sat.")
}

// addRegistries adds package registries.
func addRegistries(a *adder) {
	a.add("npm-token", `npm_[A-Za-z0-9]{36}\b`, "npm_").when(mixed)
	a.add("pypi-token", `pypi-AgE[A-Za-z0-9_-]{50,}`, "pypi-AgE")
	a.add("rubygems-token", `rubygems_[0-9a-f]{48}\b`, "rubygems_")
	a.add("docker-token", `dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,}`, "dckr_")
	a.add("artifactory-token", `(?:AKC[A-Za-z0-9]{64,80}|cmVmd[A-Za-z0-9]{59})\b`, "AKC", "cmVmd")
	a.add("clojars-token", `(?i)clojars_[a-z0-9]{60}\b`, "CLOJARS_", "clojars_")
	a.add("crates-token", `cio[A-Za-z0-9]{32}\b`, "cio").when(mixed)
	a.add("nuget-key", `oy2[a-z0-9]{43}\b`, "oy2").when(mixed)
}

// addClouds adds cloud providers.
func addClouds(a *adder) {
	a.add("aws-access-key-id", `(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b`, "AKIA", "ASIA", "ABIA", "ACCA").when(ownAWS)
	a.add("aws-bedrock-key", `ABSK[A-Za-z0-9+/]{109,}={0,2}`, "ABSK")
	a.add("gcp-api-key", `AIza[A-Za-z0-9_-]{35}`, "AIza")
	a.add("gcp-oauth-secret", `GOCSPX-[A-Za-z0-9_-]{28}`, "GOCSPX-")
	a.add("gcp-access-token", `ya29\.[A-Za-z0-9_-]{40,}`, "ya29.")
	a.add("firebase-server-key", `AAAA[A-Za-z0-9_-]{7}:APA91b[A-Za-z0-9_-]{100,}`, ":APA91b").behind(11, "a_-")
	a.add("azure-client-secret", `[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}`, "Q~").behind(4, "a_~.-")
	a.add("digitalocean-token", `do[opr]_v1_[0-9a-f]{64}\b`, "doo_v1_", "dop_v1_", "dor_v1_")
	a.add("alibaba-key-id", `LTAI[A-Za-z0-9]{17,26}\b`, "LTAI").when(mixed)
	a.add("tencent-key-id", `AKID[A-Za-z0-9]{32}\b`, "AKID").when(mixed)
	a.add("heroku-key", `HRKU-[A-Za-z0-9_-]{36,}`, "HRKU-")
	a.add("scalingo-token", `tk-us-[A-Za-z0-9_-]{48}`, "tk-us-")
	a.add("flyio-token", `(?:fo1_[A-Za-z0-9_-]{43}|fm[12][ar]?_[A-Za-z0-9+/]{100,}={0,3})`, "fo1_", "fm1a_", "fm1r_", "fm2_")
	a.add("cloudflare-origin-key", `v1\.0-[0-9a-f]{24}-[0-9a-f]{146}\b`, "v1.0-")
	a.add("netlify-token", `nfp_[A-Za-z0-9]{36}\b`, "nfp_").when(mixed)
	a.add("supabase-token", `sb(?:p_[0-9a-f]{40}\b|_secret_[A-Za-z0-9_-]{22,})`, "sbp_", "sb_secret_")
	a.add("planetscale-token", `pscale_(?:tkn|oauth|pw)_[A-Za-z0-9_=.-]{32,}`, "pscale_")
}

// addPlatforms adds what runs infrastructure.
func addPlatforms(a *adder) {
	a.add("vault-token", `hv[sbr]\.[A-Za-z0-9_-]{24,}`, "hvs.", "hvb.", "hvr.")
	a.add("terraform-token", `[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}`, ".atlasv1.").behind(14, "a")
	a.add("pulumi-token", `pul-[0-9a-f]{40}\b`, "pul-")
	a.add("databricks-token", `dapi[0-9a-f]{32}`, "dapi")
	a.add("tailscale-key", `tskey-[a-z]+-[A-Za-z0-9]{8,}-[A-Za-z0-9]{16,}`, "tskey-")
	a.add("doppler-token", `dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_.-]{40,}`, "dp.")
	a.add("onepassword-token", `ops_eyJ[A-Za-z0-9+/]{200,}={0,3}`, "ops_eyJ").long(4 << 10)
	a.add("onepassword-secret-key", `A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}\b`, "A3-")
	a.add("openshift-token", `sha256~[A-Za-z0-9_-]{43}`, "sha256~")
	a.add("prefect-token", `pn[ub]_[A-Za-z0-9]{36}\b`, "pnu_", "pnb_").when(mixed)
	a.add("postman-key", `PMAK-[0-9a-f]{24}-[0-9a-f]{34}\b`, "PMAK-")
	a.add("clickhouse-key", `4b1d[A-Za-z0-9]{38}\b`, "4b1d").when(mixed)
	a.add("maxmind-key", `[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk\b`, "_mmk").behind(36, "a_").after(anything)
}

// mixed is a value whose form alone could be a word: it has letters and digits
// and hardly repeats itself.
func mixed(v string) bool {
	digits, letters := 0, 0
	for i := range len(v) {
		switch {
		case v[i] >= '0' && v[i] <= '9':
			digits++
		case alnum(v[i]):
			letters++
		}
	}
	return digits >= 2 && letters >= 2 && Entropy(v) >= 320
}
