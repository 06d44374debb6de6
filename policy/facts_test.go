package policy

import (
	"testing"

	"github.com/pratique-dev/pratique/attest/cis"
)

const goodConfig = `{"os":"linux","architecture":"amd64","config":{"User":"10001:10001","Healthcheck":{"Test":["CMD","/health"]},"Env":["PATH=/bin"]},
"rootfs":{"type":"layers","diff_ids":["sha256:aa"]},"history":[{"created_by":"COPY /app /app # buildkit","comment":"buildkit.dockerfile.v0"}]}`

const badConfig = `{"os":"linux","architecture":"amd64","config":{"User":"root","Env":["PATH=/bin","DB_PASSWORD=kT9vQ2xLw81zRm4h"]},
"rootfs":{"type":"layers","diff_ids":["sha256:aa"]},"history":[{"created_by":"COPY /app /app # buildkit","comment":"buildkit.dockerfile.v0"}]}`

// goodFacts are of an image that only unscored controls find fault with.
func goodFacts(t testing.TB) cis.Facts { return factsOf(t, goodConfig) }

// badFacts are of an image that runs as root, with a password in its
// environment.
func badFacts(t testing.TB) cis.Facts { return factsOf(t, badConfig) }

func factsOf(t testing.TB, config string) cis.Facts {
	t.Helper()
	c, err := cis.ParseContents([]byte(config))
	if err != nil {
		t.Fatal(err)
	}
	c.Layers = &cis.LayersFact{Count: len(c.DiffIDs), Contents: true, SetUID: []cis.SetUIDFile{}, Secrets: []cis.SecretFile{}, Switches: []cis.Switch{}}
	return cis.Collect(c)
}
