//go:build e2e

package e2e

import (
	"io"
	"log"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"

	"github.com/pratique-dev/pratique/e2e/lab"
)

// registryHere serves a registry in this process, with or without the referrers API, behind a recorder.
func registryHere(t *testing.T, referrers bool) *lab.Recorder {
	t.Helper()
	quiet := registry.Logger(log.New(io.Discard, "", 0))
	recorder := lab.RecordHandler(registry.New(registry.WithReferrersSupport(referrers), quiet))
	t.Cleanup(recorder.Stop)
	return recorder
}

// elsewhere is a proxy for everything but the loopback. Requests to it are requests to other hosts.
func elsewhere(t *testing.T) *lab.Recorder {
	t.Helper()
	recorder := lab.RecordHandler(http.NotFoundHandler())
	t.Cleanup(recorder.Stop)
	return recorder
}

// checkRequests fails if there are more than most requests, if one URL is asked for twice, or if any
// other host is asked.
func checkRequests(t *testing.T, requests []string, most int, others *lab.Recorder) {
	t.Helper()
	if len(requests) > most || len(requests) == 0 {
		t.Errorf("%d requests, want at most %d:\n%s", len(requests), most, strings.Join(requests, "\n"))
	}
	seen := map[string]bool{}
	for _, request := range requests {
		_, url, _ := strings.Cut(request, " ")
		if seen[url] {
			t.Errorf("asked for twice: %s", url)
		}
		seen[url] = true
	}
	if others == nil {
		return
	}
	if asked := others.Take(); len(asked) != 0 {
		t.Errorf("other hosts were asked: %v", asked)
	}
}

// TestRequests_AreFew: a verification asks for what it needs, once.
func TestRequests_AreFew(t *testing.T) {
	sign, attest := "cosign2 sign"+plain2, "cosign2 attest"+plain2+custom
	for _, row := range []struct {
		name      string
		referrers bool
		prepare   []string
		verify    string
		most      int
	}{
		{"tag format", true, []string{sign + "$IMAGE", attest + "$IMAGE"}, "--type custom $IMAGE", 6},
		{"bundle", true, []string{sign + "--new-bundle-format $IMAGE", attest + "--new-bundle-format $IMAGE"}, "--type custom $IMAGE", 8},
		{"tag format, no referrers API", false, []string{sign + "$IMAGE", attest + "$IMAGE"}, "--type custom $IMAGE", 7},
		{"bundle, no referrers API", false, []string{sign + "--new-bundle-format $IMAGE", attest + "--new-bundle-format $IMAGE"}, "--type custom $IMAGE", 9},
		{"tag format, an audit is judged", true, []string{"pratique sign --key $KEY --format tag $IMAGE", "pratique attest --key $KEY --format tag $IMAGE"}, "--type cis-docker-image $IMAGE", 7},
		{"bundle, an audit is judged", true, []string{"pratique sign --key $KEY --format bundle $IMAGE", "pratique attest --key $KEY --format bundle $IMAGE"}, "--type cis-docker-image $IMAGE", 9},
		{"by digest", true, []string{sign + "$IMAGE"}, "$PINNED", 5},
		{"unsigned", true, nil, "$IMAGE", 4},
	} {
		t.Run(row.name, func(t *testing.T) {
			recorder, others := registryHere(t, row.referrers), elsewhere(t)
			s := newSiteAt(t, recorder.Host, lab.Image{})
			s.must(row.prepare...)
			recorder.Take()
			r := s.run("HTTP_PROXY=http://" + others.Host + " HTTPS_PROXY=http://" + others.Host + " pratique verify --key $PUB " + row.verify)
			if allowed := r.Exit == 0; allowed != (row.prepare != nil) {
				t.Fatalf("allowed: %v: %s", allowed, r)
			}
			checkRequests(t, recorder.Take(), row.most, others)
		})
	}
}

