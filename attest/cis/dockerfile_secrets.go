package cis

// judgeWrittenSecrets is what a Dockerfile alone shows of secrets.
func (p Parameters) judgeWrittenSecrets(f *Facts) Result {
	if f.Dockerfile.Secrets == nil {
		return uncollected("whether the Dockerfile holds secrets")
	}
	var r Result
	p.judgeHits(&r, f, f.Dockerfile.Secrets)
	f.unclearFile(&r)
	if len(r.Items) == 0 {
		return say(Pass, OriginOwn, "the Dockerfile holds no secret; what it copies was not read")
	}
	return r
}
