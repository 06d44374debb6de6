package cis

// c0405 cannot be answered of an image: it asks how the image was pulled. At
// the gate the gate's own verdict on the signatures answers it (S16).
func c0405() Control {
	return Control{
		ID: "4.5", Key: "image.content-trust", IDs: sameID("4.5"), Level: 2, Scored: true, Decidable: Assisted,
		Title: "The image is pulled only with a verified signature",
		Remediation: "Sign the image and pull it through the gate; do not rely on DOCKER_CONTENT_TRUST, " +
			"which docker's CLI ignores from version 29 on.",
		Judge: func(*Facts, Parameters) Result {
			return say(NotApplicable, OriginOwn, "decided where the image is pulled, by the gate's own verdict on its signatures")
		},
	}
}
