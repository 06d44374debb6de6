package cis

import "testing"

func BenchmarkCollect(b *testing.B) {
	d := goodImage()
	for range 20 {
		d.history = append(d.history, bkRun("set -eux; \tsavedAptMark=\"$(apt-mark showmanual)\"; \tapt-get update; \tapt-get install -y --no-install-recommends \t\tdpkg-dev gcc gnupg libbz2-dev \t; \t\twget -O python.tar.xz \"https://www.python.org/ftp/python/${PYTHON_VERSION%%[a-z]*}/Python-$PYTHON_VERSION.tar.xz\"; \techo \"$PYTHON_SHA256 *python.tar.xz\" | sha256sum -c -; \tmkdir -p /usr/src/python; \ttar --extract --directory /usr/src/python --strip-components=1 --file python.tar.xz"))
	}
	config := d.bytes(b)
	b.SetBytes(int64(len(config)))
	for b.Loop() {
		c, err := ParseContents(config)
		if err != nil {
			b.Fatal(err)
		}
		Judge(Collect(c), DefaultParameters())
	}
}
