package cis

func c0408() Control {
	return Control{
		ID: "4.8", Key: "image.setuid", IDs: sameID("4.8"), Level: 2, Decidable: Assisted,
		Title:       "No file in the image is set-uid or set-gid",
		Remediation: "Near the end, RUN find / -xdev -perm /6000 -type f -exec chmod a-s {} + and keep a list of those that are needed.",
		Judge: func(*Facts, Parameters) Result {
			return say(Unknown, OriginUnknown, "file modes are in layers, which were not read")
		},
	}
}
