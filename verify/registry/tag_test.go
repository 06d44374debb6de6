package registry

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/verify"
)

func TestThreat144_TwentyWritersWithoutALock(t *testing.T) {
	s := newServer(t, false)
	of := image(t, []byte("one"))
	s.push(t, "v1", typeManifest, of)
	const writers = 20
	var wg sync.WaitGroup
	var start sync.WaitGroup
	start.Add(1)
	for i := range writers {
		c := s.client(t)
		c.pace.sleep = sleep // the waits are what is tested
		wg.Go(func() {
			start.Wait()
			if _, err := c.PutReferrer(t.Context(), s.repo(), referrer(t, of, i), typeManifest); err != nil {
				t.Errorf("writer %d: %v", i, err)
			}
		})
	}
	start.Done()
	wg.Wait()
	got := must[[]verify.Descriptor](t)(s.client(t).Referrers(t.Context(), s.repo(), verify.DigestOf(of)))
	if len(got) != writers {
		t.Errorf("%d of %d are left", len(got), writers)
	}
}

// appendLine is an edit that adds a layer named after its content.
func appendLine(t *testing.T, line string) Edit {
	return func(current verify.Manifest, exists bool) ([]byte, string, error) {
		layers := []any{}
		for _, l := range current.Layers {
			if l.Digest == verify.DigestOf([]byte(line)) {
				return nil, "", nil
			}
			layers = append(layers, object{"mediaType": l.MediaType, "digest": l.Digest, "size": l.Size})
		}
		layers = append(layers, describe("text/plain", []byte(line)))
		return image(t, nil, func(m object) { m["layers"] = layers }), typeManifest, nil
	}
}

func TestThreat144_LateWriterIsNoticed(t *testing.T) {
	s := newServer(t, false)
	c := s.client(t)
	rounds := 0
	c.pace.sleep = func(context.Context, time.Duration) error {
		// A writer who read before we wrote pushes while we wait.
		if rounds++; rounds == 1 {
			raw, _, _ := appendLine(t, "theirs")(verify.Manifest{}, false)
			s.push(t, "att", typeManifest, raw)
		}
		return nil
	}
	if err := c.UpdateTag(t.Context(), s.repo(), "att", appendLine(t, "ours")); err != nil {
		t.Fatal(err)
	}
	if m := must[verify.Manifest](t)(c.Manifest(t.Context(), s.repo(), "att")); len(m.Layers) != 2 || rounds != 2 {
		t.Errorf("%d layers after %d rounds", len(m.Layers), rounds)
	}
}

func TestThreat144_LostForGoodIsAnError(t *testing.T) {
	s := newServer(t, false)
	c := s.client(t)
	n := 0
	c.pace.sleep = func(context.Context, time.Duration) error {
		raw, _, _ := appendLine(t, fmt.Sprint("theirs ", n))(verify.Manifest{}, false)
		n++
		s.push(t, "att", typeManifest, raw)
		return nil
	}
	if err := c.UpdateTag(t.Context(), s.repo(), "att", appendLine(t, "ours")); err == nil {
		t.Error("success for what is not there")
	}
	if n != maxWrites {
		t.Errorf("%d attempts", n)
	}
}

func TestThreat144_ReadBackRightAfterThePush(t *testing.T) {
	s := newServer(t, false)
	c := s.client(t)
	puts := 0
	// The registry takes the first push and does not keep it.
	s.on(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut {
			return false
		}
		if puts++; puts > 1 {
			return false
		}
		w.WriteHeader(http.StatusCreated)
		return true
	})
	if err := c.UpdateTag(t.Context(), s.repo(), "att", appendLine(t, "ours")); err != nil || puts != 2 {
		t.Errorf("%d pushes, %v", puts, err)
	}
}

func TestThreat144_WhatWasReadLongAgoIsNotPushed(t *testing.T) {
	s := newServer(t, false)
	c := s.client(t)
	now, calls := time.Now(), 0
	c.pace.now = func() time.Time { return now }
	edit := appendLine(t, "ours")
	err := c.UpdateTag(t.Context(), s.repo(), "att", func(current verify.Manifest, exists bool) ([]byte, string, error) {
		if calls++; calls == 1 {
			now = now.Add(settleTime)
			s.push(t, "att", typeManifest, must[[]byte](t)(first(appendLine(t, "theirs")(verify.Manifest{}, false))))
		}
		return edit(current, exists)
	})
	if err != nil {
		t.Fatal(err)
	}
	if m := must[verify.Manifest](t)(c.Manifest(t.Context(), s.repo(), "att")); len(m.Layers) != 2 {
		t.Errorf("%d layers: a slow edit replaced what came in between", len(m.Layers))
	}
}

func first(raw []byte, _ string, err error) ([]byte, error) { return raw, err }

func TestThreat144_WaitsGrowAndDiffer(t *testing.T) {
	var waits []time.Duration
	c := &Client{pace: pace{jitter: func() float64 { return 0.5 }, sleep: func(_ context.Context, d time.Duration) error {
		waits = append(waits, d)
		return nil
	}}}
	for _, w := range []struct {
		attempt int
		trip    time.Duration
	}{{1, 0}, {4, 0}, {1, time.Second}} {
		_ = c.settle(t.Context(), w.attempt, w.trip)
	}
	if waits[0] < settleTime || waits[1] <= waits[0] || waits[2] < settleTrips*time.Second {
		t.Errorf("got %v", waits)
	}
}

func TestUpdateTagWithALock(t *testing.T) {
	s := newServer(t, false)
	dir := t.TempDir()
	var wg sync.WaitGroup
	for i := range 5 {
		c := s.client(t, func(c *Config) { c.LockDir = dir })
		wg.Go(func() {
			if err := c.UpdateTag(t.Context(), s.repo(), "att", appendLine(t, fmt.Sprint(i))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if m := must[verify.Manifest](t)(s.client(t).Manifest(t.Context(), s.repo(), "att")); len(m.Layers) != 5 {
		t.Errorf("%d layers", len(m.Layers))
	}
	puts := 0
	for _, r := range s.requests() {
		if strings.HasPrefix(r, "PUT ") {
			puts++
		}
	}
	if puts != 5 {
		t.Errorf("%d pushes: the lock spares the collisions", puts)
	}
	bad := s.client(t, func(c *Config) { c.LockDir = dir + "/missing" })
	if err := bad.UpdateTag(t.Context(), s.repo(), "att", appendLine(t, "x")); err == nil {
		t.Error("wrote without the lock it was told to take")
	}
}

func TestUpdateTagOfADigest(t *testing.T) {
	s := newServer(t, false)
	if err := s.client(t).UpdateTag(t.Context(), s.repo(), string(subject), appendLine(t, "x")); err == nil {
		t.Error("a digest was edited")
	}
}
