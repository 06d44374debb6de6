package cis

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Contradictions lists where attested facts disagree with fresh ones that the
// caller collected from the image's own config (S15); none means that they
// agree. Only what config and history decide is compared. Facts collected by
// other rules are compared as far as they repeat the config: rules that read
// the same config more strictly do not contradict it.
//
// Agreement under other rules says nothing about what those rules overlooked:
// judge Overlay(attested, fresh), not the attested facts.
func Contradictions(attested, fresh Facts) []string {
	var out []string
	differ := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if attested.ConfigDigest != fresh.ConfigDigest {
		differ("the audit is of config %q, the image has %q", attested.ConfigDigest, fresh.ConfigDigest)
	}
	if attested.OS != fresh.OS {
		differ("the audit is of operating system %q, the image has %q", attested.OS, fresh.OS)
	}
	out = append(out, rawContradictions(attested, fresh)...)
	if attested.RulesVersion == fresh.RulesVersion {
		out = append(out, ruleContradictions(attested, fresh)...)
	}
	return out
}

// rawContradictions compares what repeats the config. A fact that was not
// collected makes its control unknown, which needs no denial of its own.
func rawContradictions(attested, fresh Facts) []string {
	var out []string
	if a, b := attested.User, fresh.User; a != nil && b != nil && a.Raw != b.Raw {
		out = append(out, fmt.Sprintf("the audit says config.User is %q, it is %q", a.Raw, b.Raw))
	}
	if a, b := attested.Healthcheck, fresh.Healthcheck; a != nil && b != nil && !slices.Equal(a.Test, b.Test) {
		out = append(out, "the audit shows another health check than the config")
	}
	if a, b := attested.History, fresh.History; a != nil && b != nil && a.Digest != b.Digest {
		out = append(out, "the audit was made of another history than the config's")
	}
	return out
}

// ruleContradictions compares what the same rules must find again.
func ruleContradictions(attested, fresh Facts) []string {
	var out []string
	if a, b := attested.User, fresh.User; a != nil && b != nil && b.UID != nil && !same([]any{a.UID, a.GID}, []any{b.UID, b.GID}) {
		out = append(out, "the audit resolves config.User to another uid or gid")
	}
	if a, b := attested.Healthcheck, fresh.Healthcheck; a != nil && b != nil && a.NoFormat != b.NoFormat {
		out = append(out, "the audit says otherwise whether the format can carry a health check")
	}
	for _, c := range []struct {
		what         string
		present      bool
		attest, mine any
	}{
		{"history rows", attested.History != nil && fresh.History != nil, attested.History, fresh.History},
		{"package index refreshes", attested.Updates != nil && fresh.Updates != nil, attested.Updates, fresh.Updates},
		{"ADD instructions", attested.Adds != nil && fresh.Adds != nil, attested.Adds, fresh.Adds},
		{"switches", attested.Switches != nil && fresh.Switches != nil, attested.Switches, fresh.Switches},
		{"secrets", attested.Secrets != nil && fresh.Secrets != nil, attested.Secrets, fresh.Secrets},
	} {
		if c.present && !same(c.attest, c.mine) {
			out = append(out, "the audit shows other "+c.what+" than config and history do")
		}
	}
	return out
}

// same compares by JSON, the form in which facts are attested.
func same(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// Overlay is what a gate should judge: everything that config and history
// decide as the gate itself collected it, and only what it did not look at from
// the attestation. Attested facts cannot hide then what today's rules see.
func Overlay(attested, fresh Facts) Facts {
	out := fresh
	out.Base, out.Layers, out.Dockerfile = attested.Base, attested.Layers, attested.Dockerfile
	return out
}
