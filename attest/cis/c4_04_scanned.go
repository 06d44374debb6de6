package cis

import "time"

func c0404() Control {
	return Control{
		ID: "4.4", Key: "image.scanned", IDs: sameID("4.4"), Level: 1, Decidable: Assisted,
		Title:       "The image is scanned for vulnerabilities and rebuilt when there are patches",
		Remediation: "Scan it, sign the result (pratique attest --type vuln --predicate FILE), rebuild with --pull --no-cache, and deploy the new digest.",
		Judge:       judgeScanned,
	}
}

// judgeScanned knows how old the image says it is. Scan results are evidence
// of their own, which only the gate can weigh.
func judgeScanned(f *Facts, _ Parameters) Result {
	line := "no result of a vulnerability scanner is part of an audit"
	if built := builtAt(f.Created); built != "" {
		line += "; the image says it was built " + built
	} else if f.ConfigDigest != "" {
		line += "; when the image was built is not known"
	}
	return say(Unknown, OriginUnknown, line)
}

// builtAt is the day of a config's creation time, "" where it is none: absent,
// unreadable, or one of the dates that builders write for the sake of
// reproducible bytes.
func builtAt(created string) string {
	t, err := time.Parse(time.RFC3339Nano, created)
	if err != nil || t.Year() < 2013 {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}
