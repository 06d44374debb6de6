package cis

func c0402() Control {
	return Control{
		ID: "4.2", Key: "image.base", IDs: sameID("4.2"), Level: 1, Decidable: Assisted,
		Title:       "The image is built on a base the operator trusts",
		Remediation: "Take the base from the approved list, pin it by digest, and sign the images on the list.",
		Judge: func(*Facts, Parameters) Result {
			return say(Unknown, OriginUnknown, "the base image is not known from config and history")
		},
	}
}
