package cis

func c0403() Control {
	return Control{
		ID: "4.3", Key: "image.packages", IDs: sameID("4.3"), Level: 1, Decidable: ByPerson,
		Title:       "The image holds no packages it does not need",
		Remediation: "Use a slimmer base or a multi-stage build, install with --no-install-recommends, and remove build tools in the same RUN.",
		Judge: func(*Facts, Parameters) Result {
			return say(Unknown, OriginUnknown, "package databases are in layers, which were not read")
		},
	}
}