// TestRequests_AreFewSerialSteps: what can be asked at the same time is asked at the same time. Every
// request of a step is held until all of that step are here, so a program that asks for one after the
// other gets stuck.
func TestRequests_AreFewSerialSteps(t *testing.T) {
	sign, attest := "cosign2 sign"+plain2, "cosign2 attest"+plain2+custom
	for _, row := range []struct {
		name    string
		prepare []string
		steps   []step
	}{
		{"tag format in 3", []string{sign + "$IMAGE", attest + "$IMAGE"}, []step{
			{1, "/manifests/1"}, {3, "/referrers/|.sig|.att"}, {2, "/blobs/"},
		}},
		{"bundle in 4", []string{sign + "--new-bundle-format $IMAGE", attest + "--new-bundle-format $IMAGE"}, []step{
			{1, "/manifests/1"}, {3, "/referrers/|.sig|.att"}, {2, "/manifests/sha256:"}, {2, "/blobs/"},
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			recorder := registryHere(t, true)
			s := newSiteAt(t, recorder.Host, lab.Image{})
			s.must(row.prepare...)
			hold := newBarrier(row.steps)
			recorder.Before(hold.wait)
			r := s.run("pratique verify --key $PUB --type custom $IMAGE")
			if r.Exit != 0 {
				t.Errorf("want allow: %s", r)
			}
			for _, problem := range hold.problems {
				t.Error(problem)
			}
		})
	}
}

// step is a number of requests that have to be under way at the same time; paths lists parts of their
// URLs, separated by a bar.
type step struct {
	size  int
	paths string
}

// barrier holds the requests of a step until all of them are here.
type barrier struct {
	steps []step

	mu       sync.Mutex
	here     []int
	complete []chan struct{}
	problems []string
}

func newBarrier(steps []step) *barrier {
	b := &barrier{steps: steps, here: make([]int, len(steps))}
	for range steps {
		b.complete = append(b.complete, make(chan struct{}))
	}
	return b
}

// stuck is how long a held request waits for the others before the test fails.
const stuck = 20 * time.Second

func (b *barrier) wait(request *http.Request) {
	i := b.stepOf(request.URL.Path)
	if i < 0 {
		b.problem("a request of no step: " + request.URL.Path)
		return
	}
	b.mu.Lock()
	b.here[i]++
	if b.here[i] == b.steps[i].size {
		close(b.complete[i])
	}
	b.mu.Unlock()
	select {
	case <-b.complete[i]:
	case <-time.After(stuck):
		b.problem("waited alone for the rest of its step: " + request.URL.Path)
	}
}

func (b *barrier) problem(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.problems = append(b.problems, text)
}

func (b *barrier) stepOf(path string) int {
	for i, s := range b.steps {
		for _, part := range strings.Split(s.paths, "|") {
			if strings.Contains(path, part) {
				return i
			}
		}
	}
	return -1
}

// TestRequests_ManyAttestations: many attestations cost one request each and a bounded number of
// connections.
func TestRequests_ManyAttestations(t *testing.T) {
	const many, predicate, parallel = 60, "https://lab.example/review/v1", 16
	for _, format := range []string{"tag", "bundle"} {
		t.Run(format, func(t *testing.T) {
			recorder := registryHere(t, true)
			s := newSiteAt(t, recorder.Host, lab.Image{})
			signer, err := lab.NewSigner(s.words["DIR"] + "/many")
			if err != nil {
				t.Fatal(err)
			}
			attest, most := signer.AttestTag, many+5 // and the manifest, three places to look, the config
			if format == "bundle" {
				attest, most = signer.AttestBundles, 2*many+5
			}
			var statements [][]byte
			for i := range many {
				statements = append(statements, lab.Statement(s.Digest, predicate, i, 1000))
			}
			if err := attest(s.Image, s.Digest, predicate, statements...); err != nil {
				t.Fatal(err)
			}
			recorder.Take()
			exit, d, r := s.decide("pratique inspect --key $DIR/many.pub $IMAGE")
			if exit != 0 || len(d.Evidence) != many {
				t.Errorf("want %d attestations, got %d: %s", many, len(d.Evidence), r)
			}
			if recorder.MostInFlight() > parallel || recorder.Connections() > parallel {
				t.Errorf("%d requests at once on %d connections, want at most %d", recorder.MostInFlight(), recorder.Connections(), parallel)
			}
			checkRequests(t, recorder.Take(), most, nil)
		})
	}
}
