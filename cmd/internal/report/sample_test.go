package report

import "strings"

// sampleAudit has every status, origin and kind of place.
func sampleAudit() Audit {
	diffID := "sha256:" + strings.Repeat("ab", 32)
	return Audit{
		Source: "image", Image: "registry.example:5000/team/app:1.2", Digest: "sha256:" + strings.Repeat("0", 64), Platform: "linux/amd64",
		Dockerfile: "build/Dockerfile", Target: "final", Time: "2026-11-21T12:00:00Z", Benchmark: "CIS Docker 1.13.0", Profile: "cis-l1",
		Base: &Base{Ref: "debian:12", Digest: "sha256:" + strings.Repeat("1", 64), How: "annotation", Layers: 1},
		Facts: &Facts{
			Created: "2026-11-20T00:00:00Z", Kind: "full", Distribution: "debian 12", Size: 123456789, Compressed: 45678901, Layers: 3, Entries: 3210,
			Shells: []string{"/bin/sh", "/bin/bash"}, PackageManagers: []string{}, PrivilegedPorts: []string{"80/tcp"},
		},
		Summary: Summary{Pass: 1, Fail: 3, Warn: 1, Manual: 1, Unknown: 1, NotApplicable: 1},
		Controls: []Control{
			{ID: "4.1", Key: "image.user", IDs: map[string]string{"1.13.0": "4.1"}, Title: "Run as a user other than root", Level: 1, Scored: true, Status: "fail", Effect: "deny", Origin: "own",
				Evidence: []string{"config.User is empty, which is root"}, Remediation: "Add USER with a number.",
				Items: []Item{{Status: "fail", Origin: "own", Text: "config.User is empty, which is root", Source: "config"}}},
			{ID: "4.2", Key: "image.base", Title: "Trusted bases", Level: 1, Status: "manual", Effect: "warn", Origin: "base", Evidence: []string{"debian:12"},
				Items: []Item{{Status: "manual", Origin: "base", Text: "the base is debian:12"}}},
			{ID: "4.4", Key: "image.scanned", Title: "Scanned", Level: 1, Status: "unknown", Effect: "deny", Origin: "unknown", Evidence: []string{"no scan was taken into account"}},
			{ID: "4.5", Key: "image.content-trust", Title: "Content trust", Level: 2, Status: "not-applicable", Effect: "none", Origin: "own", Evidence: []string{"decided at the gate"}},
			{ID: "4.6", Key: "image.healthcheck", Title: "Health check", Level: 1, Status: "pass", Effect: "none", Origin: "own", Evidence: []string{"HEALTHCHECK is set"},
				Items: []Item{{Status: "pass", Origin: "own", Text: "HEALTHCHECK is set", Source: "config"}}},
			{ID: "4.8", Key: "image.setuid", Title: "No set-uid files", Level: 2, Status: "fail", Effect: "none", Exception: "busybox needs su", Origin: "base", Evidence: []string{"su"},
				Items: []Item{
					{Status: "fail", Origin: "base", Text: "set-uid file with mode 4755", Source: "layer", Layer: 1, DiffID: diffID, Path: "bin/su"},
					{Status: "fail", Origin: "base", Text: "set-uid file with mode 4755", Source: "layer", Layer: 1, DiffID: diffID, Path: "usr/bin/a b:c%"},
				}},
			{ID: "4.9", Key: "image.add", Title: "COPY, not ADD", Level: 1, Status: "warn", Effect: "warn", Origin: "own", Evidence: []string{"line 7: ADD of a.tar"}, Remediation: "Use COPY.",
				Items: []Item{
					{Status: "warn", Origin: "own", Text: "line 7: ADD of a.tar", Source: "dockerfile", Line: 7},
					{Status: "warn", Origin: "own", Text: "ADD of a.tar", Source: "history", Row: 4, Layer: 3},
					{Status: "pass", Origin: "own", Text: "line 9 has COPY", Source: "dockerfile", Line: 9},
				}},
			{ID: "4.10", Key: "image.secrets", Title: "No secrets", Level: 1, Status: "fail", Effect: "deny", Origin: "own", Evidence: []string{"a key"}, Remediation: "Take it out.",
				Items: []Item{{Status: "fail", Effect: "deny", Origin: "own", Text: "private key in /app/id_rsa (fingerprint 0f1e)", Source: "layer", Layer: 3, Path: "app/id_rsa", Line: 2}}},
		},
	}
}

func sampleDecision() Decision {
	d := Decision{
		Image: "registry.example:5000/team/app:1.2", Digest: "sha256:" + strings.Repeat("0", 64), Verdict: "deny", Rule: "apps", Time: "2026-11-21T12:00:00Z",
		Platforms: []Platform{{"linux/amd64", "sha256:" + strings.Repeat("2", 64)}}, Policy: Policy{Name: "production", Digest: "sha256:" + strings.Repeat("3", 64)},
		Evidence: []Evidence{{Kind: "signature", Format: "cosign-bundle", Signer: "release", Counted: true}, {Kind: "attestation", Format: "cosign-tag", Why: "signed with a key nobody named"}},
		Reasons: []Reason{
			{Code: "attestation-stale", Effect: "deny", Rule: "apps", Platform: "linux/amd64", Message: "audit is 9 days old, limit is 7", Who: "builder", Hint: "pratique attest registry.example:5000/team/app:1.2"},
			{Code: "registry-unreachable", Effect: "undecided", Rule: "apps", Message: "referrers could not be listed", Who: "registry"},
			{Code: "control-manual", Effect: "warn", Rule: "apps", Message: "4.2 wants a person", Who: "operator", Hint: "look"},
		},
	}
	for _, c := range sampleAudit().Controls {
		d.Findings = append(d.Findings, Finding{Control: c.ID, Status: c.Status, Effect: c.Effect, Source: "attestation", Origin: c.Origin, Platform: "linux/amd64", Evidence: c.Evidence, Items: c.Items})
	}
	return d
}
