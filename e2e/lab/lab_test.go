package lab

import (
	"bytes"
	"context"
	"io"
	"log"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
)

func newRecorder(t *testing.T, referrers bool) *Recorder {
	t.Helper()
	r := RecordHandler(registry.New(registry.WithReferrersSupport(referrers), registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(r.Stop)
	return r
}

func push(t *testing.T, reference string) Evidence {
	t.Helper()
	digest, err := Image{}.Push(reference)
	if err != nil {
		t.Fatal(err)
	}
	return Evidence{reference, digest}
}

func TestRecorder_WritesDownAndForgets(t *testing.T) {
	r := newRecorder(t, true)
	held := 0
	r.Before(func(*http.Request) { held++ })
	for _, path := range []string{"/v2/", "/v2/?a=b"} {
		response, err := http.Get("http://" + r.Host + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	if r.MostInFlight() != 1 || r.Connections() == 0 || held != 2 {
		t.Errorf("%d in flight, %d connections, %d held", r.MostInFlight(), r.Connections(), held)
	}
	if got := r.Take(); !slices.Equal(got, []string{"GET /v2/", "GET /v2/?a=b"}) {
		t.Errorf("recorded %v", got)
	}
	if got := r.Take(); len(got) != 0 {
		t.Errorf("still there: %v", got)
	}
}

func TestRecord_StandsInFrontOfARegistry(t *testing.T) {
	behind := newRecorder(t, true)
	r := Record(behind.Host)
	defer r.Stop()
	image := push(t, r.Host+"/lab/image:1")
	if _, _, err := OpenRepo(image.Reference).Get(image.Digest); err != nil {
		t.Error(err)
	}
	if len(r.Take()) == 0 || len(behind.Take()) == 0 {
		t.Error("nothing was recorded")
	}
}

func TestMove_BringsEvidenceToAnotherImage(t *testing.T) {
	for _, referrers := range []bool{true, false} {
		r := newRecorder(t, referrers)
		from, to := push(t, r.Host+"/lab/from:1"), push(t, r.Host+"/lab/to:1")
		signer, err := NewSigner(t.TempDir() + "/key")
		if err != nil {
			t.Fatal(err)
		}
		statement := Statement(from.Digest, "https://lab.example/v1", 1, 100)
		if err := signer.AttestTag(from.Reference, from.Digest, "https://lab.example/v1", statement); err != nil {
			t.Fatal(err)
		}
		if err := signer.AttestBundles(from.Reference, from.Digest, "https://lab.example/v1", statement, statement); err != nil {
			t.Fatal(err)
		}
		upper := func(b []byte) []byte { return bytes.ToUpper(b) }
		if err := MoveTag(from, to, ".att", upper); err != nil {
			t.Fatal(err)
		}
		if err := MoveReferrers(from, to, nil); err != nil {
			t.Fatal(err)
		}
		moved, _, err := OpenRepo(to.Reference).Get(cosignTag(to.Digest) + ".att")
		if err != nil {
			t.Fatal(err)
		}
		content, err := OpenRepo(to.Reference).Blob(moved.Layers[0].Digest)
		if err != nil || !strings.Contains(string(content), "PAYLOADTYPE") {
			t.Errorf("moved %q, %v", content, err)
		}
		index, err := OpenRepo(to.Reference).Referrers(to.Digest)
		if err != nil || len(index.Manifests) != 2 {
			t.Errorf("referrers API %v: %d referrers, %v, want 2", referrers, len(index.Manifests), err)
		}
	}
}

func TestCopyImage_KeepsTheDigest(t *testing.T) {
	r := newRecorder(t, true)
	image := push(t, r.Host+"/lab/image:1")
	copied := Evidence{r.Host + "/lab/copy:2", image.Digest}
	if err := CopyImage(image, copied); err != nil {
		t.Fatal(err)
	}
	_, body, err := OpenRepo(copied.Reference).Get("2")
	if err != nil || Digest(body) != image.Digest {
		t.Errorf("the copy is %s, %v, want %s", Digest(body), err, image.Digest)
	}
}

func TestRun_ReportsStatusAndStaysAtHome(t *testing.T) {
	l, err := New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := l.Run(context.Background(), "WORD=said", "/bin/sh", "-c", "echo $WORD $HOME; exit 7")
	if r.Exit != 7 || string(r.Stdout) != "said "+l.Path("home")+"\n" {
		t.Errorf("got %s", r)
	}
	if r := l.Run(context.Background(), "/nonexistent"); r.Exit != -1 {
		t.Errorf("got %s", r)
	}
}
