package cis

func c0411() Control {
	return Control{
		ID: "4.11", Key: "image.package-verification", IDs: sameID("4.11"), Level: 2, Decidable: Assisted,
		Title:       "Packages are installed only after their signatures were checked",
		Remediation: "Remove the switch that turns the check off, add the repository's key to a keyring, and verify downloads by checksum or signature.",
		Judge: func(*Facts, Parameters) Result {
			return say(Unknown, OriginUnknown, "package manager settings are in layers, which were not read")
		},
	}
}
