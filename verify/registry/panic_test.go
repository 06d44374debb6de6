package registry

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/verify"
)

// panicking is a transport with a bug that shows at one path.
type panicking struct{ path string }

func (p panicking) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, p.path) {
		panic("transport")
	}
	return http.DefaultTransport.RoundTrip(r)
}

// A panic in a goroutine of ours would end the process with Go's own status 2;
// a platform that could not be completed must not look complete either.
func TestThreat49_PanicWhileCompleting(t *testing.T) {
	s := newServer(t, true)
	child := image(t, []byte("one"))
	s.push(t, string(verify.DigestOf(child)), typeManifest, child)
	s.push(t, "1", typeIndex, index(t, []string{"linux/amd64"}, child))
	c := s.client(t, func(c *Config) { c.Transport = panicking{string(verify.DigestOf(child))} })
	resolved := must[verify.Image](t)(c.Resolve(t.Context(), s.tagged("1")))
	if got, err := c.Complete(t.Context(), resolved); err == nil {
		t.Fatalf("completed: %+v", got)
	}
}
