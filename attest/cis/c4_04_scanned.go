package cis

func c0404() Control {
	return Control{
		ID: "4.4", Key: "image.scanned", IDs: sameID("4.4"), Level: 1, Decidable: Assisted,
		Title:       "The image was scanned, and rebuilt with security fixes",
		Remediation: "Rebuild with --pull --no-cache and deploy the new digest; attach the scanner's result to the image.",
		Judge: func(*Facts, Parameters) Result {
			return say(Unknown, OriginUnknown, "no result of a vulnerability scanner was taken into account")
		},
	}
}
